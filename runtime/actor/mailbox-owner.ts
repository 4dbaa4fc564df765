import type { Stored } from '../bus/bus.ts';
import { PARTITIONS } from '../bus/streams.ts';
import {
  isTenant,
  type PartitionedAddress,
  parseStoredCommand,
  SYSTEM_TENANT,
  stateSubject,
} from '../message/subjects.ts';
import { type Activation, type ActivationParts, createActivation } from './activation.ts';
import type { ActorDefinition } from './definition.ts';
import { POSTMASTER, postmaster } from './postmaster.ts';

/**
 * Reads the mailbox log in order and hands each message to its key. Owns all partitions.
 *
 * What a key has not committed yet keeps the checkpoint of its partition back; everything up to the checkpoint is
 * trimmed from the log now and then.
 */
export interface MailboxOwner {
  /** Resolves when reading has ended: the signal aborted, or the broker is gone for good. */
  readonly ended: Promise<void>;
  /** Removes what is handled from the log. */
  trim(): Promise<void>;
  /** Forgets keys that were idle for `idleMs`. */
  passivate(idleMs: number): void;
  /** Resolves when no key has anything to do. */
  whenIdle(signal: AbortSignal): Promise<void>;
  readonly activeKeys: number;
  readonly backlog: number;
}

export interface MailboxOwnerParts extends Omit<ActivationParts, 'onDone'> {
  readonly definitions: ReadonlyMap<string, ActorDefinition>;
  /** Handled messages stay so long: after a restart the server knows the ids of those that are still there. */
  readonly keepHandledMs: number;
  /** Ends reading; activations end by the signal of their own. */
  readonly readSignal: AbortSignal;
}

/** Messages handed out and not committed, at most; beyond it reading pauses. */
const MAX_OUTSTANDING = 5_000;
const POLL_IDLE_MS = 10;

interface Partition {
  /** In the order of the log, so that the first one is the lowest. */
  readonly outstanding: Set<number>;
  highest: number;
  trimmedUpTo: number;
  /** Checkpoints that wait for their time to be trimmed to, ascending. */
  marks: { readonly upTo: number; readonly at: number }[];
}

export function startMailboxOwner(parts: MailboxOwnerParts): MailboxOwner {
  const { bus, clock, definitions, keepHandledMs, readSignal } = parts;
  const partitions = Array.from(
    { length: PARTITIONS },
    (): Partition => ({ outstanding: new Set(), highest: 0, trimmedUpTo: 0, marks: [] }),
  );
  const activations = new Map<string, Activation>();
  let outstanding = 0;
  let wake = () => {};

  const onDone = (partition: number, sequence: number) => {
    if (partitions[partition]!.outstanding.delete(sequence)) outstanding--;
    if (outstanding < MAX_OUTSTANDING) wake();
  };

  const activate = (address: PartitionedAddress, definition: ActorDefinition): Activation => {
    const id = stateSubject(address);
    let activation = activations.get(id);
    if (activation === undefined) {
      activation = createActivation({ ...parts, onDone }, definition, address);
      activations.set(id, activation);
    }
    return activation;
  };

  const deliver = (stored: Stored): void => {
    const address = parseStoredCommand(stored.subject);
    const definition = address && isTenant(address.tenant) ? definitions.get(address.actor) : undefined;
    const partition = partitions[address?.partition ?? partitionOf(stored.subject)]!;
    partition.outstanding.add(stored.sequence);
    partition.highest = stored.sequence;
    outstanding++;
    if (address && definition) activate(address, definition).push(stored);
    else activate(postmasterAddress(address?.partition ?? partitionOf(stored.subject)), postmaster).push(stored);
  };

  const read = async (): Promise<void> => {
    for await (const bunch of bus.read('MAILBOX', { from: 1, filters: ['aw.*.cmd.>'], signal: readSignal })) {
      for (const stored of bunch) deliver(stored);
      while (outstanding >= MAX_OUTSTANDING && !readSignal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  };
  readSignal.addEventListener('abort', () => wake(), { once: true });

  return {
    ended: read(),
    async trim() {
      const now = clock.monotonic();
      for (const [index, partition] of partitions.entries()) {
        const [lowest] = partition.outstanding;
        const upTo = lowest === undefined ? partition.highest : lowest - 1;
        if (upTo > (partition.marks.at(-1)?.upTo ?? partition.trimmedUpTo)) partition.marks.push({ upTo, at: now });
        const due = partition.marks.findLast(({ at }) => at <= now - keepHandledMs);
        if (due === undefined) continue;
        await bus.trim('MAILBOX', `aw.*.cmd.${index}.>`, due.upTo);
        partition.trimmedUpTo = due.upTo;
        partition.marks = partition.marks.filter(({ upTo: mark }) => mark > due.upTo);
      }
    },
    passivate(idleMs) {
      const before = clock.monotonic() - idleMs;
      for (const [id, activation] of activations) {
        if (activation.isIdle && activation.lastUsed < before) activations.delete(id);
      }
    },
    async whenIdle(signal) {
      while (!signal.aborted && [...activations.values()].some((activation) => !activation.isIdle)) {
        await clock.sleep(POLL_IDLE_MS, signal).catch(() => undefined);
      }
    },
    get activeKeys() {
      return activations.size;
    },
    get backlog() {
      return outstanding;
    },
  };
}

/** The partition of a stored command whose key or actor can't be read: the server has put it in all the same. */
function partitionOf(subject: string): number {
  const partition = Number(subject.split('.')[3]);
  return Number.isInteger(partition) && partition >= 0 && partition < PARTITIONS ? partition : 0;
}

function postmasterAddress(partition: number): PartitionedAddress {
  return { tenant: SYSTEM_TENANT, actor: POSTMASTER, key: String(partition), partition };
}
