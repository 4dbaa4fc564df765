import type { JobData } from './job-data.ts';

/** What both systems offer to those who add jobs, look at them and work on them. */
export interface QueueClient extends AsyncDisposable {
  /** Makes the queue if there is none. */
  open(queue: string): Promise<BenchQueue>;
  /** Resolves when it takes jobs. `process` is called at the beginning of each, and is all that is done for it. */
  startWorker(queue: string, concurrency: number, process: (data: JobData) => void): Promise<BenchWorker>;
}

export interface BenchQueue extends AsyncDisposable {
  /** Resolves with the job's id when it is stored. */
  add(data: JobData): Promise<string>;
  addBulk(jobs: readonly JobData[], delayMs?: number): Promise<readonly string[]>;
  counts(): Promise<Counts>;
  /** Looks a job up by its id. */
  has(id: string): Promise<boolean>;
  /** Removes the queue with all it holds. */
  remove(): Promise<void>;
}

export interface Counts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

export interface BenchWorker {
  /**
   * Waits until the outcomes of so many jobs are stored, and stops.
   *
   * @returns when the last of them was: the time of `performance.now()`
   */
  finish(count: number): Promise<number>;
}

/** Where a driver finds what it drives. */
export type Target =
  | {
      readonly kind: 'autoweave';
      readonly url: string;
      readonly user: string;
      readonly password: string;
      readonly isSyncedAlways: boolean;
    }
  | { readonly kind: 'bullmq'; readonly folder: string; readonly port: number };

/** Both systems' name of the one type of jobs. */
export const JOB_TYPE = 'bench.send';
/** Longest wait for what was added to be done. */
export const SETTLE_MS = 120_000;
