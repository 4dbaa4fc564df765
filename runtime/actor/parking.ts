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
  /**
   * Copies messages, in the order of their sequences. Waits for a broker that is away.
   *
   * @returns how many, from the first on: all up to one that the broker takes in no form
   */
  park(messages: readonly Stored[]): Promise<number>;
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
const NOTHING_SEEN: readonly Copy[] = [];

/** @param left copies that an earlier owner has left */
export function createParking(parts: ParkingParts, address: PartitionedAddress, left: number): Parking {
  return new ParkingPlace(parts, address, left);
}

/** A message that was copied, and where the copy stands. */
interface Copy {
  readonly at: number;
  readonly stored: Stored;
}

/** A class, since there is one for each key that is awake. */
class ParkingPlace implements Parking {
  readonly #parts: ParkingParts;
  readonly #address: PartitionedAddress;
  #isUsed: boolean;
  #count: number;
  /** Beginnings and ends of parking: an empty page that was read across one of them says nothing. */
  #turns = 0;
  /** Sequence of a message that the broker takes no copy of: it has to wait where it is. */
  #refused: number | undefined;
  /** Copies seen, ascending. */
  #seen: readonly Copy[] = NOTHING_SEEN;

  constructor(parts: ParkingParts, address: PartitionedAddress, left: number) {
    this.#parts = parts;
    this.#address = address;
    this.#isUsed = left > 0;
    this.#count = left;
  }

  get isUsed(): boolean {
    return this.#isUsed;
  }

  get count(): number {
    return this.#count;
  }

  async park(messages: readonly Stored[]): Promise<number> {
    if (messages[0]?.sequence === this.#refused) return 0;
    const subject = parkedSubject(this.#address);
    let parked = 0;
    this.#isUsed = true;
    this.#turns++;
    try {
      for (const batch of batchesOf(messages, this.#parts.bus.maxEntryBytes)) {
        const stored = await this.#store(batch.map((message) => toCopy(subject, message)));
        this.#count += stored;
        parked += stored;
        if (stored < batch.length) break;
      }
      this.#refused = messages[parked]?.sequence;
      return parked;
    } finally {
      this.#isUsed = true;
      this.#turns++;
    }
  }

  async peek(lastSeq: number, limit: number): Promise<readonly Stored[]> {
    if (!this.#isUsed) return [];
    const { bus } = this.#parts;
    const subject = parkedSubject(this.#address);
    this.#seen = this.#seen.filter(({ stored }) => stored.sequence > lastSeq);
    while (this.#seen.length === 0) {
      const before = this.#turns;
      const page = await bus.page('MAILBOX', { from: 1, filter: subject, limit });
      if (page.length === 0) {
        if (this.#turns !== before) continue;
        this.#isUsed = false;
        this.#count = 0;
        return [];
      }
      const fresh = page.map(fromParked).filter(({ stored }) => stored.sequence > lastSeq);
      if (fresh.length > 0) {
        this.#seen = inOrder(fresh);
        break;
      }
      // All of them are handled already: an earlier owner has not come to removing them.
      await bus.trim('MAILBOX', subject, page.at(-1)!.sequence);
      this.#count = Math.max(0, this.#count - page.length);
    }
    return this.#seen.map(({ stored }) => stored);
  }

  async drop(upTo: number): Promise<void> {
    // What was at work when it was copied: nothing has looked at its copy.
    if (this.#seen.length === 0) await this.peek(upTo, 1);
    const gone = this.#seen.filter(({ stored }) => stored.sequence <= upTo).at(-1);
    if (gone === undefined) return;
    await this.#parts.bus.trim('MAILBOX', parkedSubject(this.#address), gone.at);
    this.#count -= this.#seen.filter(({ at }) => at <= gone.at).length;
    this.#seen = this.#seen.filter(({ at }) => at > gone.at);
  }

  /** @returns how many of them, from the first on, are stored */
  async #store(batch: readonly Outgoing[]): Promise<number> {
    const { bus, clock, signal } = this.#parts;
    let copies = batch;
    while (true) {
      signal.throwIfAborted();
      try {
        await bus.commit('MAILBOX', copies);
        return copies.length;
      } catch (error) {
        // Copied twice does no harm, so a copy whose answer was lost is simply made again.
        if (isPassing(error)) await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
        // Of several, one may be refused for itself; in the midst of a batch that looks like a batch lost on its way.
        if (copies.length > 1) return await this.#storeHalves(copies);
        if (isPassing(error)) continue;
        const bare = withoutStrangers(copies[0]!);
        if (bare === undefined) return 0;
        copies = [bare];
      }
    }
  }

  async #storeHalves(copies: readonly Outgoing[]): Promise<number> {
    const middle = copies.length >> 1;
    const stored = await this.#store(copies.slice(0, middle));
    return stored < middle ? stored : stored + (await this.#store(copies.slice(middle)));
  }
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
function inOrder(copies: readonly Copy[]): readonly Copy[] {
  const kept: Copy[] = [];
  for (const copy of copies) {
    if (copy.stored.sequence <= (kept.at(-1)?.stored.sequence ?? 0)) break;
    kept.push(copy);
  }
  return kept;
}

function toCopy(subject: string, message: Stored): Outgoing {
  return { subject, headers: toParkedHeaders(message), body: message.body };
}

/** Headers that mean something here. */
const OWN = /^(ce-(specversion|id|type|source|subject|time)|aw-.*|traceparent)$/;

/** Undefined when it has none of strangers. */
function withoutStrangers(copy: Outgoing): Outgoing | undefined {
  const all = Object.entries(copy.headers ?? {});
  const own = all.filter(([name]) => OWN.test(name));
  return own.length === all.length ? undefined : { ...copy, headers: Object.fromEntries(own) };
}

function toParkedHeaders({ headers, sequence }: Stored): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !/^nats-/i.test(name));
  return { ...Object.fromEntries(kept), [ORIGINAL]: String(sequence) };
}

export function fromParked(copy: Stored): Copy {
  const { [ORIGINAL]: original, ...headers } = copy.headers;
  return { at: copy.sequence, stored: { ...copy, sequence: Number(original ?? 0), headers } };
}
