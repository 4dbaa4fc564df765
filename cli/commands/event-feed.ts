import type { CaughtUp, Event, EventUpdate, Lagged } from '../../proto/generated/graphql.ts';
import type { CommandContext } from '../command.ts';
import { followFeed } from '../follow-feed.ts';
import type { GatewayClient } from '../gateway-client.ts';

export type EventFeedUpdate =
  | (Event & { readonly __typename: 'Event' })
  | (Lagged & { readonly __typename: 'Lagged' })
  | (CaughtUp & { readonly __typename: 'CaughtUp' });

const EVENT = 'id cursor type subject source at data traceId';
const DOCUMENT = `
  subscription Events($after: String, $types: [String!]) {
    events(after: $after, types: $types) {
      __typename
      ... on Event { ${EVENT} }
      ... on Lagged { cursor from to count }
      ... on CaughtUp { cursor }
    }
  }
`;

/** Events of these types, or of all, over broken connections. Without `after` the first that comes is `CaughtUp`. */
export function followEvents(
  ctx: CommandContext,
  types: readonly string[] | null,
  after: string | null,
): AsyncGenerator<EventFeedUpdate, never> {
  return followFeed(
    ctx,
    async function* (client, from) {
      const updates = client.subscribe<{ events: EventUpdate }>(DOCUMENT, { after: from, types });
      for await (const { events } of updates) yield events as EventFeedUpdate;
    },
    after,
  );
}

/** The last events of these types, or of all; oldest first. */
export async function lastEvents(
  client: GatewayClient,
  types: readonly string[] | null,
  last: number,
): Promise<readonly Extract<EventFeedUpdate, { readonly __typename: 'Event' }>[]> {
  const { eventHistory } = await client.query<{ eventHistory: readonly Event[] }>(
    `query LastEvents($types: [String!], $last: Int) { eventHistory(types: $types, last: $last) { ${EVENT} } }`,
    { types, last },
  );
  return eventHistory.map((event) => ({ __typename: 'Event', ...event }));
}

/** The number by which a person names a recent event: its place in the log. */
export function numberOf({ cursor }: Pick<Event, 'cursor'>): string {
  return cursor.slice(cursor.lastIndexOf('-') + 1);
}
