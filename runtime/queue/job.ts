import type { JobData } from '../../proto/generated/messages.ts';
import type { Failure } from '../errors/errors.ts';

/**
 * The words of the queue. A *job* stands in a *queue* in one *state* until it is *active* in the hands of a *worker*;
 * each run of it is an *attempt*; it ends with one *outcome*.
 */

export const JOB_STATES = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;
/** Where a job is. `waiting` includes those of all priorities; `delayed` includes those that wait for a retry. */
export type JobState = (typeof JOB_STATES)[number];

/** What a job ended with. */
export const JOB_OUTCOMES = ['completed', 'failed', 'cancelled', 'removed'] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** The data of a job type: as its schema in `proto/` says, or any object for a type of one's own. */
export type DataOfJob<Type extends string> = Type extends keyof JobData ? JobData[Type] : Record<string, unknown>;

/** What may be given as the data of a type: of one's own, whatever its schema allows. */
export type DataForJob<Type extends string> = Type extends keyof JobData ? JobData[Type] : unknown;

/** How long a failed job waits before its next attempt. */
export type Backoff =
  /** The same time each time. */
  | { readonly type: 'fixed'; readonly delayMs: number; readonly jitter?: number }
  /** Twice as long each time: `delayMs · 2^(attempt − 1)`. */
  | { readonly type: 'exponential'; readonly delayMs: number; readonly jitter?: number }
  /** By a strategy that the worker knows under this name. */
  | { readonly type: 'custom'; readonly name: string; readonly delayMs?: number };

/** What to do about a job whose `id` is there already, waiting, active, delayed or finished within the last hour. */
export type Deduplication =
  /** The new one is ignored for as long as the first one is there. */
  | { readonly mode: 'simple'; readonly id: string }
  /** The new one is ignored for `ttlMs` after the first one was added. */
  | { readonly mode: 'throttle'; readonly id: string; readonly ttlMs: number }
  /** Each new one takes the place of the one before, and runs `ttlMs` after the last one was added. */
  | { readonly mode: 'debounce'; readonly id: string; readonly ttlMs: number }
  /** The new one takes the place of one that still waits; one that is active is left to finish beside it. */
  | { readonly mode: 'replace'; readonly id: string };

export interface JobOptions {
  /** Chosen by the caller: up to 200 characters. A job of this id that is there already is left alone. */
  readonly id?: string;
  /** 0 (first, the default) to 2,097,152. Exact up to 9; above, first in first out within a power of ten. */
  readonly priority?: number;
  /** Last in, first out: before all that waits with priority 0. */
  readonly isLifo?: boolean;
  /** Not before so many milliseconds from now. */
  readonly delayMs?: number;
  /** How often it is tried; the queue's setting when absent. */
  readonly attempts?: number;
  readonly backoff?: Backoff;
  /** For one attempt, in milliseconds; 0 for none. */
  readonly attemptTimeoutMs?: number;
  /** From the time it was added to the end of its last attempt, in milliseconds; 0 for none. */
  readonly totalTimeoutMs?: number;
  readonly deduplicate?: Deduplication;
  /** W3C trace context that the job goes on with. */
  readonly traceparent?: string;
}

export interface NewJob {
  readonly type: string;
  readonly data: unknown;
  readonly options?: JobOptions;
}

export interface AddedJob {
  readonly id: string;
  /** True when a job of this id was there already, and this one was not added. */
  readonly isDuplicate: boolean;
}

/** The reference form of what became of a job. `duration` in milliseconds, `timestamp` in milliseconds since 1970. */
export interface JobResult {
  readonly success: boolean;
  readonly data?: unknown;
  readonly error?: string;
  readonly duration: number;
  readonly timestamp: number;
}

/** A failed attempt. */
export interface JobFailure extends Failure {
  readonly attempt: number;
  readonly at: number;
  readonly stack?: string;
}

/** What a worker is given of a job. */
export interface Job<Data = unknown> {
  readonly id: string;
  readonly queue: string;
  readonly type: string;
  readonly data: Data;
  /** 1 for the first. */
  readonly attempt: number;
  /** How many attempts there may be. */
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  readonly traceparent?: string;
  /** How often it was taken from a worker that had fallen silent. */
  readonly stalledCount: number;
}

/** A job as lists show it. Times in milliseconds since 1970. */
export interface JobSummary {
  readonly id: string;
  readonly queue: string;
  readonly type: string;
  readonly state: JobState | 'cancelled' | 'removed';
  readonly priority: number;
  /** Attempts made, the one at work included. */
  readonly attemptsMade: number;
  readonly attempts: number;
  readonly addedAt: number;
  /** When a delayed one becomes ready. */
  readonly dueAt?: number;
  readonly finishedAt?: number;
  /** Of the last attempt. */
  readonly durationMs?: number;
  /** The last failure in a sentence. */
  readonly error?: string;
  readonly traceId?: string;
}

/** Everything that is known of a job. */
export interface JobDetail extends JobSummary {
  readonly data?: unknown;
  readonly result?: JobResult;
  readonly failures: readonly JobFailure[];
  readonly progress?: unknown;
  readonly logs: readonly string[];
  readonly partials: readonly unknown[];
  readonly stalledCount: number;
  readonly options: JobOptions;
}

export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Those that retention keeps. */
  readonly completed: number;
  readonly failed: number;
  readonly isPaused: boolean;
  /** Waiting ones by priority class: the lowest priority of each, and how many. */
  readonly byPriority: readonly { readonly priority: number; readonly waiting: number }[];
  /** How old the number of active ones may be, in milliseconds; 0 when nothing runs. */
  readonly lagMs: number;
  /** Workers that were heard of in the last seconds, in all processes. */
  readonly workers: number;
}

export interface JobPage {
  readonly jobs: readonly JobSummary[];
  readonly next?: string;
}

/** Which finished jobs stay listed. */
export interface Retention {
  readonly count: number;
  /** Milliseconds. */
  readonly ageMs?: number;
}

export interface RateLimit {
  /** Starts within `windowMs`, over all workers. */
  readonly max: number;
  readonly windowMs: number;
}

export interface QueueSettings {
  readonly attempts: number;
  readonly backoff: Backoff;
  /** 0 for none. */
  readonly attemptTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly completed: Retention;
  readonly failed: Retention;
  /** Jobs active at once over all workers; null for no limit. */
  readonly globalConcurrency: number | null;
  readonly rateLimit: RateLimit | null;
  /** Job types that it takes; all known ones when empty. */
  readonly types: readonly string[];
}

/** As in the reference design: three attempts, exponential from 2 s, ten completed and fifty failed ones kept. */
export const DEFAULT_SETTINGS: QueueSettings = {
  attempts: 3,
  backoff: { type: 'exponential', delayMs: 2_000 },
  attemptTimeoutMs: 0,
  totalTimeoutMs: 0,
  completed: { count: 10 },
  failed: { count: 50 },
  globalConcurrency: null,
  rateLimit: null,
  types: [],
};

export const JOB_EVENT_TYPES = [
  'added',
  'active',
  'progress',
  'log',
  'partial',
  'completed',
  'failed',
  'retrying',
  'stalled',
  'promoted',
  'cancelled',
  'removed',
] as const;
export type JobEventType = (typeof JOB_EVENT_TYPES)[number];

/**
 * A fact about a job. `added` and `active` are told to whoever listens at that moment and not kept: they have no
 * `position`. All others stand in the log, and a listener that names a position misses none after it.
 */
export interface JobEvent {
  readonly type: JobEventType;
  readonly queue: string;
  readonly id: string;
  readonly jobType: string;
  readonly at: number;
  /** Where it stands in the log: sequence and place in that message. */
  readonly position?: { readonly sequence: number; readonly index: number };
  readonly attempt?: number;
  /** Of `completed` and `failed`. */
  readonly result?: JobResult;
  /** Of `progress`, `log` and `partial`. */
  readonly data?: unknown;
  readonly traceparent?: string;
}
