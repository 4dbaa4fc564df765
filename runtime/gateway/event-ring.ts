export interface RingLimits {
  readonly events: number;
  /** Of the bodies together; decoded they take about three times as much. */
  readonly bytes: number;
}

/**
 * What a message of the log has said; `lost`: what stood up to and including `sequence` was gone before it could be
 * read.
 */
export type RingEntry<Event> =
  | { readonly outcome: 'events'; readonly sequence: number; readonly events: readonly Event[]; readonly bytes: number }
  | { readonly outcome: 'lost'; readonly sequence: number };

/**
 * The newest messages of a feed, without a hole: every one with `floor < sequence ≤ head` is in it, or told as lost.
 * The newest entry is kept however large it is.
 */
export interface EventRing<Event> {
  readonly floor: number;
  /** The newest message known to stand at or below the floor; 0 when there is none. */
  readonly lastBelow: number;
  readonly head: number;
  /** Goes on to the entry. */
  push(entry: RingEntry<Event>): void;
  /** Goes on to a sequence at which there is nothing to keep. */
  skipTo(sequence: number): void;
  /** The first entry after a sequence that is not below the floor. */
  after(sequence: number): RingEntry<Event> | undefined;
}

/**
 * @param head sequence up to which the ring need not know anything
 * @param lastBelow the newest message up to there
 */
export function createEventRing<Event>(head: number, lastBelow: number, limits: RingLimits): EventRing<Event> {
  const entries: RingEntry<Event>[] = [];
  let floor = head;
  let size = 0;
  let bytes = 0;

  const dropOldest = () => {
    const oldest = entries.shift()!;
    floor = oldest.sequence;
    size -= sizeOf(oldest);
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
      size += sizeOf(entry);
      if (entry.outcome === 'events') bytes += entry.bytes;
      while ((size > limits.events || bytes > limits.bytes) && entries.length > 1) dropOldest();
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

function sizeOf(entry: RingEntry<unknown>): number {
  return entry.outcome === 'events' ? entry.events.length : 1;
}
