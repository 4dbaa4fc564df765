import type { Failure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type {
  AddedJob,
  DataForJob,
  Job,
  JobCounts,
  JobDetail,
  JobEvent,
  JobOptions,
  JobPage,
  JobState,
  NewJob,
  QueueSettings,
} from './job.ts';

/** What one asks of queues: `JobQueue` to add and look, `Worker` to process. `queues.ts` makes them. */

export interface JobQueue extends AsyncDisposable {
  readonly name: string;
  /**
   * Resolves when the job is stored, as durably as the broker's dial says.
   *
   * @throws AW_JOB_TYPE_UNKNOWN, AW_DATA_INVALID, AW_JOB_NOT_JSON, AW_MESSAGE_TOO_LARGE, AW_JOB_OPTIONS_INVALID,
   *   AW_QUEUE_FULL, AW_DISK_FULL, AW_BROKER_UNAVAILABLE
   */
  add<Type extends string>(type: Type, data: DataForJob<Type>, options?: JobOptions): Promise<AddedJob>;
  /** Adds all or none, up to 1,000; beyond, all or none of each thousand. */
  addBulk(jobs: readonly NewJob[]): Promise<readonly AddedJob[]>;
  get(id: string): Promise<JobDetail | undefined>;
  counts(): Promise<JobCounts>;
  /** Waiting ones in the order in which they start, finished ones newest first. */
  list(state: JobState, page?: { readonly first?: number; readonly after?: string }): Promise<JobPage>;
  /** A delayed job becomes ready now. @throws AW_JOB_UNKNOWN, AW_JOB_STATE */
  promote(id: string): Promise<void>;
  /** A failed job waits again, with new data if given. @throws AW_JOB_UNKNOWN, AW_JOB_STATE, AW_DATA_INVALID */
  retry(id: string, data?: unknown): Promise<void>;
  /** @throws AW_JOB_UNKNOWN, AW_JOB_STATE when it is active: cancel it */
  remove(id: string): Promise<void>;
  /** Ends a job that waits or runs; its signal aborts wherever it runs. @throws AW_JOB_UNKNOWN, AW_JOB_STATE */
  cancel(id: string, reason?: string): Promise<void>;
  /** How many jobs it concerns, or has concerned. */
  bulk(operation: BulkOperation, filter: JobFilter, options?: { readonly isDryRun?: boolean }): Promise<number>;
  /** Workers take nothing more until {@link resume}; what runs goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Removes all that waits, and what is delayed if asked for. */
  drain(options?: { readonly withDelayed?: boolean }): Promise<number>;
  /** Forgets finished jobs that are older than `graceMs`, at most `limit`. */
  clean(state: 'completed' | 'failed', graceMs: number, limit?: number): Promise<number>;
  /** Removes the queue with all it has. @throws AW_QUEUE_UNCONFIRMED unless `confirm` is its name */
  obliterate(confirm: string): Promise<void>;
  settings(): Promise<QueueSettings>;
  configure(settings: Partial<QueueSettings>): Promise<QueueSettings>;
  /** What came after a position (or comes from now on), for ever. */
  events(after: JobEvent['position'] | undefined, signal: AbortSignal): AsyncIterable<JobEvent>;
}

export type BulkOperation = 'retry' | 'remove' | 'promote' | 'cancel';

export interface JobFilter {
  readonly state: JobState;
  readonly type?: string;
  /** Added before; milliseconds since 1970. */
  readonly addedBefore?: number;
  /** At most so many. */
  readonly limit?: number;
}

/** Gives the data of the job's result. Throwing fails the attempt: a `TerminalError` for good. */
export type Processor<Data = unknown> = (job: Job<Data>, ctx: JobContext) => unknown;

export interface JobContext {
  /** Aborts when the job is cancelled, its time is up, or the worker has lost it or stops. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** W3C trace context of this attempt: what it causes goes on with it. */
  readonly traceparent: string | undefined;
  /** Anything that says how far it is; the newest is kept, and told at most ten times a second. */
  progress(value: unknown): void;
  /** A line for the job's own log. */
  write(line: string): void;
  /** A part of the result, seen by whoever follows the job while it runs. Resolves when it is stored. */
  partial(chunk: unknown): Promise<void>;
  /** Published once the job has completed, once: kept with the outcome. */
  emit(type: string, data: unknown, options: { readonly key: string }): void;
  /** A command to an actor, likewise. */
  cast(actor: string, key: string, type: string, data: unknown): void;
  /** Another job, likewise. Gives its id. */
  enqueue(queue: string, type: string, data: unknown, options?: EnqueuedOptions): string;
}

/** Of a job that another one sends. Under an id of the caller's it is left alone when one of that id has ended. */
export type EnqueuedOptions = Omit<JobOptions, 'deduplicate' | 'traceparent'>;

/** Milliseconds until the next attempt; -1 fails the job for good. */
export type BackoffStrategy = (attempt: number, failure: Failure, job: Job) => number;

export interface WorkerOptions {
  /** Jobs at once; 10 when absent. */
  readonly concurrency?: number;
  /** A job whose worker is silent for so long is given to another; 30 s when absent. */
  readonly stalledIntervalMs?: number;
  /** How often that may happen to one job before it fails; 1 when absent. */
  readonly maxStalledCount?: number;
  readonly backoffStrategies?: Readonly<Record<string, BackoffStrategy>>;
}

export interface Worker extends AsyncDisposable {
  readonly id: string;
  readonly queue: string;
  /** Jobs at work now. */
  readonly running: number;
  /** Takes nothing more, waits for what runs, and gives back what it has not begun or what outlasts the grace. */
  stop(graceMs?: number): Promise<{ readonly returned: number }>;
}

/** All queues of a tenant, as one process sees them. */
export interface Queues extends AsyncDisposable {
  /** Opens a queue, and makes it if there is none. */
  open(name: string, settings?: Partial<QueueSettings>): Promise<JobQueue>;
  /** @throws AW_QUEUE_UNKNOWN */
  get(name: string): Promise<JobQueue>;
  list(): Promise<readonly string[]>;
  startWorker(queue: string, process: Processor, options?: WorkerOptions): Promise<Worker>;
}
