/**
 * What two threads share about messages in the hand: rows of numbers, from which the thread that beats makes the
 * subjects of their acknowledgements.
 */

export const SLOTS = 4_096;
const COLUMNS = 6;
/** Columns of a row. */
const SINCE = 0;
const UNTIL = 1;
const CONSUMER = 2;
const DELIVERY_COUNT = 3;
const SEQUENCE = 4;
const CONSUMER_SEQUENCE = 5;

export interface Held {
  /** Number that the thread knows the consumer's name by. */
  readonly consumer: number;
  readonly deliveryCount: number;
  readonly sequence: number;
  readonly consumerSequence: number;
}

/** Times are milliseconds of the machine's monotonic clock, which all threads share. */
export interface LeaseTable {
  readonly buffer: SharedArrayBuffer;
  /** -1 when it is full. */
  add(held: Held, now: number): number;
  limit(slot: number, until: number): void;
  remove(slot: number): void;
  /** What is held since before `heldSince`, and not beyond its limit. */
  due(heldSince: number, now: number): Held[];
}

export function createLeaseTable(
  buffer = new SharedArrayBuffer(SLOTS * COLUMNS * Float64Array.BYTES_PER_ELEMENT),
): LeaseTable {
  const cells = new Float64Array(buffer);
  const free = Array.from({ length: SLOTS }, (_, index) => SLOTS - 1 - index);

  return {
    buffer,
    add({ consumer, deliveryCount, sequence, consumerSequence }, now) {
      const slot = free.pop();
      if (slot === undefined) return -1;
      const at = slot * COLUMNS;
      cells[at + UNTIL] = Number.POSITIVE_INFINITY;
      cells[at + CONSUMER] = consumer;
      cells[at + DELIVERY_COUNT] = deliveryCount;
      cells[at + SEQUENCE] = sequence;
      cells[at + CONSUMER_SEQUENCE] = consumerSequence;
      // Last: a row without it is none.
      cells[at + SINCE] = now;
      return slot;
    },
    limit(slot, until) {
      cells[slot * COLUMNS + UNTIL] = until;
    },
    remove(slot) {
      cells[slot * COLUMNS + SINCE] = 0;
      free.push(slot);
    },
    due(heldSince, now) {
      const found: Held[] = [];
      for (let at = 0; at < cells.length; at += COLUMNS) {
        const since = cells[at + SINCE]!;
        if (since === 0 || since > heldSince || cells[at + UNTIL]! <= now) continue;
        found.push({
          consumer: cells[at + CONSUMER]!,
          deliveryCount: cells[at + DELIVERY_COUNT]!,
          sequence: cells[at + SEQUENCE]!,
          consumerSequence: cells[at + CONSUMER_SEQUENCE]!,
        });
      }
      return found;
    },
  };
}

/** The machine's monotonic clock: the same in every thread, as a thread's own `performance.now` is not. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
