import { findQueue } from '../find-queue.ts';
import type { JobQueryResolvers } from '../job-resolver.ts';
import { toQueue } from '../queue-view.ts';

export const queueQueries = {
  async queues(_args, { services }) {
    const names = await services.queues.list();
    const found = await Promise.all(names.map((name) => findQueue(services.queues, name)));
    return found.filter((queue) => queue !== undefined).map(toQueue);
  },
  async queue({ name }, { services }) {
    const found = await findQueue(services.queues, name);
    return found === undefined ? null : toQueue(found);
  },
  jobTypes: (_args, { services }) => services.jobTypes(),
} satisfies Pick<JobQueryResolvers, 'queues' | 'queue' | 'jobTypes'>;
