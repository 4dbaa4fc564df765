import { readQueueSettings } from '../job-input.ts';
import type { JobMutationResolvers } from '../job-resolver.ts';
import { lower } from '../job-view.ts';
import { toQueue } from '../queue-view.ts';
import { given, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/queue-mutations.ts';

export const queueMutations = {
  pauseQueue: traced('pauseQueue', FILE, async ({ queue }, { services }) => {
    const found = await services.queues.get(queue);
    await found.pause();
    return toQueue(found);
  }),
  resumeQueue: traced('resumeQueue', FILE, async ({ queue }, { services }) => {
    const found = await services.queues.get(queue);
    await found.resume();
    return toQueue(found);
  }),
  drainQueue: traced('drainQueue', FILE, async ({ queue, withDelayed }, { services }) =>
    (await services.queues.get(queue)).drain(given('withDelayed', withDelayed)),
  ),
  cleanQueue: traced('cleanQueue', FILE, async ({ queue, state, graceMs, limit }, { services }) =>
    (await services.queues.get(queue)).clean(lower(state), graceMs ?? 0, limit ?? undefined),
  ),
  obliterateQueue: traced('obliterateQueue', FILE, async ({ queue, confirm }, { services }) => {
    await (await services.queues.get(queue)).obliterate(confirm);
    return true;
  }),
  configureQueue: traced('configureQueue', FILE, async ({ queue, settings }, { services }) => {
    const found = await services.queues.get(queue);
    await found.configure(readQueueSettings(settings));
    return toQueue(found);
  }),
} satisfies Pick<
  JobMutationResolvers,
  'pauseQueue' | 'resumeQueue' | 'drainQueue' | 'cleanQueue' | 'obliterateQueue' | 'configureQueue'
>;
