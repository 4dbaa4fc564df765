import { AutoWeaveError } from '../errors/errors.ts';
import type { JobQueue, Queues } from '../queue/queue-api.ts';

/** Undefined where there is none, or none any more. */
export async function findQueue(queues: Queues, name: string): Promise<JobQueue | undefined> {
  try {
    return await queues.get(name);
  } catch (error) {
    if (error instanceof AutoWeaveError && error.code === 'AW_QUEUE_UNKNOWN') return undefined;
    throw error;
  }
}
