import type { Bus, Stored } from '../bus/bus.ts';
import { RetryableError, TerminalError, toFailure } from '../errors/errors.ts';
import { isInbox } from '../message/message.ts';
import { type PartitionedAddress, stateSubject, tenantOf } from '../message/subjects.ts';
import type { Span } from '../telemetry/spans.ts';
import { backoffMs, MESSAGE_BACKOFF } from './backoff.ts';
import { type BunchParts, type Loaded, runBunch, serialise } from './bunch.ts';
import type { Committer, Fenced } from './committer.ts';
import { makeDeadLetter } from './dead-letter.ts';
import type { ActorDefinition } from './definition.ts';
import { datedItems, decodeEntry, encodeEntry, type OutboxItem } from './entry.ts';
import { failureAnswer } from './handling.ts';
import type { Outbox } from './outbox.ts';

/**
 * One key while it has something to do. States:
 *
 * - *cold*: nothing is known of the key. The first message loads its entry.
 * - *ready*: the committed state is in memory. A bunch of messages runs one after the other on it, and is committed
 *   with all it sends in one entry; then the next bunch.
 * - *waiting*: the first message of the bunch has failed and is tried again after a back-off; only this key waits.
 * - back to *cold* when a commit was lost to another owner, or when it was idle for long (the map forgets it).
 */
export interface Activation {
  push(stored: Stored): void;
  /** True when nothing waits or runs. */
  readonly isIdle: boolean;
  /** Clock's monotonic time of the last work. */
  readonly lastUsed: number;
}

export interface ActivationParts extends BunchParts {
  readonly bus: Bus;
  readonly committer: Committer;
  /** Incarnation of the mailbox: a `lastSeq` from another one counts as 0. */
  readonly incarnation: string;
  readonly writer: string;
  /** Numbers the commits of this process. */
  readonly nextCommit: () => number;
  /** Messages up to here may have killed an earlier process: each attempt at them is recorded before it begins. */
  readonly suspectUpTo: number;
  readonly outbox: Pick<Outbox, 'isSent' | 'send'>;
  readonly partition: Fenced;
  /** The message's effects are committed (or it had none to have). */
  readonly onDone: (sequence: number) => void;
}

/** Messages run before a commit, at most: what is run again after a failure, and the room a crash leaves suspect. */
const MAX_BUNCH = 256;
const DEFAULT_ATTEMPTS = 5;

export function createActivation(
  parts: ActivationParts,
  definition: ActorDefinition,
  address: PartitionedAddress,
): Activation {
  const { bus, committer, clock, random, signal, log, instruments, tracer, onDone, partition, outbox } = parts;
  const subject = stateSubject(address);
  const version = definition.version ?? 1;
  const maxAttempts = definition.attempts ?? DEFAULT_ATTEMPTS;
  let queue: Stored[] = [];
  let isRunning = false;
  let loaded: Loaded | undefined;
  let lastUsed = clock.monotonic();
  /** How many messages the next bunch may hold; 1 after a failure, so that the failing one runs alone. */
  let limit = MAX_BUNCH;

  const work = async (): Promise<void> => {
    let failures = 0;
    while (queue.length > 0 && !signal.aborted) {
      try {
        loaded ??= await load();
        await step(loaded);
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        // Not a handler's failure but ours or the broker's: nothing is lost, the key tries again.
        failures++;
        loaded = undefined;
        log.error('activation.failed', { actor: address.actor, key: address.key, error });
        await clock.sleep(backoffMs(MESSAGE_BACKOFF, failures, random.fraction()), signal).catch(() => undefined);
      }
    }
    isRunning = false;
    lastUsed = clock.monotonic();
  };

  const load = async (): Promise<Loaded> => {
    const stored = await bus.last('STATE', subject);
    if (stored === undefined) {
      return {
        stateText: undefined,
        lastSeq: 0,
        attempt: 0,
        outbox: [],
      };
    }
    const entry = decodeEntry(subject, stored.body);
    if (entry.version !== version) {
      throw new RetryableError(
        'AW_STATE_VERSION',
        `State of "${address.actor}" has version ${entry.version}, not ${version}`,
        {
          retryAfterMs: MESSAGE_BACKOFF.longestMs,
          hint: 'run the version of the actor that wrote it',
        },
      );
    }
    const isSame = entry.incarnation === parts.incarnation;
    return {
      stateText: JSON.stringify(entry.state),
      lastSeq: isSame ? entry.lastSeq : 0,
      attempt: isSame ? entry.attempt : 0,
      outbox: datedItems(entry.outbox, stored.sequence),
    };
  };

  const step = async (from: Loaded): Promise<void> => {
    const first = queue.findIndex(({ sequence }) => sequence > from.lastSeq);
    if (first !== 0) return drop(first === -1 ? queue.length : first);
    const head = queue[0]!;
    const attempt = from.attempt + 1;
    if (head.sequence <= parts.suspectUpTo) {
      if (from.attempt >= maxAttempts) return bury(from, head, crashed(from.attempt), from.attempt);
      from = loaded = await commit(from, from.stateText, [], from.lastSeq, attempt);
      limit = 1;
    }
    const run = await runBunch(parts, { definition, address, from, attempt }, queue.slice(0, limit));
    limit = MAX_BUNCH;
    if (run.covered > 0) {
      let stateText: string;
      try {
        stateText = serialise(run, bus.maxEntryBytes / 2);
      } catch (error) {
        if (run.covered === 1) return bury(from, head, error, attempt);
        // One of them has made the state what it may not be: alone, each shows whether it was the one.
        limit = 1;
        return;
      }
      loaded = await commit(from, stateText, run.items, run.lastSeq, 0, run.spans);
      drop(run.covered);
      // What failed after them ran on uncommitted changes: next time it is first, and its failure counts.
      if (run.failure) limit = 1;
    } else if (run.failure) {
      await fail(from, run.failure.stored, run.failure.error, attempt);
    }
  };

  const fail = async (from: Loaded, stored: Stored, error: unknown, attempt: number): Promise<void> => {
    const failure = toFailure(error);
    log.warn('message.failed', {
      actor: address.actor,
      key: address.key,
      sequence: stored.sequence,
      attempt,
      ...failure,
    });
    if (error instanceof TerminalError || isMalformed(error) || attempt >= maxAttempts)
      return bury(from, stored, error, attempt);
    instruments.messagesHandled.add(1, { actor: address.actor, outcome: 'retried' });
    loaded = await commit(from, from.stateText, [], from.lastSeq, attempt);
    limit = 1;
    const pauseMs =
      error instanceof RetryableError ? error.retryAfterMs : backoffMs(MESSAGE_BACKOFF, attempt, random.fraction());
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  };

  /** Sends the message to the dead letters, with the commit that goes past it. */
  const bury = async (from: Loaded, stored: Stored, error: unknown, attempts: number): Promise<void> => {
    const failure = toFailure(error);
    const dead = makeDeadLetter(
      stored,
      { tenant: tenantOf(stored.subject), noun: address.actor, key: address.key },
      failure,
      attempts,
      clock.now(),
    );
    const items: OutboxItem[] = [
      {
        to: 'DEAD',
        subject: dead.subject,
        headers: dead.headers,
        body: Buffer.from(dead.body).toString('base64'),
        encoding: 'base64',
      },
    ];
    const replyTo = stored.headers['aw-reply-to'];
    if (replyTo !== undefined && isInbox(replyTo)) items.push(failureAnswer(replyTo, failure));
    loaded = await commit(from, from.stateText, items, stored.sequence, 0);
    instruments.messagesHandled.add(1, { actor: address.actor, outcome: 'dead' });
    instruments.deadLetters.add(1, { code: failure.code });
    log.error('message.buried', {
      actor: address.actor,
      key: address.key,
      sequence: stored.sequence,
      attempts,
      ...failure,
    });
    drop(1);
  };

  const commit = async (
    from: Loaded,
    stateText: string | undefined,
    items: readonly OutboxItem[],
    lastSeq: number,
    attempt: number,
    spans: readonly Span[] = [],
  ): Promise<Loaded> => {
    const carried = from.outbox.filter((item) => !outbox.isSent(partition, item));
    const carriedBytes = carried.reduce((sum, { body }) => sum + body.length, 0);
    if (carriedBytes > bus.maxEntryBytes / 4) {
      // What it sent before is still here: it goes on when its targets have taken some of it.
      throw new RetryableError('AW_OUTBOX_FULL', `${carriedBytes} bytes wait to be sent`, { retryAfterMs: 0 });
    }
    const body = encodeEntry({
      stateText,
      version,
      incarnation: parts.incarnation,
      lastSeq,
      attempt,
      outbox: [...carried, ...items],
      writer: parts.writer,
      commit: parts.nextCommit(),
    });
    const commitSpans = spans.map(({ traceparent }) =>
      tracer.continueSpan('actor.commit', { parent: traceparent, file: 'runtime/actor/committer.ts' }),
    );
    const onStored = (sequence: number) => outbox.send(partition, datedItems(items, sequence), sequence);
    const result = await committer.commit({ subject, partition, body, onStored });
    for (const span of commitSpans) span.end();
    if (result.outcome === 'lost') {
      throw new RetryableError('AW_OWNER_LOST', `Another process owns "${subject}"`, { retryAfterMs: 0 });
    }
    return { stateText, lastSeq, attempt, outbox: [...carried, ...datedItems(items, result.sequence)] };
  };

  const drop = (count: number): void => {
    for (const { sequence } of queue.slice(0, count)) onDone(sequence);
    queue = queue.slice(count);
  };

  return {
    push(stored) {
      queue.push(stored);
      if (isRunning) return;
      isRunning = true;
      void work();
    },
    get isIdle() {
      return !isRunning && queue.length === 0;
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
