import type { ConsumerStatus } from '../bus/jobs/job-bus.ts';
import { classFilter, type JobClass, lowestPriority, parseJobSubject } from '../message/job-message.ts';
import { completedJobs } from './completed.ts';
import { classesOf, consumerName, readyClassesOf } from './consumers.ts';
import { countGone } from './gone-notes.ts';
import type { JobCounts } from './job.ts';
import { outcomesFilter } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';
import { EMPTY_RECORD } from './queue-record.ts';
import { dropOldFailed } from './retention.ts';

/** Packs that are looked at at once. */
const SIDE_BY_SIDE = 16;

/**
 * Jobs by state. The server knows how many messages each class has, and how many packs there are of each size; workers
 * tell what they run. So no job is read, however many there are.
 */
export async function countJobs(parts: OneQueue): Promise<JobCounts> {
  const { bus, jobs, tenant, queue, live, clock, directory } = parts;
  const record = directory.get(queue) ?? EMPTY_RECORD;
  const classes = classesOf(record);
  await dropOldFailed(parts);
  const [statuses, packs, failed, completed] = await Promise.all([
    Promise.all(classes.map((jobClass) => jobs.consumerStatus(consumerName(tenant, queue, jobClass)))),
    bus.subjects('JOBS', classFilter(tenant, queue, '*').replace(/>$/, 'p.*')),
    bus.count('FAILED', outcomesFilter(tenant, queue, 'failed'), 1),
    completedJobs(parts),
  ]);
  const messages = new Map(classes.map((jobClass, index) => [jobClass, messagesOf(statuses[index])]));
  const inPacks = new Map<JobClass, { packs: number; jobs: number }>();
  for (const [subject, count] of packs) {
    const { jobClass, size = 0 } = parseJobSubject(subject) ?? {};
    if (jobClass === undefined) continue;
    const known = inPacks.get(jobClass) ?? { packs: 0, jobs: 0 };
    inPacks.set(jobClass, { packs: known.packs + count, jobs: known.jobs + count * size });
  }
  const givenUpTo = new Map(classes.map((jobClass, index) => [jobClass, statuses[index]?.deliveredUpTo ?? 0]));
  const ended = await endedInPacks(parts, record.touchedUpTo, [...inPacks.keys()], givenUpTo);
  const standing = (jobClass: JobClass): number => {
    const { packs: packCount = 0, jobs: jobCount = 0 } = inPacks.get(jobClass) ?? {};
    return Math.max(0, (messages.get(jobClass) ?? 0) - packCount) + jobCount - (ended.get(jobClass) ?? 0);
  };

  let active = 0;
  let settled = 0;
  let lagMs = 0;
  for (const status of live.workers.values()) {
    active += status.running;
    settled += status.settled;
    if (status.running + status.settled > 0) lagMs = Math.max(lagMs, clock.monotonic() - status.heardAt);
  }
  // What runs was taken from the first classes that had something.
  let taken = active + settled;
  const byPriority: { priority: number; waiting: number }[] = [];
  let waiting = 0;
  for (const jobClass of readyClassesOf(record)) {
    const all = standing(jobClass);
    const here = Math.max(0, all - taken);
    taken = Math.max(0, taken - all);
    waiting += here;
    const priority = lowestPriority(jobClass);
    const known = byPriority.find((one) => one.priority === priority);
    if (known) known.waiting += here;
    else byPriority.push({ priority, waiting: here });
  }
  const lifo = standing('l');
  byPriority[0]!.waiting += lifo;
  return {
    waiting: waiting + lifo,
    active,
    delayed: standing('d'),
    completed: completed.length,
    failed,
    isPaused: record.isPaused,
    byPriority: byPriority.filter((one) => one.waiting > 0),
    lagMs: Math.round(lagMs),
    workers: live.workers.size,
  };
}

/** Jobs that operators have ended in packs which no worker has had: nobody else tells of them. */
async function endedInPacks(
  parts: OneQueue,
  touchedUpTo: number,
  classes: readonly JobClass[],
  givenUpTo: ReadonlyMap<JobClass, number>,
): Promise<ReadonlyMap<JobClass, number>> {
  const counts = new Map<JobClass, number>();
  const least = Math.min(...classes.map((jobClass) => givenUpTo.get(jobClass) ?? 0));
  if (classes.length === 0 || touchedUpTo <= least) return counts;
  const left = [...(await countGone(parts))]
    .map(([sequence, count]) => ({ sequence, count }))
    .filter(({ sequence }) => sequence > least && sequence <= touchedUpTo);
  const work = async (): Promise<void> => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const stored = await parts.bus.at('JOBS', one.sequence);
      const jobClass = stored && parseJobSubject(stored.subject)?.jobClass;
      if (jobClass === undefined || one.sequence <= (givenUpTo.get(jobClass) ?? 0)) continue;
      counts.set(jobClass, (counts.get(jobClass) ?? 0) + one.count);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return counts;
}

function messagesOf(status: ConsumerStatus | undefined): number {
  return status === undefined ? 0 : status.pending + status.held;
}
