/** What was told and is stored nowhere: the newest, each with its place between what the log has. */
export interface ToldEvents<Event> {
  /** How many were told so far. */
  readonly count: number;
  /** @param head the last sequence of the log that had been read when it was told */
  tell(event: Event, head: number): void;
  /**
   * The next one for whoever has heard `count`; older ones that are no longer kept are passed over. Undefined when
   * there is none, or when the log's message at `sequence` was read before it.
   */
  next(count: number, sequence?: number): { readonly event: Event; readonly count: number } | undefined;
  /** For a log that begins anew: what was told before has no place in it. */
  clear(): void;
}

/** A second of a busy queue; they are small. Who is slower misses some, as who listens later misses all. */
const KEPT = 2_048;

export function createToldEvents<Event>(): ToldEvents<Event> {
  const kept: { readonly event: Event; readonly head: number }[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    tell(event, head) {
      kept.push({ event, head });
      count++;
      if (kept.length > KEPT) kept.shift();
    },
    next(heard, sequence = Number.POSITIVE_INFINITY) {
      const dropped = count - kept.length;
      const next = Math.max(heard, dropped);
      const found = kept[next - dropped];
      return found === undefined || found.head >= sequence ? undefined : { event: found.event, count: next + 1 };
    },
    clear() {
      kept.length = 0;
    },
  };
}
