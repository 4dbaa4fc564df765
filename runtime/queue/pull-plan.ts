import type { JobClass } from '../message/job-message.ts';

/** What a worker knows of one class when it decides what to ask for. */
export interface ClassLook {
  readonly jobClass: JobClass;
  /** Messages that were asked for and have not come. */
  readonly asked: number;
  /** Messages that waited behind the last one that came; others may have taken them since. */
  readonly pending: number;
  /** Jobs of a message, as of late. */
  readonly jobsEach: number;
  /** Jobs of this class, and of those before it, that are in the hand and have not begun. */
  readonly held: number;
}

/** Messages of one request. */
const MAX_ASK = 64;

/**
 * How many messages to ask for, by class.
 *
 * One request is kept open on each class that is not known to have anything, so that what comes in is there at once;
 * of those that have something only the highest is asked, so that lower ones wait until it is empty.
 *
 * @param classes in the order in which they are taken
 * @param room jobs that the worker can begin, or wants to have ready, beside those in its hand
 */
export function planPulls(classes: readonly ClassLook[], room: number): ReadonlyMap<JobClass, number> {
  const asks = new Map<JobClass, number>();
  for (const { jobClass, asked, pending, jobsEach, held } of classes) {
    const left = room - held;
    if (pending > 0) {
      const most = Math.min(Math.ceil(left / jobsEach), pending, MAX_ASK);
      // A request for each job that ends would cost as much as the job: what is on its way comes first.
      if (most - asked > 0 && (asked === 0 || most - asked >= most / 2)) asks.set(jobClass, most - asked);
      break;
    }
    if (asked === 0 && left > 0) asks.set(jobClass, 1);
  }
  return asks;
}
