import type { Stored } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import {
  isTenant,
  type PartitionedAddress,
  parseStoredCommand,
  SYSTEM_TENANT,
  stateSubject,
  storedCommandSubject,
} from '../message/subjects.ts';
import { type Activation, type ActivationParts, createActivation } from './activation.ts';
import type { Fenced } from './committer.ts';
import type { ActorDefinition } from './definition.ts';
import type { Tombstone } from './key-store.ts';
import type { Load } from './load.ts';
import type { Mark } from './mark.ts';
import type { ParkedKey } from './parking.ts';
import { POSTMASTER, postmaster } from './postmaster.ts';

/**
 * One partition that this process owns: hands each message to its key, and knows up to where all are handled. It ends
 * when it is given back or lost; owned again later, it is another one.
 */
export interface Partition extends Fenced {
  fence: number;
  /** Every message up to here is handled. Sequence in MAILBOX. */
  readonly handledUpTo: number;
  /** The last message of its own that was delivered, or where it began. */
  readonly lastOwn: number;
  /** False until it is known what its former owner has handled. */
  readonly hasBegun: boolean;
  /** True when no key has anything to do. */
  readonly isIdle: boolean;
  /** True while there is, or may be, what could have been at work when a process ended. */
  readonly isSuspect: boolean;
  readonly activeKeys: number;
  /** From here on messages are delivered. */
  begin(start: PartitionStart): void;
  deliver(stored: Stored): void;
  /** Nothing more comes up to this sequence. */
  advance(sequence: number): void;
  /** Takes no more messages; what was taken is still handled. */
  close(): void;
  /** Resolves when no key has anything to do any more, or the signal aborts. */
  whenIdle(signal: AbortSignal): Promise<void>;
  /** Forgets keys that were idle for `idleMs`, and parks what waits behind keys that are stuck. */
  tick(idleMs: number): void;
  /** The key, woken if need be, for an operator; undefined when no such actor is here. */
  find(address: PartitionedAddress): Activation | undefined;
  /** The key if it is in memory. */
  peek(address: PartitionedAddress): Activation | undefined;
  /** An entry without a state that is still needed after all. */
  keepTombstone(tombstone: Tombstone): void;
  /** Entries without a state that nothing needs any more, from before a time of the monotonic clock; each once. */
  takeTombstones(upTo: Mark, before: number): readonly Tombstone[];
  /** Stops everything: it has another owner, or is given back. */
  end(reason: unknown): void;
}

export interface PartitionParts
  extends Omit<ActivationParts, 'onDone' | 'onTombstone' | 'signal' | 'suspectUpTo' | 'partition'> {
  readonly clock: Clock;
  readonly definitions: ReadonlyMap<string, ActorDefinition>;
  readonly load: Load;
}

export interface PartitionStart {
  readonly handledUpTo: number;
  /** Messages up to here may have killed the former owner. */
  readonly suspectUpTo: number;
  /** Keys whose former owner has parked messages. */
  readonly parked: readonly ParkedKey[];
}

export function openPartition(parts: PartitionParts, number: number, fence: number): Partition {
  const { clock, definitions, load } = parts;
  const controller = new AbortController();
  /** By the subject that its messages are stored under; those that can't be read are the postmaster's. */
  const activations = new Map<string, Activation>();
  /** Bytes of each message that is not handled yet, in the order of the log, so that the first is the lowest. */
  const outstanding = new Map<number, number>();
  let highest = 0;
  let lastOwn = 0;
  let hasBegun = false;
  let suspectUpTo = 0;
  let isClosed = false;
  const parked = new Map<string, number>();
  let tombstones: Tombstone[] = [];
  let wakeIdle = () => {};

  const onDone = (sequence: number): void => {
    const bytes = outstanding.get(sequence);
    if (bytes === undefined) return;
    outstanding.delete(sequence);
    load.messages--;
    load.bytes -= bytes;
    load.onLess();
    if (outstanding.size === 0) wakeIdle();
  };

  const activate = (subject: string): Activation => {
    const address = parseStoredCommand(subject);
    const definition = address && isTenant(address.tenant) ? definitions.get(address.actor) : undefined;
    const id = definition ? subject : POSTMASTER;
    const known = activations.get(id);
    if (known) return known;
    const place = definition && address ? address : postmasterAddress(number);
    const left = parked.get(stateSubject(place)) ?? 0;
    const activation = createActivation(activationParts, definition ?? postmaster, place, left);
    activations.set(id, activation);
    return activation;
  };

  const partition: Partition = {
    number,
    fence,
    signal: controller.signal,
    get handledUpTo() {
      const [lowest] = outstanding.keys();
      return lowest === undefined ? highest : lowest - 1;
    },
    get lastOwn() {
      return lastOwn;
    },
    get hasBegun() {
      return hasBegun;
    },
    get isIdle() {
      return outstanding.size === 0;
    },
    get isSuspect() {
      return outstanding.size > 0 || partition.handledUpTo < suspectUpTo;
    },
    get activeKeys() {
      return activations.size;
    },
    begin(start) {
      hasBegun = true;
      highest = start.handledUpTo;
      lastOwn = highest;
      suspectUpTo = start.suspectUpTo;
      for (const { address, count } of start.parked) {
        parked.set(stateSubject(address), count);
        // Of an actor that is not here (any more), the postmaster would bury them: they wait for one that is.
        if (definitions.has(address.actor) || address.actor === POSTMASTER)
          activate(storedCommandSubject(address)).wake();
      }
    },
    deliver(stored) {
      // Read again after a hand-over, or not ours to take any more.
      if (stored.sequence <= highest || isClosed) return;
      highest = stored.sequence;
      lastOwn = highest;
      outstanding.set(stored.sequence, stored.body.length);
      load.messages++;
      load.bytes += stored.body.length;
      (activations.get(stored.subject) ?? activate(stored.subject)).push(stored);
    },
    advance(sequence) {
      if (!isClosed) highest = Math.max(highest, sequence);
    },
    close() {
      isClosed = true;
    },
    async whenIdle(signal) {
      while (outstanding.size > 0 && !signal.aborted && !controller.signal.aborted) {
        await new Promise<void>((resolve) => {
          wakeIdle = resolve;
          for (const end of [signal, controller.signal]) end.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
    tick(idleMs) {
      const before = clock.monotonic() - idleMs;
      for (const [id, activation] of activations) {
        if (activation.isIdle && activation.lastUsed < before) {
          activation.forget();
          activations.delete(id);
        } else activation.tick();
      }
    },
    find: (address) => (definitions.has(address.actor) ? activate(storedCommandSubject(address)) : undefined),
    peek: (address) => activations.get(storedCommandSubject(address)),
    keepTombstone: (tombstone) => void tombstones.push(tombstone),
    takeTombstones({ handledUpTo, sentUpTo }, before) {
      const isBusy = (subject: string) => activations.get(subject.replace('.state.', '.cmd.'))?.isIdle === false;
      const isDue = ({ subject, lastSeq, sequence, at }: Tombstone) =>
        lastSeq <= handledUpTo && sequence <= sentUpTo && at <= before && !isBusy(subject);
      const due = tombstones.filter(isDue);
      tombstones = tombstones.filter((tombstone) => !isDue(tombstone));
      return due;
    },
    end(reason) {
      if (controller.signal.aborted) return;
      isClosed = true;
      controller.abort(reason);
      load.messages -= outstanding.size;
      for (const bytes of outstanding.values()) load.bytes -= bytes;
      outstanding.clear();
      for (const activation of activations.values()) activation.forget();
      activations.clear();
      load.onLess();
    },
  };
  /** One for all keys, of which there may be very many. */
  const activationParts: ActivationParts = {
    ...parts,
    partition,
    get suspectUpTo() {
      return suspectUpTo;
    },
    signal: controller.signal,
    onDone,
    onTombstone: (tombstone) => tombstones.push(tombstone),
  };
  return partition;
}

function postmasterAddress(partition: number): PartitionedAddress {
  return { tenant: SYSTEM_TENANT, actor: POSTMASTER, key: String(partition), partition };
}
