import type { PrepareJobs } from '../actor/outbox-sender.ts';
import { isPassing } from '../bus/bus-errors.ts';
import { parseJobSubject } from '../message/job-message.ts';
import { ensureClass, ensureQueue } from './consumers.ts';
import type { QueueParts } from './queue-parts.ts';

/**
 * Jobs that actors and other jobs enqueue go to JOBS without a queue at hand: makes the queue and the class that they
 * go to, where nobody has before. What is there already costs no request.
 */
export function createPrepareJobs(
  parts: Pick<QueueParts, 'bus' | 'jobs' | 'clock' | 'tenant' | 'directory' | 'log'>,
): PrepareJobs {
  const { tenant, log } = parts;
  return async (items) => {
    // A delayed one has two places: where it waits, and where it goes then.
    const subjects = new Set(items.flatMap(({ subject, deliver }) => (deliver ? [subject, deliver.to] : [subject])));
    for (const subject of subjects) {
      const address = parseJobSubject(subject);
      if (address === undefined || address.tenant !== tenant) continue;
      try {
        await ensureQueue(parts, address.queue);
        await ensureClass(parts, address.queue, address.jobClass);
      } catch (error) {
        if (isPassing(error)) throw error;
        // They are stored all the same, and begin when somebody opens the queue.
        log.error('queue.unprepared', { queue: address.queue, error });
      }
    }
  };
}
