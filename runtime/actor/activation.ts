import type { Stored } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import { AutoWeaveError, type Failure, RetryableError, TerminalError, toFailure } from '../errors/errors.ts';
import { isInbox } from '../message/message.ts';
import { historySubject, type PartitionedAddress, timerSubject } from '../message/subjects.ts';
import { backoffMs, MESSAGE_BACKOFF } from './backoff.ts';
import { type BunchParts, type BunchRun, checkSize, runBunch, serialise } from './bunch.ts';
import { buryMessage } from './burial.ts';
import type { Reins } from './context.ts';
import type { ActorDefinition } from './definition.ts';
import type { Timers } from './entry.ts';
import { historyOf } from './history.ts';
import { type Change, createKeyStore, type KeyStore, type KeyStoreParts, type Loaded } from './key-store.ts';
import type { Load } from './load.ts';
import { type Loading, MOST_STATE_BYTES } from './loading.ts';
import { createParking, type Parking } from './parking.ts';

/**
 * One key while it has something to do; in one file, since all its states change the same few fields. States:
 *
 * - *cold*: nothing is known of the key. The first message loads its entry.
 * - *ready*: the committed state is in memory. A bunch of messages runs one after the other on it, and is committed
 *   with all it sends in one entry; then the next bunch.
 * - *waiting*: the first message of the bunch has failed and is tried again after a back-off; only this key waits.
 *   What waits for long is parked (parking.ts).
 * - *paused* by an operator, or *blocked* by a state that this version of the actor can't use: likewise.
 * - back to *cold* after an error of ours or the broker's, or when it was idle for long (the map forgets it).
 */
export interface Activation {
  push(stored: Stored): void;
  /** Takes up what an earlier owner has parked. */
  wake(): void;
  /** Looks whether it is stuck or full; parks what waits behind a stuck one. Called now and then. */
  tick(): void;
  /**
   * Runs between two bunches. Rejects with what it throws.
   *
   * @param replacesLife also for a key whose state can't be used
   */
  control<Result>(operation: Operation<Result>, replacesLife: boolean): Promise<Result>;
  /** Gives up the handler at work. */
  kill(): void;
  readonly status: ActivationStatus;
  /** True when nothing waits or runs. */
  readonly isIdle: boolean;
  /** Clock's monotonic time of the last work. */
  readonly lastUsed: number;
  /** Lets go of what it holds in memory: it is not used any more. */
  forget(): void;
}

/** Changes a key as committed; gives what it is then. */
export type Operation<Result> = (loaded: Loaded, commit: KeyCommit) => Promise<Result>;
export type KeyCommit = (change: Change) => Promise<Loaded>;

export interface ActivationStatus {
  readonly isRunning: boolean;
  readonly isWaiting: boolean;
  readonly isPaused: boolean;
  /** The first of the messages that were tried last. */
  readonly head: Stored | undefined;
  /** Messages in memory. */
  readonly queued: readonly Stored[];
  readonly parked: number;
  readonly attempt: number;
  readonly problem: Failure | undefined;
  /** As committed; undefined while it is not known. */
  readonly loaded: Loaded | undefined;
}

export interface ActivationParts extends BunchParts, KeyStoreParts {
  readonly random: { fraction(): number };
  /** Messages up to here may have killed an earlier process: each attempt at them is recorded before it begins. */
  readonly suspectUpTo: number;
  /** What all keys of the process hold and do together. */
  readonly load: Pick<Load, 'keys' | 'handlers' | 'stateBytes' | 'onLess'>;
  readonly loading: Loading;
  /** Runs one after the other, of all keys of the process: messages that were at work when a process ended. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** The message's effects are committed (or it had none to have), or it is parked. */
  readonly onDone: (sequence: number) => void;
  /** More messages wait than the actor allows for one key: its senders are to hear of it. */
  readonly onFull: (address: PartitionedAddress) => void;
}

/** Messages run before a commit, at most: what is run again after a failure, and the room a crash leaves suspect. */
const MAX_BUNCH = 256;
const DEFAULT_ATTEMPTS = 5;
/** A key that has come no further for so long is stuck: what waits behind it is parked. */
const STUCK_MS = 1_000;
const MAILBOX_LIMIT = 10_000;
const PEEK = 64;
/** Of an entry, for state, timers and what is sent; the rest is for what was not sent yet, and for a dead letter. */
export const STATE_SHARE = 3 / 8;
/** What a commit is refused with for what is in it. */
const UNSTORABLE: ReadonlySet<string> = new Set(['AW_STATE_INVALID', 'AW_STATE_TOO_LARGE', 'AW_MESSAGE_TOO_LARGE']);
const PASSING: ReadonlySet<string> = new Set(['AW_OWNER_LOST', 'AW_OUTBOX_FULL']);

/** @param parked messages of this key that an earlier owner has parked */
export function createActivation(
  parts: ActivationParts,
  definition: ActorDefinition,
  address: PartitionedAddress,
  parked: number,
): Activation {
  return new AwakeKey(parts, definition, address, parked);
}

/** A class, since there is one for each key that is awake, and there may be tens of thousands. */
class AwakeKey implements Activation {
  readonly #parts: ActivationParts;
  readonly #definition: ActorDefinition;
  readonly #address: PartitionedAddress;
  readonly #store: KeyStore;
  readonly #parking: Parking;
  #queue: Stored[] = [];
  #operations: (() => Promise<void>)[] = [];
  #isRunning = false;
  #isParking = false;
  /** Counts what parking has taken out of the queue. */
  #parkings = 0;
  #isWaiting = false;
  /** A handler runs, or may not yet: what may take any time. Reading and committing take the broker's. */
  #isHandling = false;
  #loaded: Loaded | undefined;
  #stateBytes = 0;
  #problem: Failure | undefined;
  #lastUsed: number;
  /** When the key last came any further. */
  #movedAt: number;
  /** The next attempt begins no earlier. */
  #notBefore = 0;
  /** How many messages the next bunch may hold; 1 after a failure, so that the failing one runs alone. */
  #limit = MAX_BUNCH;
  #head: Stored | undefined;
  #reins: Reins = {};
  #wakeUp: AbortController | undefined;

  constructor(parts: ActivationParts, definition: ActorDefinition, address: PartitionedAddress, parked: number) {
    this.#parts = parts;
    this.#definition = definition;
    this.#address = address;
    this.#store = createKeyStore(parts, definition, address);
    this.#parking = createParking(parts, address, parked);
    this.#lastUsed = parts.clock.monotonic();
    this.#movedAt = this.#lastUsed;
  }

  #hasWork(): boolean {
    if (this.#operations.length > 0) return true;
    return this.#loaded?.isPaused !== true && (this.#queue.length > 0 || this.#parking.isUsed);
  }

  async #work(): Promise<void> {
    let failures = 0;
    while (this.#hasWork() && !this.#parts.signal.aborted) {
      const operation = this.#operations.shift();
      if (operation) {
        await operation();
        continue;
      }
      await this.#pause();
      if (this.#operations.length > 0) continue;
      try {
        const loaded = this.#loaded ?? (await this.#load());
        if (!loaded.isPaused) await this.#step(loaded);
        failures = 0;
      } catch (error) {
        if (this.#parts.signal.aborted) break;
        // Not a handler's failure but ours, the broker's, or the state's: nothing is lost, the key tries again.
        failures++;
        this.#keep(undefined);
        this.#problem = toFailure(error);
        this.#parts.log.error('activation.failed', { actor: this.#address.actor, key: this.#address.key, error });
        // What passes by itself is no answer: it is handled a little later, here or by the next owner.
        if (!isPassing(error) && !PASSING.has(this.#problem.code)) this.#tellCallers(this.#problem);
        this.#waitFor(error instanceof RetryableError ? error.retryAfterMs : this.#backoff(failures));
      }
    }
    this.#isRunning = false;
    this.#parts.load.keys--;
    if (this.#parts.load.stateBytes > MOST_STATE_BYTES / 2 && this.#loaded?.isPaused !== true) this.#keep(undefined);
    this.#lastUsed = this.#parts.clock.monotonic();
  }

  async #load(): Promise<Loaded> {
    const { loading } = this.#parts;
    await loading.enter();
    try {
      return this.#keep(await this.#store.load());
    } finally {
      loading.leave(this.#stateBytes);
    }
  }

  /** What is known of the key from now on. */
  #keep<Known extends Loaded | undefined>(loaded: Known): Known {
    const { load, loading, signal } = this.#parts;
    const bytes = loaded === undefined || signal.aborted ? 0 : bytesOf(loaded);
    load.stateBytes += bytes - this.#stateBytes;
    if (bytes < this.#stateBytes) loading.look();
    this.#stateBytes = bytes;
    this.#loaded = loaded;
    return loaded;
  }

  #handling(isHandling: boolean): void {
    if (this.#isHandling === isHandling) return;
    this.#isHandling = isHandling;
    const { load } = this.#parts;
    load.handlers += isHandling ? 1 : -1;
    if (!isHandling) load.onLess();
  }

  forget(): void {
    this.#keep(undefined);
  }

  #backoff(attempt: number): number {
    return backoffMs(MESSAGE_BACKOFF, attempt, this.#parts.random.fraction());
  }

  #waitFor(delayMs: number): void {
    this.#notBefore = this.#parts.clock.monotonic() + delayMs;
  }

  /** Until it is time for the next attempt, or an operator has something to do. */
  async #pause(): Promise<void> {
    const delayMs = this.#notBefore - this.#parts.clock.monotonic();
    if (delayMs <= 0) return;
    this.#wakeUp = new AbortController();
    this.#isWaiting = true;
    await this.#parts.clock
      .sleep(delayMs, AbortSignal.any([this.#parts.signal, this.#wakeUp.signal]))
      .catch(() => undefined);
    this.#isWaiting = false;
  }

  /** Callers need not wait for a key that can't work: their messages stay all the same. */
  #tellCallers(failure: Failure): void {
    for (const { headers } of this.#queue) {
      const replyTo = headers['aw-reply-to'];
      if (replyTo === undefined || !isInbox(replyTo)) continue;
      this.#parts.bus.answer(replyTo, { 'aw-status': 'error' }, Buffer.from(JSON.stringify(failure)));
    }
  }

  /** The next messages in the order of the log, whether they are here or parked. */
  async #nextBunch(from: Loaded): Promise<readonly Stored[]> {
    const before = this.#parkings;
    const parked = this.#parking.isUsed ? await this.#parking.peek(from.lastSeq, PEEK) : [];
    // What was parked meanwhile comes before what is left in the queue.
    if (this.#parkings !== before) return await this.#nextBunch(from);
    // Only now, when nothing more is waited for: what came meanwhile may be handled, too.
    const fresh = this.#queue.findIndex(({ sequence }) => sequence > from.lastSeq);
    this.#dropQueued(fresh === -1 ? this.#queue.length : fresh);
    const firstParked = parked[0]?.sequence ?? Number.POSITIVE_INFINITY;
    const firstQueued = this.#queue[0]?.sequence ?? Number.POSITIVE_INFINITY;
    if (firstParked <= firstQueued) return parked.slice(0, this.#limit);
    return this.#queue.slice(0, this.#limit).filter(({ sequence }) => sequence < firstParked);
  }

  async #step(from: Loaded): Promise<void> {
    const bunch = await this.#nextBunch(from);
    this.#head = bunch[0];
    if (this.#head === undefined) return;
    const attempt = from.attempt + 1;
    // After a failure, or when it may have ended a process before, it is to be known which one it was.
    const chosen = from.attempt > 0 ? [this.#head] : bunch;
    if (this.#head.sequence > this.#parts.suspectUpTo) return await this.#attemptBunch(from, chosen, attempt);
    if (from.attempt >= (this.#definition.attempts ?? DEFAULT_ATTEMPTS))
      return await this.#bury(from, this.#head, crashed(from.attempt), from.attempt);
    const record = async (): Promise<void> => {
      const counted = this.#keep(await this.#store.commit(from, { attempt }));
      await this.#attemptBunch(counted, chosen, attempt);
    };
    // Side by side with the one that ends the process, innocent ones would use up their attempts with it.
    this.#handling(from.attempt > 0);
    await (from.attempt > 0 ? this.#parts.alone(record) : record()).finally(() => {
      this.#handling(false);
    });
  }

  async #attemptBunch(base: Loaded, bunch: readonly Stored[], attempt: number): Promise<void> {
    this.#store.checkRoom(base);
    const reins: Reins = {};
    this.#reins = reins;
    const task = { definition: this.#definition, address: this.#address, from: base, attempt, reins };
    this.#handling(true);
    const run = await runBunch(this.#parts, task, bunch).finally(() => {
      this.#handling(false);
    });
    this.#limit = MAX_BUNCH;
    if (run.covered > 0) await this.#settle(base, bunch.slice(0, run.covered), run, attempt);
    else if (run.failure) await this.#fail(base, run.failure.stored, run.failure.error, attempt);
  }

  async #settle(from: Loaded, bunch: readonly Stored[], run: BunchRun, attempt: number): Promise<void> {
    const { timers, since } = run;
    const lastSeq = bunch.at(-1)!.sequence;
    let settled: Loaded;
    try {
      const stateText = serialise(run);
      const history = historyOf(historySubject(this.#address), this.#definition, bunch, run.inputs, stateText);
      checkSize(run, stateText, history, this.#parts.bus.maxEntryBytes * STATE_SHARE);
      const life = { stateText, timers, since };
      const change = { life, items: [...run.items, ...history], lastSeq, attempt: 0 };
      settled = this.#keep(await this.#store.commit(from, change, run.spans));
    } catch (error) {
      if (!UNSTORABLE.has(toFailure(error).code)) throw error;
      if (run.covered === 1) return await this.#bury(from, bunch[0]!, error, attempt);
      // One of them has made the state what it may not be: alone, each shows whether it was the one.
      this.#limit = 1;
      return;
    }
    if (timers !== from.timers) this.#forgetTurns(from, timers);
    await this.#moved(lastSeq);
    // It has failed on what is committed now, and that counts: a message is not tried more often than it may be.
    if (run.failure) await this.#fail(settled, run.failure.stored, run.failure.error, 1);
  }

  /** Takes back what the server would deliver in vain. If that fails, it is delivered in vain. */
  #forgetTurns(from: Loaded, timers: Timers): void {
    for (const [id, { turn, due }] of Object.entries(from.timers)) {
      if (timers[id]?.turn === turn || due <= this.#parts.clock.now()) continue;
      this.#parts.bus
        .trim('MAILBOX', timerSubject(this.#address, turn), Number.MAX_SAFE_INTEGER)
        .catch(() => undefined);
    }
  }

  async #fail(from: Loaded, stored: Stored, error: unknown, attempt: number): Promise<void> {
    const failure = toFailure(error);
    const { actor, key } = this.#address;
    this.#parts.log.warn('message.failed', { actor, key, sequence: stored.sequence, attempt, ...failure });
    if (
      error instanceof TerminalError ||
      isMalformed(error) ||
      attempt >= (this.#definition.attempts ?? DEFAULT_ATTEMPTS)
    )
      return await this.#bury(from, stored, error, attempt);
    this.#parts.instruments.messagesHandled.add(1, { actor, outcome: 'retried' });
    this.#problem = failure;
    this.#keep(await this.#store.commit(from, { attempt }));
    this.#waitFor(error instanceof RetryableError ? error.retryAfterMs : this.#backoff(attempt));
  }

  /** Goes past a message that can't be handled: it becomes a dead letter, save where a caller is told instead. */
  async #bury(from: Loaded, stored: Stored, error: unknown, attempts: number): Promise<void> {
    const { actor, key } = this.#address;
    const { sequence } = stored;
    const burial = buryMessage(this.#parts, this.#definition, this.#address, { from, stored, error, attempts });
    if (!burial.isRefusal) {
      const failure = toFailure(error);
      this.#parts.instruments.deadLetters.add(1, { code: failure.code });
      this.#parts.log.error('message.buried', { actor, key, sequence, attempts, ...failure });
    }
    const { life, items, isRefusal } = burial;
    this.#keep(await this.#store.commit(from, { life, items, lastSeq: sequence, attempt: 0 }));
    this.#parts.instruments.messagesHandled.add(1, { actor, outcome: isRefusal ? 'refused' : 'dead' });
    await this.#moved(sequence);
  }

  /** Everything up to this message is handled. */
  async #moved(lastSeq: number): Promise<void> {
    this.#movedAt = this.#parts.clock.monotonic();
    this.#problem = undefined;
    this.#head = undefined;
    const next = this.#queue.findIndex(({ sequence }) => sequence > lastSeq);
    this.#dropQueued(next === -1 ? this.#queue.length : next);
    if (this.#parking.isUsed) await this.#parking.drop(lastSeq);
  }

  #dropQueued(count: number): void {
    if (count === 0) return;
    for (const { sequence } of this.#queue.slice(0, count)) this.#parts.onDone(sequence);
    this.#queue = this.#queue.slice(count);
  }

  /**
   * Parks all that waits, also what is at work: what is parked begins with the first message that is not handled, so
   * that whoever goes on with it has the order of the log.
   */
  async #parkQueue(): Promise<void> {
    // A copy: what comes while they are parked is not among them.
    const waiting = [...this.#queue];
    this.#isParking = true;
    try {
      const count = await this.#parts.gate.pass(() => this.#parking.park(waiting));
      if (count === 0) return;
      const upTo = waiting[count - 1]!.sequence;
      this.#parkings++;
      this.#queue = this.#queue.filter(({ sequence }) => sequence > upTo);
      for (const { sequence } of waiting.slice(0, count)) this.#parts.onDone(sequence);
      this.#parts.instruments.keysParked.add(1, { actor: this.#address.actor });
      this.#parts.log.info('key.parked', {
        actor: this.#address.actor,
        key: this.#address.key,
        messages: count,
      });
    } finally {
      this.#isParking = false;
      // What was handled meanwhile has left its copy, and nothing more may come that would look for it.
      this.#run();
    }
  }

  get #mailboxLimit(): number {
    return this.#definition.mailboxLimit ?? MAILBOX_LIMIT;
  }

  #run(): void {
    if (this.#isRunning || !this.#hasWork()) return;
    this.#isRunning = true;
    this.#parts.load.keys++;
    void this.#work();
  }

  push(stored: Stored): void {
    if (this.#queue.length === 0 && !this.#isRunning) this.#movedAt = this.#parts.clock.monotonic();
    this.#queue.push(stored);
    if (this.#queue.length + this.#parking.count === this.#mailboxLimit) this.#parts.onFull(this.#address);
    this.#run();
  }

  wake(): void {
    this.#run();
  }

  tick(): void {
    if (this.#queue.length + this.#parking.count >= this.#mailboxLimit) this.#parts.onFull(this.#address);
    // All keys wait for a slow broker alike, and parking would only give it more to do.
    const isHeldUp = (this.#isWaiting || this.#isHandling) && this.#parts.clock.monotonic() - this.#movedAt >= STUCK_MS;
    const isStuck = this.#loaded?.isPaused === true || isHeldUp;
    if (!isStuck || this.#isParking || this.#queue.length === 0) return;
    this.#parkQueue().catch((error: unknown) => {
      if (!this.#parts.signal.aborted)
        this.#parts.log.error('parking.failed', { actor: this.#address.actor, key: this.#address.key, error });
    });
  }

  control<Result>(operation: Operation<Result>, replacesLife: boolean): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#operations.push(async () => {
        try {
          let present = this.#loaded ?? (await this.#store.load(replacesLife));
          // What was loaded as it is may be of another version: only what replaces it is ours to go on with.
          if (!replacesLife) this.#keep(present);
          const commit: KeyCommit = async (change) => {
            present = await this.#store.commit(present, change);
            this.#keep(present);
            return present;
          };
          resolve(await operation(present, commit));
        } catch (error) {
          this.#keep(undefined);
          reject(error as Error);
        }
      });
      this.#reins.endsEarly = true;
      this.#wakeUp?.abort();
      this.#run();
    });
  }

  kill(): void {
    this.#reins.giveUp?.(new AutoWeaveError('AW_ACTOR_KILLED', 'An operator has stopped the handler'));
  }

  get status(): ActivationStatus {
    return {
      isRunning: this.#isRunning,
      isWaiting: this.#isWaiting,
      isPaused: this.#loaded?.isPaused ?? false,
      head: this.#head ?? this.#queue[0],
      queued: this.#queue,
      parked: this.#parking.count,
      attempt: (this.#loaded?.attempt ?? 0) + 1,
      problem: this.#problem,
      loaded: this.#loaded,
    };
  }

  get isIdle(): boolean {
    return !this.#isRunning && this.#queue.length === 0 && !this.#parking.isUsed;
  }

  get lastUsed(): number {
    return this.#lastUsed;
  }
}

function bytesOf({ stateText = '', outbox }: Loaded): number {
  return outbox.reduce((sum, { body }) => sum + body.length, stateText.length);
}

function crashed(attempts: number): TerminalError {
  return new TerminalError('AW_ACTOR_CRASHED', `The process ended during each of ${attempts} attempts`);
}

function isMalformed(error: unknown): boolean {
  return toFailure(error).code === 'AW_MESSAGE_MALFORMED';
}
