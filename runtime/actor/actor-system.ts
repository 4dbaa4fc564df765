import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { isoTime } from '../clock/clock.ts';
import { startDeadline } from '../clock/deadline.ts';
import type { Random } from '../clock/random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { encodeData, encodeHeaders, type Message } from '../message/message.ts';
import { type Address, commandSubject } from '../message/subjects.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { openCalls } from './calls.ts';
import { createCommitter } from './committer.ts';
import { type ActorDefinition, findHandler } from './definition.ts';
import type { OutboxItem } from './entry.ts';
import { startForwarder } from './forwarder.ts';
import { startMailboxOwner } from './mailbox-owner.ts';
import { openOutbox } from './outbox.ts';

/** Runs actors on a bus: reads their mailboxes, commits their states, sends what they send. */
export interface ActorSystem extends AsyncDisposable {
  readonly exited: Promise<ExitReason>;
  /** True while mailboxes and events are being read. */
  readonly isReading: boolean;
  readonly status: ActorSystemStatus;
  readonly isSent: IsSent;
  /**
   * Stores a command. Resolves with its id.
   *
   * @throws AW_ACTOR_UNKNOWN, AW_TYPE_UNHANDLED, AW_DATA_INVALID, AW_MESSAGE_TOO_LARGE; what the bus throws
   */
  send(address: Address, type: string, data: unknown, options?: SendOptions): Promise<string>;
  /**
   * Stores a command and waits for the answer of its handler.
   *
   * @throws what {@link send} throws, the actor's failure with its code, AW_CALL_TIMEOUT
   */
  call(
    address: Address,
    type: string,
    data: unknown,
    options: SendOptions & { readonly timeoutMs: number },
  ): Promise<unknown>;
}

export interface SendOptions {
  readonly source?: string;
  readonly traceparent?: string;
  readonly signal?: AbortSignal;
  /** Repeated by a sender that does not know whether it was stored; random when absent. */
  readonly id?: string;
}

export type ExitReason = { readonly kind: 'normal' } | { readonly kind: 'error'; readonly error: unknown };

/** True for an item that has reached its target. */
export type IsSent = (partition: number, item: OutboxItem & { readonly at: number }) => boolean;

export interface ActorSystemStatus {
  readonly activeKeys: number;
  /** Messages read and not yet committed. */
  readonly backlog: number;
  /** Sequence of the last event that was looked at for forwarding. */
  readonly forwardedUpTo: number;
}

export interface ActorSystemOptions {
  readonly bus: Bus;
  readonly definitions: readonly ActorDefinition[];
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly instruments: Instruments;
  readonly tracer: Tracer;
  /** Time that stopping gives to what runs. */
  readonly graceMs?: number;
  /** How long handled messages stay in the log, so that a sender's repetition is recognised; 130 s when absent. */
  readonly keepHandledMs?: number;
}

/** How often the log is trimmed, watermarks are written and idle keys forgotten. */
const UPKEEP_MS = 2_000;
const PASSIVATE_MS = 30_000;
const GRACE_MS = 5_000;
/** The duplicate window of MAILBOX and a margin. */
const KEEP_HANDLED_MS = 130_000;
const SEND_MS = 30_000;

export async function startActorSystem(options: ActorSystemOptions): Promise<ActorSystem> {
  const { bus, contracts, clock, random, log, instruments, tracer, graceMs = GRACE_MS } = options;
  const definitions = new Map(options.definitions.map((definition) => [definition.name, definition]));
  for (const definition of options.definitions) {
    for (const [type, schema] of Object.entries(definition.schemas ?? {})) contracts.add(type, schema);
  }
  const reading = new AbortController();
  const running = new AbortController();
  const exit = Promise.withResolvers<ExitReason>();
  const writer = random.hex(8);
  let commits = 0;
  let isReading = false;

  const stopAtOnce = (error: unknown): void => {
    isReading = false;
    log.error('actors.lost', { error });
    reading.abort(error);
    running.abort(error);
    exit.resolve({ kind: 'error', error });
  };

  const [mailbox, state, events] = await Promise.all([
    bus.streamStatus('MAILBOX'),
    bus.streamStatus('STATE'),
    bus.streamStatus('EVENTS'),
  ]);
  const shared = { bus, clock, random, contracts, log, instruments, tracer, writer, signal: running.signal };
  const outbox = await openOutbox({ ...shared, incarnation: state.incarnation, onLost: stopAtOnce });
  const committer = createCommitter({ ...shared, onStored: outbox.onStored });
  const owner = startMailboxOwner({
    ...shared,
    definitions,
    committer,
    maxBodyBytes: bus.maxBodyBytes,
    incarnation: mailbox.incarnation,
    suspectUpTo: mailbox.lastSequence,
    nextCommit: () => ++commits,
    isSent: outbox.isSent,
    keepHandledMs: options.keepHandledMs ?? KEEP_HANDLED_MS,
    readSignal: reading.signal,
  });
  const forwarder = await startForwarder({
    ...shared,
    definitions,
    signal: reading.signal,
    incarnation: events.incarnation,
  });
  const calls = openCalls(bus, clock);
  isReading = true;
  for (const part of [owner.ended, forwarder.ended]) {
    part.then(
      () =>
        !reading.signal.aborted &&
        stopAtOnce(new AutoWeaveError('AW_BROKER_UNAVAILABLE', 'The log can no longer be read')),
      (error: unknown) => !reading.signal.aborted && stopAtOnce(error),
    );
  }

  const upkeep = async (): Promise<void> => {
    while (!running.signal.aborted) {
      await clock.sleep(UPKEEP_MS, running.signal).catch(() => undefined);
      if (running.signal.aborted) return;
      owner.passivate(PASSIVATE_MS);
      try {
        await outbox.writeWatermarks();
        await owner.trim();
      } catch (error) {
        // Nothing depends on it: the next turn does it.
        log.debug('upkeep.postponed', { error });
      }
    }
  };
  void upkeep();

  const check = (address: Address, type: string, data: unknown): void => {
    const definition = definitions.get(address.actor);
    if (definition === undefined) {
      throw new AutoWeaveError('AW_ACTOR_UNKNOWN', `No actor is called "${address.actor}"`, {
        hint: `choose one of ${[...definitions.keys()].join(', ')}`,
      });
    }
    if (findHandler(definition, type) === undefined) {
      throw new AutoWeaveError('AW_TYPE_UNHANDLED', `Actor "${definition.name}" has no handler for "${type}"`, {
        hint: `it takes ${Object.keys({ ...definition.commands, ...definition.events }).join(', ')}`,
      });
    }
    contracts.validate(type, data);
  };

  const store = async (address: Address, message: Message, signal?: AbortSignal): Promise<void> => {
    const body = encodeData(message.data);
    if (body.length > bus.maxBodyBytes) {
      throw new AutoWeaveError(
        'AW_MESSAGE_TOO_LARGE',
        `Cannot send "${message.type}": ${body.length} bytes of ${bus.maxBodyBytes}`,
      );
    }
    const span = tracer.continueSpan('bus.publish', {
      parent: message.traceparent,
      file: 'runtime/bus/nats-bus.ts',
      attributes: { stream: 'MAILBOX', actor: address.actor, key: address.key, type: message.type },
    });
    const headers = encodeHeaders(
      message.traceparent === undefined ? message : { ...message, traceparent: span.traceparent },
    );
    const late = new AutoWeaveError('AW_BROKER_UNAVAILABLE', `Cannot store "${message.type}" within ${SEND_MS} ms`);
    using deadline = startDeadline(clock, SEND_MS, late);
    try {
      const limit = AbortSignal.any([deadline.signal, running.signal, ...(signal ? [signal] : [])]);
      await bus.publish({ subject: commandSubject(address), headers, body }, message.id, limit);
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
    }
  };

  const toMessage = (address: Address, type: string, data: unknown, sendOptions: SendOptions): Message => ({
    id: sendOptions.id ?? random.uuid(),
    type,
    source: sendOptions.source ?? 'runtime',
    subject: address.key,
    time: isoTime(clock),
    data,
    ...(sendOptions.traceparent === undefined ? {} : { traceparent: sendOptions.traceparent }),
  });

  return {
    exited: exit.promise,
    get isReading() {
      return isReading;
    },
    isSent: outbox.isSent,
    get status() {
      return { activeKeys: owner.activeKeys, backlog: owner.backlog, forwardedUpTo: forwarder.position };
    },
    async send(address, type, data, sendOptions = {}) {
      check(address, type, data);
      const message = toMessage(address, type, data, sendOptions);
      await store(address, message, sendOptions.signal);
      return message.id;
    },
    async call(address, type, data, callOptions) {
      check(address, type, data);
      const { replyTo, answer, cancel } = calls.open(callOptions.timeoutMs, `"${type}"`);
      // The answer may fail before it is awaited below; that is no unhandled rejection.
      answer.catch(() => undefined);
      try {
        const stored = store(address, { ...toMessage(address, type, data, callOptions), replyTo }, callOptions.signal);
        // The time of a call runs also while the broker is away.
        await Promise.race([stored, answer]);
      } catch (error) {
        cancel();
        throw error;
      }
      return await answer;
    },
    async [Symbol.asyncDispose]() {
      isReading = false;
      reading.abort(new AutoWeaveError('AW_STOPPING', 'The runtime stops'));
      using grace = startDeadline(clock, graceMs, new AutoWeaveError('AW_STOPPING', 'The time to stop is up'));
      await owner.whenIdle(grace.signal);
      const drained = outbox
        .whenIdle()
        .then(() => outbox.writeWatermarks())
        .then(() => owner.trim());
      const isOver = new Promise((resolve) => grace.signal.addEventListener('abort', resolve, { once: true }));
      if (!grace.signal.aborted) await Promise.race([drained.catch(() => undefined), isOver]);
      running.abort(new AutoWeaveError('AW_STOPPING', 'The runtime stops'));
      calls[Symbol.dispose]();
      exit.resolve({ kind: 'normal' });
    },
  };
}
