import type { Stored } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import { AutoWeaveError, type Failure, RetryableError, TerminalError, toFailure } from '../errors/errors.ts';
import { isInbox } from '../message/message.ts';
import { historySubject, type PartitionedAddress, tenantOf, timerSubject } from '../message/subjects.ts';
import { backoffMs, MESSAGE_BACKOFF } from './backoff.ts';
import { type BunchParts, type BunchRun, checkSize, runBunch, serialise } from './bunch.ts';
import { makeDeadLetter } from './dead-letter.ts';
import type { ActorDefinition } from './definition.ts';
import { type OutboxItem, type Timers, toBase64Item } from './entry.ts';
import { failureAnswer } from './handling.ts';
import { historyOf } from './history.ts';
import { createKeyStore, type KeyStoreParts, type Loaded } from './key-store.ts';
import { createParking } from './parking.ts';
import { settleFired, TIMER_FIRED, timerItem } from './timers.ts';

/**
 * One key while it has something to do. States:
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
}

/** Changes a key as committed; gives what it is then. */
export type Operation<Result> = (loaded: Loaded, commit: KeyCommit) => Promise<Result>;
export type KeyCommit = (change: Parameters<ReturnType<typeof createKeyStore>['commit']>[1]) => Promise<Loaded>;

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
  /** Messages of this key that an earlier owner has parked. */
  readonly parked: number;
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
const STATE_SHARE = 3 / 8;
/** What a commit is refused with for what is in it. */
const UNSTORABLE: ReadonlySet<string> = new Set(['AW_STATE_INVALID', 'AW_STATE_TOO_LARGE', 'AW_MESSAGE_TOO_LARGE']);
const PASSING: ReadonlySet<string> = new Set(['AW_OWNER_LOST', 'AW_OUTBOX_FULL']);

export function createActivation(
  parts: ActivationParts,
  definition: ActorDefinition,
  address: PartitionedAddress,
): Activation {
  const { bus, clock, random, signal, log, instruments, onDone } = parts;
  const mailboxLimit = definition.mailboxLimit ?? MAILBOX_LIMIT;
  const maxAttempts = definition.attempts ?? DEFAULT_ATTEMPTS;
  const store = createKeyStore(parts, definition, address);
  const parking = createParking(parts, address, parts.parked);
  let queue: Stored[] = [];
  const operations: (() => Promise<void>)[] = [];
  let isRunning = false;
  let isParking = false;
  /** Counts what parking has taken out of the queue. */
  let parkings = 0;
  let isWaiting = false;
  let loaded: Loaded | undefined;
  let problem: Failure | undefined;
  let lastUsed = clock.monotonic();
  /** When the key last came any further. */
  let movedAt = lastUsed;
  /** The next attempt begins no earlier. */
  let notBefore = 0;
  /** How many messages the next bunch may hold; 1 after a failure, so that the failing one runs alone. */
  let limit = MAX_BUNCH;
  let head: Stored | undefined;
  let killer = new AbortController();
  let wakeUp = new AbortController();

  const hasWork = (): boolean =>
    operations.length > 0 || (loaded?.isPaused !== true && (queue.length > 0 || parking.isUsed));

  const work = async (): Promise<void> => {
    let failures = 0;
    while (hasWork() && !signal.aborted) {
      const operation = operations.shift();
      if (operation) {
        await operation();
        continue;
      }
      await pause();
      if (operations.length > 0) continue;
      try {
        loaded ??= await store.load();
        if (!loaded.isPaused) await step(loaded);
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        // Not a handler's failure but ours, the broker's, or the state's: nothing is lost, the key tries again.
        failures++;
        loaded = undefined;
        problem = toFailure(error);
        log.error('activation.failed', { actor: address.actor, key: address.key, error });
        // What passes by itself is no answer: it is handled a little later, here or by the next owner.
        if (!isPassing(error) && !PASSING.has(problem.code)) tellCallers(problem);
        waitFor(error instanceof RetryableError ? error.retryAfterMs : backoff(failures));
      }
    }
    isRunning = false;
    lastUsed = clock.monotonic();
  };

  const backoff = (attempt: number): number => backoffMs(MESSAGE_BACKOFF, attempt, random.fraction());

  const waitFor = (delayMs: number): void => {
    notBefore = clock.monotonic() + delayMs;
  };

  /** Until it is time for the next attempt, or an operator has something to do. */
  const pause = async (): Promise<void> => {
    const delayMs = notBefore - clock.monotonic();
    if (delayMs <= 0) return;
    wakeUp = new AbortController();
    isWaiting = true;
    await clock.sleep(delayMs, AbortSignal.any([signal, wakeUp.signal])).catch(() => undefined);
    isWaiting = false;
  };

  /** Callers need not wait for a key that can't work: their messages stay all the same. */
  const tellCallers = (failure: Failure): void => {
    for (const { headers } of queue) {
      const replyTo = headers['aw-reply-to'];
      if (replyTo === undefined || !isInbox(replyTo)) continue;
      bus.answer(replyTo, { 'aw-status': 'error' }, Buffer.from(JSON.stringify(failure)));
    }
  };

  /** The next messages in the order of the log, whether they are here or parked. */
  const nextBunch = async (from: Loaded): Promise<readonly Stored[]> => {
    const before = parkings;
    const parked = parking.isUsed ? await parking.peek(from.lastSeq, PEEK) : [];
    // What was parked meanwhile comes before what is left in the queue.
    if (parkings !== before) return await nextBunch(from);
    // Only now, when nothing more is waited for: what came meanwhile may be handled, too.
    const fresh = queue.findIndex(({ sequence }) => sequence > from.lastSeq);
    dropQueued(fresh === -1 ? queue.length : fresh);
    const firstParked = parked[0]?.sequence ?? Number.POSITIVE_INFINITY;
    const firstQueued = queue[0]?.sequence ?? Number.POSITIVE_INFINITY;
    if (firstParked <= firstQueued) return parked.slice(0, limit);
    return queue.slice(0, limit).filter(({ sequence }) => sequence < firstParked);
  };

  const step = async (from: Loaded): Promise<void> => {
    const bunch = await nextBunch(from);
    head = bunch[0];
    if (head === undefined) return;
    const attempt = from.attempt + 1;
    // After a failure, or when it may have ended a process before, it is to be known which one it was.
    const chosen = from.attempt > 0 ? [head] : bunch;
    if (head.sequence > parts.suspectUpTo) return await attemptBunch(from, chosen, attempt);
    if (from.attempt >= maxAttempts) return await bury(from, head, crashed(from.attempt), from.attempt);
    const record = async (): Promise<void> => {
      loaded = await store.commit(from, { attempt });
      await attemptBunch(loaded, chosen, attempt);
    };
    // Side by side with the one that ends the process, innocent ones would use up their attempts with it.
    await (from.attempt > 0 ? parts.alone(record) : record());
  };

  const attemptBunch = async (base: Loaded, bunch: readonly Stored[], attempt: number): Promise<void> => {
    store.checkRoom(base);
    killer = new AbortController();
    const task = { definition, address, from: base, attempt, killed: killer.signal };
    const run = await runBunch(parts, task, bunch);
    limit = MAX_BUNCH;
    if (run.covered > 0) await settle(base, bunch.slice(0, run.covered), run, attempt);
    else if (run.failure) await fail(base, run.failure.stored, run.failure.error, attempt);
  };

  const settle = async (from: Loaded, bunch: readonly Stored[], run: BunchRun, attempt: number): Promise<void> => {
    const { timers, since } = run;
    const lastSeq = bunch.at(-1)!.sequence;
    try {
      const stateText = serialise(run);
      const history = historyOf(historySubject(address), definition, bunch, run.inputs, stateText);
      checkSize(run, stateText, history, bus.maxEntryBytes * STATE_SHARE);
      const life = { stateText, timers, since };
      loaded = await store.commit(from, { life, items: [...run.items, ...history], lastSeq, attempt: 0 }, run.spans);
    } catch (error) {
      if (!UNSTORABLE.has(toFailure(error).code)) throw error;
      if (run.covered === 1) return await bury(from, bunch[0]!, error, attempt);
      // One of them has made the state what it may not be: alone, each shows whether it was the one.
      limit = 1;
      return;
    }
    if (timers !== from.timers) forgetTurns(from, timers);
    await moved(lastSeq);
    // What failed after them ran on uncommitted changes: next time it is first, and its failure counts.
    if (run.failure) limit = 1;
  };

  /** Takes back what the server would deliver in vain. If that fails, it is delivered in vain. */
  const forgetTurns = (from: Loaded, timers: Timers): void => {
    for (const [id, { turn, due }] of Object.entries(from.timers)) {
      if (timers[id]?.turn === turn || due <= clock.now()) continue;
      bus.trim('MAILBOX', timerSubject(address, turn), Number.MAX_SAFE_INTEGER).catch(() => undefined);
    }
  };

  const fail = async (from: Loaded, stored: Stored, error: unknown, attempt: number): Promise<void> => {
    const failure = toFailure(error);
    const { actor, key } = address;
    log.warn('message.failed', { actor, key, sequence: stored.sequence, attempt, ...failure });
    if (error instanceof TerminalError || isMalformed(error) || attempt >= maxAttempts)
      return await bury(from, stored, error, attempt);
    instruments.messagesHandled.add(1, { actor, outcome: 'retried' });
    problem = failure;
    loaded = await store.commit(from, { attempt });
    waitFor(error instanceof RetryableError ? error.retryAfterMs : backoff(attempt));
  };

  /** Goes past a message that can't be handled: it becomes a dead letter, save where a caller is told instead. */
  const bury = async (from: Loaded, stored: Stored, error: unknown, attempts: number): Promise<void> => {
    const failure = toFailure(error);
    const { sequence, headers, subject } = stored;
    const { actor, key } = address;
    const items: OutboxItem[] = [];
    const replyTo = headers['aw-reply-to'];
    const isTold = replyTo !== undefined && isInbox(replyTo);
    if (isTold) items.push(failureAnswer(replyTo, failure));
    // A refusal is an answer like another: who asked knows of it.
    const isRefusal = isTold && error instanceof TerminalError && failure.code !== 'AW_ACTOR_CRASHED';
    if (!isRefusal) {
      const dead = makeDeadLetter(
        stored,
        { tenant: tenantOf(subject), noun: actor, key },
        failure,
        attempts,
        clock.now(),
      );
      items.push(toBase64Item('DEAD', dead));
      instruments.deadLetters.add(1, { code: failure.code });
      log.error('message.buried', { actor, key, sequence, attempts, ...failure });
    }
    const skipped = skipTimer(from, stored);
    items.push(...skipped.items, ...historyOf(historySubject(address), definition, [stored], 'buried', from.stateText));
    const life = { stateText: from.stateText, timers: skipped.timers, since: from.since };
    loaded = await store.commit(from, { life, items, lastSeq: sequence, attempt: 0 });
    instruments.messagesHandled.add(1, { actor, outcome: isRefusal ? 'refused' : 'dead' });
    await moved(sequence);
  };

  /** A turn that fails for good is over; the timer goes on. */
  const skipTimer = (from: Loaded, { headers, body, sequence }: Stored) => {
    if (headers['ce-type'] !== TIMER_FIRED) return { timers: from.timers, items: [] };
    const turn = `${parts.incarnation}-${sequence}-t`;
    const fired = settleFired(from.timers, tryParse(body), clock.now(), turn);
    if (fired === undefined) return { timers: from.timers, items: [] };
    const { [fired.id]: _over, ...others } = from.timers;
    if (fired.next === undefined) return { timers: others, items: [] };
    const timers = { ...others, [fired.id]: fired.next };
    return { timers, items: [timerItem(address, fired.id, fired.next, clock.now())] };
  };

  /** Everything up to this message is handled. */
  const moved = async (lastSeq: number): Promise<void> => {
    movedAt = clock.monotonic();
    problem = undefined;
    head = undefined;
    const next = queue.findIndex(({ sequence }) => sequence > lastSeq);
    dropQueued(next === -1 ? queue.length : next);
    if (parking.isUsed) await parking.drop(lastSeq);
  };

  const dropQueued = (count: number): void => {
    if (count === 0) return;
    for (const { sequence } of queue.slice(0, count)) onDone(sequence);
    queue = queue.slice(count);
  };

  /**
   * Parks all that waits, also what is at work: what is parked begins with the first message that is not handled, so
   * that whoever goes on with it has the order of the log.
   */
  const parkQueue = async (): Promise<void> => {
    // A copy: what comes while they are parked is not among them.
    const waiting = [...queue];
    isParking = true;
    try {
      await parts.gate.pass(() => parking.park(waiting));
      const upTo = waiting.at(-1)!.sequence;
      parkings++;
      queue = queue.filter(({ sequence }) => sequence > upTo);
      for (const { sequence } of waiting) onDone(sequence);
      log.info('key.parked', { actor: address.actor, key: address.key, messages: waiting.length });
    } finally {
      isParking = false;
    }
  };

  const run = (): void => {
    if (isRunning || !hasWork()) return;
    isRunning = true;
    void work();
  };

  return {
    push(stored) {
      if (queue.length === 0 && !isRunning) movedAt = clock.monotonic();
      queue.push(stored);
      if (queue.length + parking.count === mailboxLimit) parts.onFull(address);
      run();
    },
    wake: run,
    tick() {
      if (queue.length + parking.count >= mailboxLimit) parts.onFull(address);
      const isStuck = loaded?.isPaused === true || clock.monotonic() - movedAt >= STUCK_MS;
      if (!isStuck || isParking || queue.length === 0) return;
      parkQueue().catch((error: unknown) => {
        if (!signal.aborted) log.error('parking.failed', { actor: address.actor, key: address.key, error });
      });
    },
    control(operation, replacesLife) {
      return new Promise((resolve, reject) => {
        operations.push(async () => {
          try {
            let present = loaded ?? (await store.load(replacesLife));
            // What was loaded as it is may be of another version: only what replaces it is ours to go on with.
            if (!replacesLife) loaded = present;
            const commit: KeyCommit = async (change) => {
              present = await store.commit(present, change);
              loaded = present;
              return present;
            };
            resolve(await operation(present, commit));
          } catch (error) {
            loaded = undefined;
            reject(error as Error);
          }
        });
        wakeUp.abort();
        run();
      });
    },
    kill() {
      killer.abort(new AutoWeaveError('AW_ACTOR_KILLED', 'An operator has stopped the handler'));
    },
    get status() {
      return {
        isRunning,
        isWaiting,
        isPaused: loaded?.isPaused ?? false,
        head: head ?? queue[0],
        queued: queue,
        parked: parking.count,
        attempt: (loaded?.attempt ?? 0) + 1,
        problem,
        loaded,
      };
    },
    get isIdle() {
      return !isRunning && queue.length === 0 && !parking.isUsed;
    },
    get lastUsed() {
      return lastUsed;
    },
  };
}

function crashed(attempts: number): TerminalError {
  return new TerminalError('AW_ACTOR_CRASHED', `The process ended during each of ${attempts} attempts`);
}

function isMalformed(error: unknown): boolean {
  return toFailure(error).code === 'AW_MESSAGE_MALFORMED';
}

function tryParse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
