import { writeSync } from 'node:fs';

/** What the processes of a run are told when they start, and what they say on their standard output, a line each. */

/** Where the jobs are. */
export type Target =
  | { readonly kind: 'autoweave'; readonly url: string; readonly isSyncedAlways: boolean }
  /** A folder where BullMQ is installed. */
  | { readonly kind: 'bullmq'; readonly folder: string; readonly port: number };

/** What is wrong with a worker, so that the checks have something to find. */
export type Flaw =
  /** Its outcomes are stored whatever others have stored. */
  | 'unfenced'
  /** It acknowledges a job when it gets it. */
  | 'early'
  /** It never says that it still works on what it has. */
  | 'silent';

export interface WorkerOrder {
  readonly target: Target;
  readonly queue: string;
  readonly concurrency: number;
  readonly stalledIntervalMs: number;
  readonly maxStalledCount: number;
  readonly flaw?: Flaw;
}

/**
 * `all`: jobs of every way to add them, some fail once; `poison`: some end their worker; `shared`:
 * each has an id that others use, too; otherwise of one sort.
 */
export type Mix = 'all' | 'plain' | 'poison' | 'hold' | 'waver' | 'block' | 'shared';

export interface AdderOrder {
  readonly target: Target;
  readonly queue: string;
  /** Name of the adder: jobs are told apart by it and their number. */
  readonly by: string;
  readonly mix: Mix;
  /** Adds that are on their way at once. */
  readonly lanes: number;
  /** Between two of one lane. */
  readonly restMs: number;
  /** How long a job takes. */
  readonly workMs: number;
  /** Adds so many and ends; until its input says `stop` when absent. */
  readonly count?: number;
  /** Refuses to add while there are fewer bytes at this path. */
  readonly disk?: { readonly path: string; readonly minFreeBytes: number };
}

export const SORTS = ['plain', 'flaky', 'poison', 'hold', 'waver', 'block'] as const;
/**
 * `flaky` fails the first time; `poison` ends its worker's process; `hold` waits until its worker is told `go`, `waver`
 * does so and fails the first time; `block` keeps the thread busy.
 */
export type Sort = (typeof SORTS)[number];

export interface ChaosData {
  readonly by: string;
  readonly n: number;
  readonly sort: Sort;
  readonly ms: number;
}

/** Times are milliseconds of the machine's monotonic clock, which all processes share. */
export type Word =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'began' } & Run)
  | ({ readonly kind: 'ran' } & Run)
  | ({ readonly kind: 'added' } & Added)
  | { readonly kind: 'refused'; readonly by: string; readonly n: number; readonly code: string; readonly at: number }
  | { readonly kind: 'done' };

/** One run of a processor. `began` at its begin, `ran` when it comes to its end, whatever becomes of that. */
export interface Run {
  readonly id: string;
  readonly by: string;
  readonly n: number;
  readonly attempt: number;
  readonly at: number;
}

/** An add that was acknowledged. */
export interface Added {
  readonly id: string;
  readonly by: string;
  readonly n: number;
  readonly sort: Sort;
  readonly isDuplicate: boolean;
  readonly sentAt: number;
  readonly at: number;
}

/** At once: the process may be about to be killed. */
export function say(word: Word): void {
  writeSync(1, `${JSON.stringify(word)}\n`);
}

export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
