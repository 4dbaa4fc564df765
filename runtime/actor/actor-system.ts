import type { Bus } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import { startDeadline } from '../clock/deadline.ts';
import type { Random } from '../clock/random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Address } from '../message/subjects.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { tellFull } from './admission.ts';
import { openCancellations } from './cancellations.ts';
import { type ActorClient, openActorClient } from './client.ts';
import { createCommitter } from './committer.ts';
import { type ActorControl, createControl } from './control.ts';
import type { ActorDefinition } from './definition.ts';
import { createForwarding } from './forwarding.ts';
import { openFreezing } from './freezing.ts';
import { createGate } from './gate.ts';
import { createLoad } from './load.ts';
import { createLoading, MOST_STATE_BYTES } from './loading.ts';
import { openMailbox } from './mailbox.ts';
import { encodeMark, type Mark, markSubject, readMarks } from './mark.ts';
import { createOutbox } from './outbox.ts';
import type { PrepareJobs } from './outbox-sender.ts';
import { startOwnership } from './ownership.ts';
import { readParked } from './parking.ts';
import { openPartition, type Partition } from './partition.ts';
import { createTrimmer } from './trimmer.ts';
import { createTurnstile } from './turnstile.ts';

/**
 * Runs actors on a bus: reads their mailboxes, commits their states, sends what they send. Any number of processes may
 * do so on one broker: they share the partitions among them.
 */
export interface ActorSystem extends AsyncDisposable, Pick<ActorClient, 'send' | 'call'> {
  readonly exited: Promise<ExitReason>;
  /** True while mailboxes and events are being read. */
  readonly isReading: boolean;
  readonly status: ActorSystemStatus;
  readonly control: ActorControl;
}

export type ExitReason = { readonly kind: 'normal' } | { readonly kind: 'error'; readonly error: unknown };

export interface ActorSystemStatus {
  /** Id of this process among the members. */
  readonly member: string;
  readonly members: number;
  /** Partitions that this process owns. */
  readonly partitions: number;
  readonly activeKeys: number;
  /** Messages read and not yet committed. */
  readonly backlog: number;
  /** Sequence of the last event that was looked at for forwarding; 0 where another process forwards. */
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
  /** How long handled messages stay in the log, so that a sender's repetition is recognised; 70 s when absent. */
  readonly keepHandledMs?: number;
  /** Called before what actors have enqueued is stored; see `runtime/queue/prepare-jobs.ts`. */
  readonly prepareJobs?: PrepareJobs;
}

/** How often marks are written and idle keys forgotten. */
const UPKEEP_MS = 1_000;
const PASSIVATE_MS = 30_000;
/** With more keys awake than this, the time after which an idle one is forgotten gets shorter and shorter. */
const MAX_AWAKE = 10_000;
const GRACE_MS = 5_000;
/** The duplicate window of MAILBOX and a margin. */
const KEEP_HANDLED_MS = 70_000;
const PAUSE_MS = 100;
/** Messages that wait in memory, from which on it is better to commit more of them at once than soon. */
const BEHIND = 2_000;
/** Only where they wait behind others of their key does one entry cover several of them. */
const BEHIND_EACH_KEY = 2;
const IDLE_STEP = 10_000;

export async function startActorSystem(options: ActorSystemOptions): Promise<ActorSystem> {
  const { bus, contracts, clock, random, log, instruments, tracer, graceMs = GRACE_MS } = options;
  const { keepHandledMs = KEEP_HANDLED_MS } = options;
  const definitions = new Map(options.definitions.map((definition) => [definition.name, definition]));
  for (const definition of options.definitions) {
    for (const [type, schema] of Object.entries(definition.schemas ?? {})) contracts.add(type, schema);
  }
  const reading = new AbortController();
  const running = new AbortController();
  const exit = Promise.withResolvers<ExitReason>();
  const self = random.hex(8);
  let commits = 0;
  let isReading = false;

  const stopAtOnce = (error: unknown): void => {
    if (running.signal.aborted) return;
    isReading = false;
    log.error('actors.lost', { error });
    reading.abort(error);
    running.abort(error);
    for (const partition of ownership.owned.values()) partition.end(error);
    ownership.members[Symbol.dispose]();
    freezing[Symbol.dispose]();
    exit.resolve({ kind: 'error', error });
  };

  const [mailboxStatus, stateStatus, eventsStatus] = await Promise.all([
    bus.streamStatus('MAILBOX'),
    bus.streamStatus('STATE'),
    bus.streamStatus('EVENTS'),
  ]);
  const incarnations = { state: stateStatus.incarnation, mailbox: mailboxStatus.incarnation };
  const load = createLoad();
  const gate = createGate();
  const taken = new WeakMap<Partition, boolean>();

  const ownership = startOwnership({
    bus,
    clock,
    random,
    log,
    self,
    signal: running.signal,
    open({ number, fence, isClean }) {
      const partition = openPartition(partitionParts, number, fence);
      taken.set(partition, isClean);
      return partition;
    },
    begin: beginUntilDone,
    drain,
    gate,
    onAsked(heard) {
      if (!freezing.answer(heard)) control.answer(heard);
    },
  });
  const shared = { bus, clock, random, contracts, log, instruments, tracer, writer: self, signal: running.signal };
  const isBehind = () => load.messages > Math.max(BEHIND, BEHIND_EACH_KEY * load.keys);
  const committer = createCommitter({ ...shared, guard: ownership, isBehind });
  const outbox = createOutbox({
    ...shared,
    incarnation: incarnations.state,
    guard: ownership,
    prepareJobs: options.prepareJobs,
  });
  const client = openActorClient({ bus, definitions, contracts, clock, random, tracer });
  const cancellations = openCancellations(bus, clock);
  const control = createControl({ bus, clock, self, definitions, owned: ownership.owned });
  const partitionParts = {
    ...shared,
    definitions,
    committer,
    outbox,
    load,
    loading: createLoading(load),
    client,
    maxBodyBytes: bus.maxBodyBytes,
    incarnation: incarnations.mailbox,
    nextCommit: () => ++commits,
    alone: createTurnstile(),
    cancellations,
    gate,
    onFull: (address: Address) => tellFull(bus, address),
  };
  const mailbox = openMailbox(bus, load, reading.signal);
  const forwarding = createForwarding({ ...shared, gate, definitions, incarnation: eventsStatus.incarnation });
  const freezing = openFreezing({
    bus,
    clock,
    log,
    gate,
    members: ownership.members,
    async whenSent() {
      await Promise.all([...ownership.owned.values()].map((partition) => outbox.whenSent(partition)));
    },
  });
  const trimmer = createTrimmer(bus, clock, keepHandledMs);
  for (const failed of [mailbox.failed, forwarding.failed]) {
    failed.catch((cause: unknown) => {
      if (reading.signal.aborted) return;
      stopAtOnce(new AutoWeaveError('AW_BROKER_UNAVAILABLE', 'The log can no longer be read', { cause }));
    });
  }

  async function begin(partitions: readonly Partition[]): Promise<void> {
    const [markOf, { lastSequence }, parked] = await Promise.all([
      readMarks(bus, incarnations),
      bus.streamStatus('MAILBOX'),
      readParked(bus),
    ]);
    await outbox.take(partitions, (partition) => markOf(partition).sentUpTo);
    for (const partition of partitions) {
      const { handledUpTo } = markOf(partition.number);
      partition.begin({
        handledUpTo,
        suspectUpTo: taken.get(partition) ? 0 : lastSequence,
        parked: parked.filter(({ address }) => address.partition === partition.number),
      });
    }
    const still = partitions.filter(({ signal }) => !signal.aborted);
    if (still.length > 0) mailbox.add(still);
    const first = still.find(({ number }) => number === 0);
    // One process forwards events: the owner of the first partition.
    if (first !== undefined) forwarding.begin(first, reading.signal);
  }

  async function beginUntilDone(partitions: readonly Partition[]): Promise<void> {
    let open = partitions;
    while (open.length > 0) {
      try {
        return await begin(open);
      } catch (error) {
        if (!isPassing(error)) return stopAtOnce(error);
        await clock.sleep(PAUSE_MS, running.signal).catch(() => undefined);
        open = open.filter(({ signal }) => !signal.aborted);
      }
    }
  }

  async function drain(partition: Partition, until: AbortSignal): Promise<void> {
    if (partition.number === 0) await forwarding.end();
    await partition.whenIdle(until);
    const isLate = new Promise<void>((resolve) => {
      if (until.aborted) resolve();
      until.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([settle(partition), isLate]);
  }

  async function settle(partition: Partition): Promise<void> {
    await outbox.whenSent(partition);
    await writeMark(partition, true);
    await trimmer.trim([partition]);
  }

  const marks = new WeakMap<Partition, Mark>();

  const writing = new WeakMap<Partition, Promise<void>>();

  /** What the next owner of the partition begins with. One after the other: of two at once the older might stay. */
  function writeMark(partition: Partition, isFinal = false): Promise<void> {
    const mine = (writing.get(partition) ?? Promise.resolve()).then(() => writeMarkNow(partition, isFinal));
    writing.set(
      partition,
      mine.catch(() => undefined),
    );
    return mine;
  }

  async function writeMarkNow(partition: Partition, isFinal: boolean): Promise<void> {
    // Before that it knows nothing: a mark would begin the partition anew, where some keys are forgotten already.
    if (!partition.hasBegun) return;
    const mark = { sentUpTo: outbox.sentUpTo(partition), handledUpTo: partition.handledUpTo };
    if (!isFinal && !isNews(mark, marks.get(partition), partition.lastOwn)) return;
    const body = encodeMark(mark, incarnations);
    const { outcome } = await committer.commit({ subject: markSubject(partition.number), partition, body });
    if (outcome === 'stored') marks.set(partition, mark);
  }

  async function keepUp(partition: Partition): Promise<void> {
    await writeMark(partition);
    const mark = marks.get(partition);
    if (mark === undefined) return;
    for (const tombstone of partition.takeTombstones(mark, clock.monotonic() - keepHandledMs)) {
      const { subject, sequence } = tombstone;
      // A parked copy of what it has handled would find nothing that knows of it.
      const copy = await bus.last('MAILBOX', subject.replace('.state.', '.parked.'));
      if (copy === undefined) await bus.trim('STATE', subject, sequence);
      else partition.keepTombstone(tombstone);
    }
  }

  const upkeep = async (): Promise<void> => {
    let idleMs = PASSIVATE_MS;
    while (!running.signal.aborted) {
      await clock.sleep(UPKEEP_MS, running.signal).catch(() => undefined);
      if (running.signal.aborted) return;
      try {
        const partitions = [...ownership.owned.values()];
        const awake = partitions.reduce((sum, { activeKeys }) => sum + activeKeys, 0);
        const isMuch = awake > MAX_AWAKE || load.stateBytes > MOST_STATE_BYTES / 2;
        idleMs = isMuch ? Math.floor(idleMs / 4) : Math.min(PASSIVATE_MS, Math.max(1, idleMs * 2));
        for (const partition of partitions) partition.tick(idleMs);
        instruments.actorMembers.set(ownership.members.live.length);
        instruments.actorPartitions.set(partitions.length);
        instruments.keysAwake.set(awake);
        instruments.mailboxBacklog.set(load.messages);
        await gate.pass(async () => {
          await Promise.all(partitions.map(keepUp));
          await trimmer.trim(partitions);
        });
      } catch (error) {
        // Nothing depends on it: the next turn does it.
        log.debug('upkeep.postponed', { error });
      }
    }
  };

  await ownership.start();
  isReading = true;
  void upkeep();

  return {
    exited: exit.promise,
    get isReading() {
      return isReading && mailbox.isReading;
    },
    get status() {
      const partitions = [...ownership.owned.values()];
      return {
        member: self,
        members: ownership.members.live.length,
        partitions: partitions.length,
        activeKeys: partitions.reduce((sum, { activeKeys }) => sum + activeKeys, 0),
        backlog: load.messages,
        forwardedUpTo: forwarding.position,
      };
    },
    control,
    send: client.send,
    call: client.call,
    async [Symbol.asyncDispose]() {
      isReading = false;
      freezing[Symbol.dispose]();
      using grace = startDeadline(clock, graceMs, new AutoWeaveError('AW_STOPPING', 'The time to stop is up'));
      const stopped = ownership.stop(grace.signal);
      const isOver = new Promise((resolve) => grace.signal.addEventListener('abort', resolve, { once: true }));
      await Promise.race([stopped.catch(() => undefined), isOver]);
      reading.abort(new AutoWeaveError('AW_STOPPING', 'The runtime stops'));
      running.abort(new AutoWeaveError('AW_STOPPING', 'The runtime stops'));
      for (const partition of ownership.owned.values()) partition.end(running.signal.reason);
      client[Symbol.dispose]();
      cancellations[Symbol.dispose]();
      exit.resolve({ kind: 'normal' });
    },
  };
}

/** A partition that has nothing to do moves along with the others: that is worth a write only now and then. */
function isNews(mark: Mark, last: Mark | undefined, lastOwn: number): boolean {
  if (last === undefined || mark.sentUpTo !== last.sentUpTo) return true;
  return Math.min(mark.handledUpTo, lastOwn) > last.handledUpTo || mark.handledUpTo - last.handledUpTo >= IDLE_STEP;
}
