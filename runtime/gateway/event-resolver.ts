import type {
  Query,
  QueryEventHistoryArgs,
  Subscription,
  SubscriptionEventsArgs,
} from '../../proto/generated/graphql.ts';
import type { Resolver, Subscriber } from './resolver.ts';

/** The root fields about events of any kind. */
export interface EventQueryResolvers {
  readonly eventHistory: Resolver<QueryEventHistoryArgs, Query['eventHistory']>;
}

export interface EventSubscriptionResolvers {
  readonly events: Subscriber<SubscriptionEventsArgs, Subscription['events']>;
}
