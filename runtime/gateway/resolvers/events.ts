import type { LoggedEvent } from '../event-filter.ts';
import { lastEvents, MAX_HISTORY } from '../event-history.ts';
import type { EventQueryResolvers, EventSubscriptionResolvers } from '../event-resolver.ts';
import { readEventFilter, toEvent } from '../event-view.ts';
import { formatCursor } from '../feed-cursor.ts';
import { type Push, pushUpdates } from '../push-updates.ts';
import { pageSize } from '../resolver.ts';

export const eventQueries = {
  async eventHistory({ types, last }, { services, tenant }) {
    const wanted = pageSize('last', last, 50, MAX_HISTORY);
    const filter = readEventFilter(tenant, types);
    // One by one: each has a subject of its own, under which the last ones are found however seldom they come.
    const histories = await Promise.all(
      filter.types.map((type) => lastEvents({ tenant, types: [type] }, wanted, services)),
    );
    const found = new Map(
      histories.flatMap(({ incarnation, events }) => events.map((event) => [event.sequence, { incarnation, event }])),
    );
    return [...found.values()]
      .sort((left, right) => left.event.sequence - right.event.sequence)
      .slice(-wanted)
      .map(({ incarnation, event }) => toEvent(event, formatCursor({ incarnation, sequence: event.sequence })));
  },
} satisfies EventQueryResolvers;

export const eventSubscriptions = {
  events: ({ after, types }, ctx) =>
    pushUpdates(
      ctx.feeds.follow(readEventFilter(ctx.tenant, types), { after: after ?? undefined, client: ctx.client }),
      PUSH,
      ctx,
    ),
} satisfies EventSubscriptionResolvers;

const PUSH = {
  subscription: 'events',
  file: 'runtime/gateway/resolvers/events.ts',
  show: (event: LoggedEvent, cursor: string) => ({ __typename: 'Event' as const, ...toEvent(event, cursor) }),
  trace: ({ message }: LoggedEvent) => message,
} satisfies Push<LoggedEvent, unknown>;
