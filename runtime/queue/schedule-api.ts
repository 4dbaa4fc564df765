import type { MissedPolicy } from '../schedule/missed.ts';
import type { JobOptions } from './job.ts';

/** What one asks of schedules: jobs that are added again and again, by the clock. All times in ms since 1970. */

/** What a turn does while the job of the turn before has not ended. */
export const OVERLAP_POLICIES = ['skip', 'queue'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** Exactly one of `cron` and `everyMs`. */
export interface ScheduleInput {
  /** Up to 150 characters; the one of this id that is there already is replaced, and its counters go on. */
  readonly id: string;
  /** Five or six fields. */
  readonly cron?: string;
  /** IANA name; UTC when absent. */
  readonly timezone?: string;
  readonly everyMs?: number;
  readonly queue: string;
  readonly type: string;
  /** `{}` when absent. */
  readonly data?: unknown;
  /** Of each job; its id is `<schedule id>:<turn>`, where a turn is the instant at which it was due. */
  readonly options?: Omit<JobOptions, 'id' | 'deduplicate' | 'delayMs' | 'traceparent'>;
  /** After so many turns the schedule ends. */
  readonly limit?: number;
  /** No turn before; `everyMs` counts from it, and has its first turn then. One interval from now when absent. */
  readonly startAt?: number;
  /** No turn after. */
  readonly endAt?: number;
  /** `queue` when absent. */
  readonly overlap?: OverlapPolicy;
  /** What is done about turns that were missed while nothing ran; `once` when absent. */
  readonly missed?: MissedPolicy;
}

export interface ScheduleRecord extends ScheduleInput {
  readonly data: unknown;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  /** Turns that were due, those left out included. */
  readonly turns: number;
  /** Turns that were left out because the job before had not ended. */
  readonly skipped: number;
  /** Ids of the last ten jobs, newest first. */
  readonly lastJobs: readonly string[];
  /** The turn whose job has not ended, where turns are left out for it. */
  readonly runningTurn?: number;
  /** The next turn; absent when there is none any more. */
  readonly nextAt?: number;
}

export interface ScheduleService {
  /** By id. */
  list(): Promise<readonly ScheduleRecord[]>;
  get(id: string): Promise<ScheduleRecord | undefined>;
  /**
   * Makes it, or changes the one that is there.
   *
   * @throws AW_SCHEDULE_INVALID (with where, for a cron line), AW_JOB_TYPE_UNKNOWN, AW_DATA_INVALID,
   *   AW_JOB_OPTIONS_INVALID, AW_NAME_INVALID; what a call to an actor throws
   */
  upsert(input: ScheduleInput): Promise<ScheduleRecord>;
  /** False when there is none. */
  remove(id: string): Promise<boolean>;
  /** The next times, at most `count` (and at most 100); none when there is no such schedule. */
  next(id: string, count: number): Promise<readonly number[]>;
}
