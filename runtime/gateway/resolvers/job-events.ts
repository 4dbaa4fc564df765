import type { JobEvent } from '../../queue/job.ts';
import type { JobSubscriptionResolvers } from '../job-resolver.ts';
import { toJobEvent } from '../job-view.ts';
import { type Push, pushUpdates } from '../push-updates.ts';

export const jobSubscriptions = {
  async jobEvents({ queue, after }, ctx) {
    // A queue that nobody has opened would be silent for ever, as one with a misspelt name.
    await ctx.services.queues.get(queue);
    return pushUpdates(ctx.jobFeeds.follow({ tenant: ctx.tenant, queue }, after ?? undefined), PUSH, ctx);
  },
} satisfies Pick<JobSubscriptionResolvers, 'jobEvents'>;

const PUSH = {
  subscription: 'jobEvents',
  file: 'runtime/gateway/resolvers/job-events.ts',
  show: (event: JobEvent, cursor: string) => ({ __typename: 'JobEvent' as const, ...toJobEvent(event, cursor) }),
  trace: (event: JobEvent) => event,
} satisfies Push<JobEvent, unknown>;
