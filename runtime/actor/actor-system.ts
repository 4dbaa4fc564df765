import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { startDeadline } from '../clock/deadline.ts';
import type { Random } from '../clock/random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { type ActorClient, openActorClient } from './client.ts';
import { createCommitter } from './committer.ts';
import type { ActorDefinition } from './definition.ts';
import type { OutboxItem } from './entry.ts';
import { startForwarder } from './forwarder.ts';
import { startMailboxOwner } from './mailbox-owner.ts';
import { openOutbox } from './outbox.ts';

/** Runs actors on a bus: reads their mailboxes, commits their states, sends what they send. */
export interface ActorSystem extends AsyncDisposable, Pick<ActorClient, 'send' | 'call'> {
  readonly exited: Promise<ExitReason>;
  /** True while mailboxes and events are being read. */
  readonly isReading: boolean;
  readonly status: ActorSystemStatus;
  readonly isSent: IsSent;
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
  const client = openActorClient({ bus, definitions, contracts, clock, random, tracer });
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

  return {
    exited: exit.promise,
    get isReading() {
      return isReading;
    },
    isSent: outbox.isSent,
    get status() {
      return { activeKeys: owner.activeKeys, backlog: owner.backlog, forwardedUpTo: forwarder.position };
    },
    send: client.send,
    call: client.call,
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
      client[Symbol.dispose]();
      exit.resolve({ kind: 'normal' });
    },
  };
}
