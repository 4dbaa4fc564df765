/** What a driver is told to do. `queue` is a name of this turn only. */
export type Order = Add | Bulk | Pace | Process | Listen | Heard | Ask | Remove;

/** So many lanes, each of which adds a job, waits until it is stored and adds the next, until the time is up or all are added. */
export interface Add {
  readonly kind: 'add';
  readonly queue: string;
  readonly bytes: number;
  readonly inFlight: number;
  readonly ms?: number;
  readonly count?: number;
}

/** So many lanes of batches, until the time is up or all are added. */
export interface Bulk {
  readonly kind: 'bulk';
  readonly queue: string;
  readonly bytes: number;
  readonly batch: number;
  readonly inFlight: number;
  readonly ms?: number;
  readonly count?: number;
  /** All become due so long after the beginning. */
  readonly dueMs?: number;
}

/** Jobs added at a steady pace, whether those before were stored or not. */
export interface Pace {
  readonly kind: 'pace';
  readonly queue: string;
  readonly bytes: number;
  readonly perSecond: number;
  readonly ms: number;
}

/** A worker from its start until the outcomes of so many waiting jobs are stored. */
export interface Process {
  readonly kind: 'process';
  readonly queue: string;
  readonly concurrency: number;
  readonly count: number;
}

/** Starts a worker, and answers when it takes jobs. */
export interface Listen {
  readonly kind: 'listen';
  readonly queue: string;
  readonly concurrency: number;
}

/** Waits until that worker has done so many, stops it, and tells how long after their time they began. */
export interface Heard {
  readonly kind: 'heard';
  readonly count: number;
}

/** Asks one thing after the other: counts, or jobs by the ids of some that were added in batches. */
export interface Ask {
  readonly kind: 'counts' | 'lookups';
  readonly queue: string;
  readonly times: number;
}

/** Removes the queue with all it holds, once it is seen that it holds what it should. */
export interface Remove {
  readonly kind: 'remove';
  readonly queue: string;
  /** Jobs that wait, run or are delayed. Not looked at when absent. */
  readonly expected?: number;
}

export interface Result {
  /** Jobs, or questions. */
  readonly count: number;
  readonly ms: number;
  /** Figures by name: `perSecond`, or `p50` and `p99` in milliseconds. */
  readonly values: Readonly<Record<string, number>>;
}
