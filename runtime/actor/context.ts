import type { Clock } from '../clock/clock.ts';
import { createSeededRandom, type SeededRandom } from '../clock/seeded-random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError, type Failure, TerminalError, toFailure } from '../errors/errors.ts';
import { checkJobId, type EntryOptions, encodeSingle, isRef, MAX_REF } from '../message/job-message.ts';
import { checkDelay, invalidOption, packOptions } from '../message/job-options.ts';
import { encodeKey } from '../message/key.ts';
import { encodeHeaders, type Message } from '../message/message.ts';
import { commandSubject, eventSubject, isName, type PartitionedAddress } from '../message/subjects.ts';
import type { Log } from '../telemetry/log.ts';
import type { Span } from '../telemetry/spans.ts';
import { callerName } from './calls.ts';
import type { Cancellations } from './cancellations.ts';
import type { ActorClient } from './client.ts';
import {
  type ActorContext,
  type ActorDefinition,
  type EnqueueOptions,
  findHandler,
  type TimerSpec,
} from './definition.ts';
import type { OutboxItem, Timers } from './entry.ts';
import { createTimer, MAX_TIMERS, timerItem } from './timers.ts';

/** What a handler is given: reads of the world, and what it sends, collected for its commit. */

export interface HandlingParts {
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Largest body of a message, in bytes. */
  readonly maxBodyBytes: number;
  /** Incarnation of the mailbox. */
  readonly incarnation: string;
  readonly client: Pick<ActorClient, 'call'>;
  readonly cancellations: Pick<Cancellations, 'check' | 'watch'>;
}

/** A message with what its handling is told about it. */
export interface Handling {
  readonly definition: ActorDefinition;
  readonly address: PartitionedAddress;
  readonly message: Message;
  /** Of the message in MAILBOX. */
  readonly sequence: number;
  readonly attempt: number;
  readonly span: Span;
  /** What an earlier run was given from outside, for a replay. */
  readonly recorded?: readonly Input[];
  readonly reins: Reins;
  /** Ids that earlier runs for the same message have used. */
  readonly idsUsed: number;
}

/** Holds a handler that waits for something. */
export interface Reins {
  /** Gives it up; absent while there is none. */
  giveUp?: ((reason: AutoWeaveError) => void) | undefined;
  /** The bunch is to end with the message at work. */
  endsEarly?: boolean;
}

/** What a handler can't work out by itself: a read of the clock, or what came of a call. */
export type Input = number | { readonly answer: unknown } | FailedCall;

interface FailedCall {
  readonly error: Failure;
  readonly isFinal?: true;
}

/** What a handler has done, beside changing the state. */
export interface Handled {
  readonly items: readonly OutboxItem[];
  readonly timers: Timers;
  readonly isDestroyed: boolean;
  /** What it was given from outside, in the order in which it asked. */
  readonly inputs: readonly Input[];
  readonly idsUsed: number;
}

/** Items that one message may send; a handler that sends more is wrong, not busy. */
const MAX_ITEMS = 400;
const CALL_MS = 30_000;
/** Stands for a call that the handler did not wait for. */
const NO_ANSWER: Input = { error: { code: 'AW_CALL_UNANSWERED', message: 'The handler ended before the answer came' } };

export class Context implements ActorContext, Handled {
  readonly items: OutboxItem[] = [];
  readonly inputs: Input[] = [];
  timers: Timers;
  isDestroyed = false;
  readonly #parts: HandlingParts;
  readonly #handling: Handling;
  #isOver = false;
  idsUsed: number;
  #random: SeededRandom | undefined;
  #aborter: AbortController | undefined;
  #signal: AbortSignal | undefined;

  constructor(parts: HandlingParts, handling: Handling, timers: Timers) {
    this.#parts = parts;
    this.#handling = handling;
    this.timers = timers;
    this.idsUsed = handling.idsUsed;
  }

  get tenant(): string {
    return this.#handling.address.tenant;
  }

  get actor(): string {
    return this.#handling.address.actor;
  }

  get key(): string {
    return this.#handling.address.key;
  }

  get attempt(): number {
    return this.#handling.attempt;
  }

  get log(): Log {
    return this.#parts.log;
  }

  get signal(): AbortSignal {
    this.#aborter ??= new AbortController();
    this.#signal ??= AbortSignal.any([this.#parts.signal, this.#aborter.signal]);
    return this.#signal;
  }

  now(): number {
    const recorded = this.#handling.recorded?.[this.inputs.length];
    const time = typeof recorded === 'number' ? recorded : this.#parts.clock.now();
    this.inputs.push(time);
    return time;
  }

  random(): number {
    return this.#draw().fraction();
  }

  uuid(): string {
    return this.#draw().uuid();
  }

  emit(type: string, data: unknown, options: { readonly key?: string } = {}): void {
    const about = options.key ?? this.key;
    this.#send('EVENTS', eventSubject(this.tenant, type, about), type, about, data);
  }

  cast(actor: string, key: string, type: string, data: unknown): void {
    this.#send('MAILBOX', commandSubject({ tenant: this.tenant, actor, key }), type, key, data);
  }

  enqueue(queue: string, type: string, data: unknown, options: EnqueueOptions = {}): string {
    const { contracts, clock } = this.#parts;
    const { message, span } = this.#handling;
    const id = options.id ?? this.#newId();
    if (this.#isLate(`enqueue "${type}"`)) return id;
    checkData(contracts, type, data);
    this.#encode(type, data);
    const addedAt = clock.now();
    const { subject, body, deliver } = terminally(() => {
      checkJobId(id);
      return encodeSingle({
        tenant: this.tenant,
        queue,
        id,
        type,
        data,
        addedAt,
        ...entryOptions(options),
        // A worker asks first whether one of this id has ended before.
        ...(options.id === undefined ? {} : { incarnation: '' }),
        ...(options.delayMs ? { at: addedAt + options.delayMs } : {}),
        ...(message.traceparent === undefined ? {} : { traceparent: span.traceparent }),
      });
    });
    this.#push({ to: 'JOBS', subject, headers: {}, body, ...(deliver ? { deliver } : {}) });
    return id;
  }

  async call(
    actor: string,
    key: string,
    type: string,
    data: unknown,
    { timeoutMs = CALL_MS }: { readonly timeoutMs?: number } = {},
  ): Promise<unknown> {
    if (this.#isLate(`call "${actor}/${key}"`)) {
      throw new AutoWeaveError('AW_CONTEXT_OVER', `Cannot call "${actor}/${key}": the handler has ended`);
    }
    const { message, address, span } = this.#handling;
    const callers = [...(message.callers ?? []), callerName(address)];
    if (callers.includes(callerName({ actor, key }))) {
      throw new TerminalError('AW_CALL_CYCLE', `Cannot call "${actor}/${key}": it waits for this very handler`, {
        hint: 'use cast, or let the caller hand over what is needed',
      });
    }
    checkData(this.#parts.contracts, type, data);
    const place = this.inputs.push(NO_ANSWER) - 1;
    const recorded = this.#handling.recorded?.[place];
    if (typeof recorded === 'object') {
      this.inputs[place] = recorded;
      if ('answer' in recorded) return recorded.answer;
      throw new (recorded.isFinal ? TerminalError : AutoWeaveError)(recorded.error.code, recorded.error.message);
    }
    try {
      const answer = await this.#parts.client.call({ tenant: this.tenant, actor, key }, type, data, {
        timeoutMs,
        callers,
        source: this.#source(),
        signal: this.signal,
        ...(message.traceparent === undefined ? {} : { traceparent: span.traceparent }),
      });
      this.inputs[place] = { answer };
      return answer;
    } catch (error) {
      this.inputs[place] = { error: toFailure(error), ...(error instanceof TerminalError ? { isFinal: true } : {}) };
      throw error;
    }
  }

  schedule(spec: TimerSpec): void {
    if (this.#isLate(`schedule "${spec.id}"`)) return;
    if (findHandler(this.#handling.definition, spec.type) === undefined) {
      throw new TerminalError('AW_TYPE_UNHANDLED', `Cannot schedule "${spec.type}": this actor has no handler for it`);
    }
    checkData(this.#parts.contracts, spec.type, spec.data ?? {});
    this.#encode(spec.type, spec.data ?? {});
    const now = this.now();
    const timer = createTimer(spec, now, this.#newId());
    if (!Object.hasOwn(this.timers, spec.id) && Object.keys(this.timers).length === MAX_TIMERS) {
      throw new TerminalError('AW_TIMERS_TOO_MANY', `Cannot keep more than ${MAX_TIMERS} timers for one key`);
    }
    this.timers = { ...this.timers, [spec.id]: timer };
    this.#push(timerItem(this.#handling.address, spec.id, timer, now));
  }

  cancel(timerId: string): boolean {
    if (this.#isLate(`cancel "${timerId}"`) || !Object.hasOwn(this.timers, timerId)) return false;
    const { [timerId]: _cancelled, ...rest } = this.timers;
    this.timers = rest;
    return true;
  }

  destroy(): void {
    if (!this.#isLate('destroy')) this.isDestroyed = true;
  }

  abort(error: AutoWeaveError): void {
    this.#aborter ??= new AbortController();
    this.#aborter.abort(error);
  }

  close(): void {
    this.#isOver = true;
  }

  #send(to: 'EVENTS' | 'MAILBOX', wireSubject: string, type: string, subject: string, data: unknown): void {
    if (this.#isLate(`send "${type}"`)) return;
    const { contracts, clock } = this.#parts;
    checkData(contracts, type, data);
    const body = this.#encode(type, data);
    const { message, span } = this.#handling;
    const headers = encodeHeaders({
      id: this.#newId(),
      type,
      source: this.#source(),
      subject,
      time: new Date(clock.now()).toISOString(),
      data: undefined,
      ...(message.traceparent === undefined ? {} : { traceparent: span.traceparent }),
    });
    this.#push({ to, subject: wireSubject, headers, body });
  }

  #encode(type: string, data: unknown): string {
    const { maxBodyBytes } = this.#parts;
    const body = JSON.stringify(data);
    if (Buffer.byteLength(body) <= maxBodyBytes) return body;
    throw new TerminalError('AW_MESSAGE_TOO_LARGE', `Cannot send "${type}": its data exceeds ${maxBodyBytes} bytes`);
  }

  #push(item: OutboxItem): void {
    if (this.items.length === MAX_ITEMS) {
      throw new TerminalError('AW_OUTBOX_TOO_LARGE', `Cannot send more than ${MAX_ITEMS} messages from one handler`);
    }
    this.items.push(item);
  }

  /** What a handler does after it has ended has no commit to go with. */
  #isLate(what: string): boolean {
    if (!this.#isOver) return false;
    const { actor, key } = this;
    this.log.error('context.late', { actor, key, what, hint: 'await everything before the handler returns' });
    return true;
  }

  #source(): string {
    return `actor/${this.actor}/${this.key}`;
  }

  /** Follows from the message alone, so that every attempt at it gives the same. */
  #newId(): string {
    return `${this.#parts.incarnation}-${this.#handling.sequence}-${this.idsUsed++}`;
  }

  #draw(): SeededRandom {
    const { sequence, idsUsed } = this.#handling;
    this.#random ??= createSeededRandom(`${this.#parts.incarnation}/${sequence}/${idsUsed}/${this.actor}/${this.key}`);
    return this.#random;
  }
}

/** A breach of contract never heals by itself. */
export function checkData(contracts: Contracts, type: string, data: unknown): void {
  terminally(() => contracts.validate(type, data));
}

function terminally<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    const { code, message } = toFailure(error);
    throw new TerminalError(code, message, { cause: error });
  }
}

function entryOptions({ delayMs = 0, schedule, notify, ...rest }: EnqueueOptions): { readonly options?: EntryOptions } {
  checkDelay(delayMs);
  const packed = packOptions(rest);
  if (packed === undefined && schedule === undefined && notify === undefined) return {};
  return {
    options: {
      ...packed,
      ...(schedule === undefined ? {} : { sch: schedule }),
      ...(notify === undefined ? {} : { nt: packNotify(notify) }),
    },
  };
}

/** @throws AW_JOB_OPTIONS_INVALID, AW_KEY_INVALID */
function packNotify({ actor, key, ref, on }: NonNullable<EnqueueOptions['notify']>): NonNullable<EntryOptions['nt']> {
  if (!isName(actor)) throw invalidOption('notify.actor', actor, 'is no name of an actor');
  if (!isRef(ref)) throw invalidOption('notify.ref', ref, `has not 1 to ${MAX_REF} characters`);
  encodeKey(key);
  return { a: actor, k: key, r: ref, ...(on === undefined ? {} : { o: on }) };
}
