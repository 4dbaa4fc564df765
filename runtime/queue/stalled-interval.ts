import { toFailure } from '../errors/errors.ts';
import { classFilter, type JobClass } from '../message/job-message.ts';
import { classesOf, consumerName } from './consumers.ts';
import type { QueueParts } from './queue-parts.ts';

/**
 * Gives the consumers of a queue the interval of a worker that has one of its own, also those that are made later.
 *
 * @returns to be called whenever the queue has changed
 */
export async function startStalledInterval(
  { jobs, directory, tenant, log }: QueueParts,
  queue: string,
  ackWaitMs: number,
): Promise<() => void> {
  const known = new Set<JobClass>();

  const give = async (): Promise<void> => {
    const record = directory.get(queue);
    // Removed: what it has when it is made again is new.
    if (record === undefined) return known.clear();
    const fresh = classesOf(record).filter((jobClass) => !known.has(jobClass));
    for (const jobClass of fresh) known.add(jobClass);
    try {
      await Promise.all(
        fresh.map((jobClass) => {
          const [name, filter] = [consumerName(tenant, queue, jobClass), classFilter(tenant, queue, jobClass)];
          return jobs.ensureConsumer({ name, filter, ackWaitMs }, { updates: true });
        }),
      );
    } catch (error) {
      // At the next change again.
      for (const jobClass of fresh) known.delete(jobClass);
      throw error;
    }
  };

  await give();
  return () => {
    give().catch((error: unknown) => log.warn('queue.interval_not_set', { queue, ...toFailure(error) }));
  };
}
