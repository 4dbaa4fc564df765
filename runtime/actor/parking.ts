import type { Bus, Outgoing, Stored } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import { type PartitionedAddress, parkedSubject, parseParked } from '../message/subjects.ts';

/**
 * Where the messages of a key stand that waits for long: copied in order to a subject of the key's own, so that they
 * keep neither memory nor the checkpoint of the partition. Each copy names the sequence that it had; that one counts
 * for the key, so that a message that is there twice is handled once.
 */
export interface Parking {
  /** True while there may be parked messages. */
  readonly isUsed: boolean;
  /** Parked messages that are not handled yet, about. */
  readonly count: number;
  /** Copies messages, in the order of their sequences. Waits for a broker that is away. */
  park(messages: readonly Stored[]): Promise<void>;
  /** The first parked messages after `lastSeq`, with the sequences that they had; empty when there are none. */
  peek(lastSeq: number, limit: number): Promise<readonly Stored[]>;
  /** Removes the copies of messages up to this sequence. */
  drop(upTo: number): Promise<void>;
}

export interface ParkingParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const ORIGINAL = 'aw-parked-sequence';
const BATCH = 500;
const PAUSE_MS = 100;

/** @param left copies that an earlier owner has left */
export function createParking(
  { bus, clock, signal }: ParkingParts,
  address: PartitionedAddress,
  left: number,
): Parking {
  const subject = parkedSubject(address);
  let used = left > 0;
  let count = left;
  /** Beginnings and ends of parking: an empty page that was read across one of them says nothing. */
  let turns = 0;
  /** Copies seen, ascending: where they stand, and what they were. */
  let seen: { readonly at: number; readonly stored: Stored }[] = [];

  const store = async (batch: readonly Outgoing[]): Promise<void> => {
    while (!signal.aborted) {
      try {
        await bus.commit('MAILBOX', batch);
        return;
      } catch (error) {
        // Copied twice does no harm, so a copy whose answer was lost is simply made again.
        if (!isPassing(error)) throw error;
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    }
    signal.throwIfAborted();
  };

  return {
    get isUsed() {
      return used;
    },
    get count() {
      return count;
    },
    async park(messages) {
      used = true;
      turns++;
      try {
        for (const batch of batchesOf(messages, bus.maxEntryBytes)) {
          await store(batch.map((message) => ({ subject, headers: toParkedHeaders(message), body: message.body })));
        }
        count += messages.length;
      } finally {
        used = true;
        turns++;
      }
    },
    async peek(lastSeq, limit) {
      if (!used) return [];
      seen = seen.filter(({ stored }) => stored.sequence > lastSeq);
      while (seen.length === 0) {
        const before = turns;
        const page = await bus.page('MAILBOX', { from: (seen.at(-1)?.at ?? 0) + 1, filter: subject, limit });
        if (page.length === 0) {
          if (turns !== before) continue;
          used = false;
          count = 0;
          return [];
        }
        const fresh = page.map(fromParked).filter(({ stored }) => stored.sequence > lastSeq);
        if (fresh.length > 0) {
          seen = inOrder(fresh);
          break;
        }
        // All of them are handled already: an earlier owner has not come to removing them.
        await bus.trim('MAILBOX', subject, page.at(-1)!.sequence);
      }
      return seen.map(({ stored }) => stored);
    },
    async drop(upTo) {
      const gone = seen.filter(({ stored }) => stored.sequence <= upTo).at(-1);
      if (gone === undefined) return;
      await bus.trim('MAILBOX', subject, gone.at);
      count -= seen.filter(({ at }) => at <= gone.at).length;
      seen = seen.filter(({ at }) => at > gone.at);
    },
  };
}

function* batchesOf(messages: readonly Stored[], maxBytes: number): Generator<readonly Stored[]> {
  let batch: Stored[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (batch.length === BATCH || (batch.length > 0 && bytes + message.body.length > maxBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    bytes += message.body.length;
    batch.push(message);
  }
  if (batch.length > 0) yield batch;
}

export interface ParkedKey {
  readonly address: PartitionedAddress;
  /** Copies, of which some may be handled already. */
  readonly count: number;
}

/** All keys that have parked messages. */
export async function readParked(bus: Bus): Promise<readonly ParkedKey[]> {
  const subjects = await bus.subjects('MAILBOX', 'aw.*.parked.*.*.*');
  return [...subjects].flatMap(([subject, count]) => {
    const address = parseParked(subject);
    return address ? [{ address, count }] : [];
  });
}

/** Without repetitions, up to the first that is lower than the one before: there a second copying begins. */
function inOrder(copies: readonly { readonly at: number; readonly stored: Stored }[]) {
  const kept: { readonly at: number; readonly stored: Stored }[] = [];
  for (const copy of copies) {
    if (copy.stored.sequence <= (kept.at(-1)?.stored.sequence ?? 0)) break;
    kept.push(copy);
  }
  return kept;
}

function toParkedHeaders({ headers, sequence }: Stored): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !/^nats-/i.test(name));
  return { ...Object.fromEntries(kept), [ORIGINAL]: String(sequence) };
}

export function fromParked(copy: Stored): { readonly at: number; readonly stored: Stored } {
  const { [ORIGINAL]: original, ...headers } = copy.headers;
  return { at: copy.sequence, stored: { ...copy, sequence: Number(original ?? 0), headers } };
}
