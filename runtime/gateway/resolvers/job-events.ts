import type { JobEventUpdate } from '../../../proto/generated/graphql.ts';
import type { JobEvent } from '../../queue/job.ts';
import { abortableIterator } from '../abortable-iterator.ts';
import type { FeedUpdate } from '../event-subscription.ts';
import type { JobSubscriptionResolvers } from '../job-resolver.ts';
import { toJobEvent } from '../job-view.ts';
import type { GatewayContext } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/job-events.ts';
const SUBSCRIPTION = { subscription: 'jobEvents' };

export const jobSubscriptions = {
  async jobEvents({ queue, after }, ctx) {
    // A queue that nobody has opened would be silent for ever, as one with a misspelt name.
    await ctx.services.queues.get(queue);
    const updates = ctx.jobFeeds.follow(queue, after ?? undefined);
    return abortableIterator((signal) => {
      // Ends the feed's wait, and with it this generator.
      signal.addEventListener('abort', () => void updates.return(undefined), { once: true });
      return show(updates, ctx);
    });
  },
} satisfies Pick<JobSubscriptionResolvers, 'jobEvents'>;

/** A union's member is told by its `__typename`. */
type Shown = JobEventUpdate & { readonly __typename: 'JobEvent' | 'Lagged' | 'CaughtUp' };

async function* show(
  updates: AsyncIterable<FeedUpdate<JobEvent>>,
  { tracer, instruments }: GatewayContext,
): AsyncGenerator<Shown, void, undefined> {
  instruments.subscriptionsOpen.add(1, SUBSCRIPTION);
  try {
    for await (const update of updates) {
      if (update.kind === 'caughtUp') {
        yield { __typename: 'CaughtUp', cursor: update.cursor };
      } else if (update.kind === 'lagged') {
        instruments.subscriptionsLagged.add(1, SUBSCRIPTION);
        const { cursor, from, to, count } = update;
        yield { __typename: 'Lagged', cursor, from, to, count };
      } else {
        const { event, cursor } = update;
        // Ends when the socket has taken the message and the next is asked for.
        const span = tracer.continueSpan('gateway.push', { parent: event.traceparent, file: FILE });
        if (span.isRecording) span.set({ ...SUBSCRIPTION, cursor, type: event.type });
        try {
          yield { __typename: 'JobEvent', ...toJobEvent(event, cursor) };
          instruments.eventsPushed.add(1, SUBSCRIPTION);
        } finally {
          span.end();
        }
      }
    }
  } finally {
    instruments.subscriptionsOpen.add(-1, SUBSCRIPTION);
  }
}
