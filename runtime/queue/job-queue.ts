import { AutoWeaveError } from '../errors/errors.ts';
import { createAdding } from './adding.ts';
import { countJobs } from './counting.ts';
import { createEmptying } from './emptying.ts';
import { keepFailedSwept } from './failed-sweep.ts';
import { followEvents } from './follow-events.ts';
import type { JobSummary } from './job.ts';
import { checkSettings } from './job-options.ts';
import { listJobs } from './listing.ts';
import { lookAt } from './looking.ts';
import { createOperations, isOutOfDate } from './operations.ts';
import type { BulkOperation, JobFilter, JobQueue } from './queue-api.ts';
import type { OneQueue } from './queue-parts.ts';
import { changeRecord, settingsOf, unknownQueue } from './queue-record.ts';
import { trimFailed } from './retention.ts';

const PAGE = 500;
/** Operations of a bulk on their way at once. */
const SIDE_BY_SIDE = 16;

/** One queue as this process uses it; each part of what it does stands in a file of its own. */
export function createJobQueue(parts: OneQueue): JobQueue {
  const { bus, tenant, queue, directory, instruments } = parts;
  const adding = createAdding(parts);
  const { operations, end } = createOperations(parts);
  const emptying = createEmptying(parts, (id) => operations.remove(id, { isToStand: true }), end);
  const sweeping = keepFailedSwept(parts);
  parts.live.askWorkers();

  const select = async ({ state, type, addedBefore, limit = Number.POSITIVE_INFINITY }: JobFilter) => {
    if (!(limit >= 0)) throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot concern ${limit} jobs`);
    const found: JobSummary[] = [];
    let after: string | undefined;
    do {
      const page = await listJobs(parts, state, { first: PAGE, ...(after === undefined ? {} : { after }) });
      found.push(
        ...page.jobs.filter(
          (job) =>
            (type === undefined || job.type === type) && (addedBefore === undefined || job.addedAt < addedBefore),
        ),
      );
      after = page.next;
    } while (after !== undefined && found.length < limit);
    return found.slice(0, limit);
  };

  const run = async (operation: BulkOperation, jobs: readonly JobSummary[], isToStand: boolean): Promise<number> => {
    const left = [...jobs];
    let count = 0;
    const work = async (): Promise<void> => {
      for (let job = left.shift(); job !== undefined; job = left.shift()) {
        try {
          if (operation === 'remove') await operations.remove(job.id, { isToStand });
          else await operations[operation](job.id);
          count++;
        } catch (error) {
          if (!isOutOfDate(error)) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    return count;
  };

  return {
    name: queue,
    add: adding.add,
    addBulk: adding.addBulk,
    get: (id) => lookAt(parts, id),
    async counts() {
      const counts = await countJobs(parts);
      for (const state of ['waiting', 'active', 'delayed', 'completed', 'failed'] as const) {
        instruments.queueJobs.set(counts[state], { queue, state });
      }
      instruments.queueWorkers.set(counts.workers, { queue });
      return counts;
    },
    list: (state, page) => listJobs(parts, state, page),
    ...operations,
    async bulk(operation, filter, { isDryRun = false } = {}) {
      const allowed = OPERATES_ON[operation];
      if (allowed === undefined || !allowed.includes(filter.state)) {
        throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot ${operation} jobs that are ${filter.state}`, {
          hint: `${operation} is for jobs that are ${(allowed ?? []).join(' or ')}`,
        });
      }
      const jobs = await select(filter);
      // Of those that waited, one that has been done meanwhile stays in the list of what is done.
      const isToStand = filter.state === 'waiting' || filter.state === 'delayed';
      return isDryRun ? jobs.length : run(operation, jobs, isToStand);
    },
    ...emptying,
    settings: () => Promise.resolve(parts.settings()),
    async configure(settings) {
      checkSettings(settings);
      const changed = await changeRecord(
        bus,
        tenant,
        queue,
        (known) => known && { ...known, settings: { ...known.settings, ...settings } },
      );
      directory.note(queue, changed.record, changed.sequence);
      // A queue has more than its record: it is not made by a change of it.
      if (changed.record === undefined) throw unknownQueue(queue);
      trimFailed(parts);
      return settingsOf(changed.record);
    },
    events: (after, signal) => followEvents(parts, after, signal),
    async [Symbol.asyncDispose]() {
      sweeping[Symbol.dispose]();
      await adding.settle();
    },
  };
}

const OPERATES_ON: Readonly<Record<BulkOperation, readonly JobFilter['state'][]>> = {
  retry: ['failed'],
  remove: ['waiting', 'delayed', 'completed', 'failed'],
  promote: ['delayed'],
  cancel: ['waiting', 'delayed', 'active'],
};
