import type { CaughtUp, JobEvent, JobEventUpdate, Lagged } from '../../proto/generated/graphql.ts';
import type { CommandContext } from '../command.ts';
import { followFeed } from '../follow-feed.ts';

export type JobUpdate =
  | (JobEvent & { readonly __typename: 'JobEvent' })
  | (Lagged & { readonly __typename: 'Lagged' })
  | (CaughtUp & { readonly __typename: 'CaughtUp' });

const DOCUMENT = `
  subscription JobEvents($queue: String!, $after: String) {
    jobEvents(queue: $queue, after: $after) {
      __typename
      ... on JobEvent {
        cursor type queue id jobType at attempt data traceId
        result { success data error duration timestamp }
      }
      ... on Lagged { cursor from to count }
      ... on CaughtUp { cursor }
    }
  }
`;

/** What happens to the jobs of a queue, over broken connections. Without `after` the first that comes is `CaughtUp`. */
export function followJobs(ctx: CommandContext, queue: string, after: string | null): AsyncGenerator<JobUpdate, never> {
  return followFeed(
    ctx,
    async function* (client, from) {
      const updates = client.subscribe<{ jobEvents: JobEventUpdate }>(DOCUMENT, { queue, after: from });
      for await (const { jobEvents } of updates) yield jobEvents as JobUpdate;
    },
    after,
  );
}
