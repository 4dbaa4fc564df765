import { AutoWeaveError, TerminalError } from '../errors/errors.ts';
import { encodeSingle, type JobEntry } from '../message/job-message.ts';
import { encodeHeaders } from '../message/message.ts';
import { commandSubject, eventSubject } from '../message/subjects.ts';
import type { Log } from '../telemetry/log.ts';
import type { Span } from '../telemetry/spans.ts';
import type { Facts } from './facts.ts';
import type { Home } from './home.ts';
import type { Job } from './job.ts';
import { toEntryOptions } from './job-options.ts';
import type { Effect } from './outcome-record.ts';
import type { EnqueuedOptions, JobContext } from './queue-api.ts';
import type { OneQueue } from './queue-parts.ts';

/** One run of a job in this process. */
export interface AttemptParts extends OneQueue {
  readonly facts: Facts;
}

const PROGRESS_MS = 100;
const MAX_LINES = 1_000;
const MAX_EFFECTS = 400;
const NO_EFFECTS: readonly Effect[] = [];

/** A class, since there is one for each job: what a job does not use costs it nothing. */
export class Attempt implements JobContext {
  readonly job: Job;
  readonly home: Home;
  readonly place: number;
  readonly entry: JobEntry;
  readonly startedAt: number;
  readonly span: Span | undefined;
  /** When its time is up, on the monotonic clock; Infinity for never. */
  readonly until: number;
  /** Nothing that comes from it counts any more. */
  isOver = false;
  /** What is kept of its data with its outcome, as JSON. */
  dataToKeep = '';
  /** Its slot is free again. */
  isFreed = false;
  readonly #parts: AttemptParts;
  #controller: AbortController | undefined;
  #reason: AutoWeaveError | undefined;
  #effects: Effect[] | undefined;
  #effectBytes = 0;
  #lines = 0;
  #progressAt = Number.NEGATIVE_INFINITY;
  #progress: unknown;
  #cancelProgress: (() => void) | undefined;

  constructor(
    parts: AttemptParts,
    job: Job,
    home: Home,
    place: number,
    times: { readonly startedAt: number; readonly until: number },
    span: Span | undefined,
  ) {
    this.#parts = parts;
    this.job = job;
    this.home = home;
    this.place = place;
    this.entry = home.entries[place]!;
    this.startedAt = times.startedAt;
    this.until = times.until;
    this.span = span;
  }

  get traceparent(): string | undefined {
    return this.span?.traceparent ?? this.job.traceparent;
  }

  get log(): Log {
    return this.#parts.log;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get effects(): readonly Effect[] {
    return this.#effects ?? NO_EFFECTS;
  }

  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  progress(value: unknown): void {
    if (this.#isLate('report progress')) return;
    this.#progress = value;
    if (this.#cancelProgress !== undefined) return;
    const { clock } = this.#parts;
    const waitMs = Math.max(0, this.#progressAt + PROGRESS_MS - clock.monotonic());
    const tell = () => {
      this.#cancelProgress = undefined;
      this.#progressAt = clock.monotonic();
      this.#tell('progress', this.#progress);
    };
    if (waitMs === 0) tell();
    else this.#cancelProgress = clock.schedule(waitMs, tell);
  }

  write(line: string): void {
    if (this.#isLate('write to its log')) return;
    if (this.#lines++ < MAX_LINES) this.#tell('log', String(line));
    else if (this.#lines === MAX_LINES + 1) this.#tell('log', `(more than ${MAX_LINES} lines: the rest is left out)`);
  }

  async partial(chunk: unknown): Promise<void> {
    if (this.#isLate('give a partial result')) return;
    await this.#parts.facts.store('partial', this.job.id, {
      t: this.job.type,
      at: this.#parts.clock.now(),
      n: this.job.attempt,
      d: chunk,
    });
  }

  emit(type: string, data: unknown, { key }: { readonly key: string }): void {
    const { tenant } = this.#parts;
    this.#send(
      'EVENTS',
      terminally(() => eventSubject(tenant, type, key)),
      type,
      key,
      data,
    );
  }

  cast(actor: string, key: string, type: string, data: unknown): void {
    const { tenant } = this.#parts;
    this.#send(
      'MAILBOX',
      terminally(() => commandSubject({ tenant, actor, key })),
      type,
      key,
      data,
    );
  }

  enqueue(queue: string, type: string, data: unknown, options: EnqueuedOptions = {}): string {
    const { tenant, contracts, clock, random } = this.#parts;
    if (!contracts.has(type)) {
      throw new TerminalError('AW_JOB_TYPE_UNKNOWN', `Cannot add "${type}" to queue "${queue}": there is no such type`);
    }
    checkData(contracts, type, data);
    const id = options.id ?? random.hex(8);
    const entryOptions = terminally(() => toEntryOptions(options));
    if ('deduplicate' in options) {
      const message = `Cannot add "${type}" to queue "${queue}" from a job by deduplication`;
      throw new TerminalError('AW_JOB_OPTIONS_INVALID', message, { hint: 'give it an id' });
    }
    const addedAt = clock.now();
    const message = terminally(() =>
      encodeSingle({
        tenant,
        queue,
        id,
        type,
        data,
        addedAt,
        traceparent: this.span?.traceparent ?? this.job.traceparent,
        ...(entryOptions === undefined ? {} : { options: entryOptions }),
        // A worker asks first whether one of this id has ended before.
        ...(options.id === undefined ? {} : { incarnation: '' }),
        ...(options.delayMs ? { at: addedAt + options.delayMs } : {}),
      }),
    );
    this.#push({ to: 'JOBS', headers: {}, ...message });
    return id;
  }

  /** Tells the processor to stop; what it gives afterwards counts for nothing. */
  abort(reason: AutoWeaveError): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }

  /** Its last word of progress is told now, not in a while. */
  close(): void {
    this.isOver = true;
    if (this.#cancelProgress === undefined) return;
    this.#cancelProgress();
    this.#cancelProgress = undefined;
    this.#tell('progress', this.#progress);
  }

  #tell(verb: 'progress' | 'log', value: unknown): void {
    const { facts, clock } = this.#parts;
    facts.tell(verb, this.job.id, {
      t: this.job.type,
      at: clock.now(),
      n: this.job.attempt,
      d: value,
      ...(this.job.traceparent === undefined ? {} : { p: this.job.traceparent }),
    });
  }

  #send(to: 'EVENTS' | 'MAILBOX', subject: string, type: string, about: string, data: unknown): void {
    const { contracts, clock } = this.#parts;
    checkData(contracts, type, data);
    const { queue, id, attempt, traceparent } = this.job;
    const count = this.#effects?.length ?? 0;
    const headers = encodeHeaders({
      id: `job-${queue}-${id}-${attempt}-${count}`,
      type,
      source: `job/${queue}/${id}`,
      subject: about,
      time: new Date(clock.now()).toISOString(),
      data: undefined,
      ...(traceparent === undefined ? {} : { traceparent: this.span?.traceparent ?? traceparent }),
    });
    this.#push({ to, subject, headers, body: JSON.stringify(data) });
  }

  #push(effect: Effect): void {
    if (this.#isLate(`send to ${effect.to}`)) return;
    const { bus } = this.#parts;
    const bytes = Buffer.byteLength(effect.body);
    if (bytes > bus.maxBodyBytes) {
      const message = `Cannot send ${bytes} bytes to "${effect.subject}": it is at most ${bus.maxBodyBytes}`;
      throw new TerminalError('AW_MESSAGE_TOO_LARGE', message);
    }
    this.#effects ??= [];
    // As it stands in the outcome, beside the result.
    this.#effectBytes += Buffer.byteLength(JSON.stringify(effect));
    if (this.#effects.length === MAX_EFFECTS || this.#effectBytes > bus.maxEntryBytes / 2) {
      const message = `Cannot send more than ${MAX_EFFECTS} messages or ${bus.maxEntryBytes / 2} bytes from one job`;
      throw new TerminalError('AW_OUTBOX_TOO_LARGE', message);
    }
    this.#effects.push(effect);
  }

  /** What a processor does after it has ended has no outcome to go with. */
  #isLate(what: string): boolean {
    if (!this.isOver) return false;
    const { id, queue } = this.job;
    this.log.error('job.late', { queue, id, what, hint: 'await everything before the processor returns' });
    return true;
  }
}

function checkData(contracts: OneQueue['contracts'], type: string, data: unknown): void {
  terminally(() => contracts.validate(type, data));
  try {
    if (JSON.stringify(data) !== undefined) return;
  } catch (cause) {
    throw new TerminalError('AW_JOB_NOT_JSON', `Cannot send "${type}": its data is not JSON`, { cause });
  }
  throw new TerminalError('AW_JOB_NOT_JSON', `Cannot send "${type}": its data is not JSON: it is ${typeof data}`);
}

/** What was wrong with a message is so at the next attempt, too. */
function terminally<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AutoWeaveError)) throw error;
    throw new TerminalError(error.code, error.message, { cause: error });
  }
}
