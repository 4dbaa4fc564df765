import type { LoggedEvent } from './event-filter.ts';

export interface RingLimits {
  readonly events: number;
  /** Of the bodies together; decoded they take about three times as much. */
  readonly bytes: number;
}

/** `lost`: what stood up to and including `sequence` was gone before it could be read. */
export type RingEntry =
  | { readonly outcome: 'event'; readonly sequence: number; readonly event: LoggedEvent; readonly bytes: number }
  | { readonly outcome: 'lost'; readonly sequence: number };

/** The newest events of a feed, without a hole: every event with `floor < sequence ≤ head` is in it, or told as lost. */
export interface EventRing {
  readonly floor: number;
  /** The newest event known to stand at or below the floor; 0 when there is none. */
  readonly lastBelow: number;
  readonly head: number;
  /** Goes on to the entry. */
  push(entry: RingEntry): void;
  /** Goes on to a sequence at which there is nothing to keep. */
  skipTo(sequence: number): void;
  /** The first entry after a sequence that is not below the floor. */
  after(sequence: number): RingEntry | undefined;
}

/**
 * @param head sequence up to which the ring need not know anything
 * @param lastBelow the newest event up to there
 */
export function createEventRing(head: number, lastBelow: number, limits: RingLimits): EventRing {
  const entries: RingEntry[] = [];
  let floor = head;
  let bytes = 0;

  const dropOldest = () => {
    const oldest = entries.shift()!;
    floor = oldest.sequence;
    if (oldest.outcome === 'lost') return;
    lastBelow = oldest.sequence;
    bytes -= oldest.bytes;
  };

  return {
    get floor() {
      return floor;
    },
    get lastBelow() {
      return lastBelow;
    },
    get head() {
      return head;
    },
    push(entry) {
      head = entry.sequence;
      entries.push(entry);
      if (entry.outcome === 'event') bytes += entry.bytes;
      while (entries.length > limits.events || (bytes > limits.bytes && entries.length > 1)) dropOldest();
    },
    skipTo(sequence) {
      head = sequence;
    },
    after(sequence) {
      let low = 0;
      let high = entries.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (entries[middle]!.sequence > sequence) high = middle;
        else low = middle + 1;
      }
      return entries[low];
    },
  };
}
