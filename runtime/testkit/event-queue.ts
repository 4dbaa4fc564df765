/** Something that happens at an instant of virtual time. */
export interface TimedEvent {
  readonly at: number;
  /** Among events of one instant the order in which they were added. */
  readonly order: number;
  readonly label: string;
  /** Undefined once it was cancelled. */
  run: (() => void) | undefined;
}

/** A heap of what is to come. */
export interface EventQueue {
  /** How many wait, cancelled ones not counted. */
  readonly size: number;
  add(at: number, run: () => void, label: string): TimedEvent;
  /** Takes an event out; does nothing for one that has run. */
  cancel(event: TimedEvent): void;
  /** The earliest, still in the queue. */
  peek(): TimedEvent | undefined;
  /** Takes the earliest out. */
  take(): TimedEvent | undefined;
  /** The earliest of them, in order, for people to read. */
  list(limit: number): readonly TimedEvent[];
}

/** Below this many, cancelled events are not worth a rebuilding of the heap. */
const FEW = 64;

export function createEventQueue(): EventQueue {
  let heap: TimedEvent[] = [];
  let orders = 0;
  let cancelled = 0;

  const rise = (from: number): void => {
    const event = heap[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  };

  const sink = (from: number): void => {
    const event = heap[from]!;
    let at = from;
    while (true) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, event)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = event;
  };

  const removeFirst = (): TimedEvent => {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      sink(0);
    }
    return first;
  };

  const rebuild = (): void => {
    heap = heap.filter(({ run }) => run !== undefined);
    cancelled = 0;
    for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(at);
  };

  const peek = (): TimedEvent | undefined => {
    while (heap.length > 0 && heap[0]!.run === undefined) {
      removeFirst();
      cancelled--;
    }
    return heap[0];
  };

  return {
    get size() {
      return heap.length - cancelled;
    },
    add(at, run, label) {
      const event: TimedEvent = { at, order: orders++, label, run };
      heap.push(event);
      rise(heap.length - 1);
      return event;
    },
    cancel(event) {
      if (event.run === undefined) return;
      event.run = undefined;
      cancelled++;
      if (cancelled > FEW && cancelled > heap.length / 2) rebuild();
    },
    peek,
    take() {
      if (peek() === undefined) return undefined;
      const event = removeFirst();
      const taken = { ...event };
      // What was taken is no longer there to be cancelled.
      event.run = undefined;
      return taken;
    },
    list: (limit) =>
      heap
        .filter(({ run }) => run !== undefined)
        .sort((left, right) => (isBefore(left, right) ? -1 : 1))
        .slice(0, limit),
  };
}

function isBefore(left: TimedEvent, right: TimedEvent): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}
