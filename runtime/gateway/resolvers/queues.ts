import { AutoWeaveError } from '../../errors/errors.ts';
import type { JobQueue } from '../../queue/queue-api.ts';
import type { JobQueryResolvers } from '../job-resolver.ts';
import { toQueue } from '../queue-view.ts';
import type { GatewayServices } from '../services.ts';

export const queueQueries = {
  async queues(_args, { services }) {
    const names = await services.queues.list();
    const found = await Promise.all(names.map((name) => findQueue(services, name)));
    return found.filter((queue) => queue !== undefined).map(toQueue);
  },
  async queue({ name }, { services }) {
    const found = await findQueue(services, name);
    return found === undefined ? null : toQueue(found);
  },
  jobTypes: (_args, { services }) => services.jobTypes(),
} satisfies Pick<JobQueryResolvers, 'queues' | 'queue' | 'jobTypes'>;

/** Undefined where there is none, or none any more. */
async function findQueue({ queues }: GatewayServices, name: string): Promise<JobQueue | undefined> {
  try {
    return await queues.get(name);
  } catch (error) {
    if (error instanceof AutoWeaveError && error.code === 'AW_QUEUE_UNKNOWN') return undefined;
    throw error;
  }
}
