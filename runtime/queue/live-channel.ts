import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';

/**
 * What processes tell each other about one queue while they run; nothing of it is stored. Workers say what they hold,
 * operators give orders, and whoever watches hears of jobs that were added and begun. Those are only told while
 * somebody has said that he watches, so that they cost nothing otherwise.
 */
export interface LiveChannel extends AsyncDisposable {
  /** True while somebody in any process watches. */
  readonly isWatched: boolean;
  tellJobs(word: LiveJobs): void;
  tellWorker(status: WorkerStatus): void;
  order(order: Order): void;
  /** True for a job that an operator has ended within the last seconds, as far as was heard. */
  isOrdered(id: string): boolean;
  /** This process knows the queue's record as it stands at this sequence of CONTROL. */
  tellHeard(process: string, sequence: number): void;
  /** Up to where each process has said that it does. */
  readonly heard: ReadonlyMap<string, number>;
  /** What workers hold, as last heard: not older than {@link STATUS_MS} while they run. */
  readonly workers: ReadonlyMap<string, HeardStatus>;
  /** LIFO jobs have come. */
  tellLifo(): void;
  onLifo(listener: () => void): Disposable;
  /** Asks all workers to say what they hold now. */
  askWorkers(): void;
  watch(onJobs: (word: LiveJobs) => void): Disposable;
  onOrder(listener: (order: Order) => void): Disposable;
  onAsked(listener: () => void): Disposable;
}

export interface LiveJobs {
  readonly kind: 'added' | 'active';
  readonly at: number;
  /** Id, type, attempt, trace context. */
  readonly jobs: readonly (readonly [id: string, type: string, attempt: number, traceparent: string | undefined])[];
}

export interface WorkerStatus {
  readonly worker: string;
  /** Jobs at work: the first thousand by name. */
  readonly running: number;
  readonly jobs: readonly ActiveJob[];
  /** Jobs that have an outcome and whose pack still stands in the stream. */
  readonly settled: number;
  readonly isGone?: true;
}

export interface ActiveJob {
  readonly id: string;
  readonly type: string;
  readonly attempt: number;
  readonly since: number;
  readonly addedAt: number;
  readonly priority: number;
}

export type HeardStatus = WorkerStatus & { readonly heardAt: number };

/** To the worker that has the job. */
export interface Order {
  readonly kind: 'cancelled' | 'removed';
  readonly id: string;
  readonly reason: string;
}

type Word =
  | ({ readonly is: 'jobs' } & LiveJobs)
  | ({ readonly is: 'worker' } & WorkerStatus)
  | { readonly is: 'order'; readonly order: Order }
  | { readonly is: 'heard'; readonly process: string; readonly sequence: number }
  | { readonly is: 'watching' }
  | { readonly is: 'ask' }
  | { readonly is: 'lifo' };

/** A worker says something at least so often. */
export const STATUS_MS = 1_000;
const GONE_MS = 5_000;
const WATCHING_MS = 2_000;
const WATCHED_MS = 6_000;
/** A message that was under way when its job ended has come by then. */
const ORDERED_MS = 10_000;
const MAX_ORDERED = 10_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface LiveParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly tenant: string;
}

export function openLiveChannel({ bus, clock, tenant }: LiveParts, queue: string): LiveChannel {
  const channel = `queue.${tenant}.${queue}`;
  const workers = new Map<string, HeardStatus>();
  const heard = new Map<string, number>();
  const watchers = new Set<(word: LiveJobs) => void>();
  const ordered = new Map<string, number>();
  const orders = new Set<(order: Order) => void>();
  const asked = new Set<() => void>();
  const lifo = new Set<() => void>();
  let watchedUntil = Number.NEGATIVE_INFINITY;
  let cancelWord = () => {};

  const tell = (word: Word): void => bus.broadcast(channel, encoder.encode(JSON.stringify(word)));

  const noteOrdered = (id: string): void => {
    ordered.delete(id);
    ordered.set(id, clock.monotonic());
    const [oldest] = ordered.keys();
    if (ordered.size > MAX_ORDERED) ordered.delete(oldest!);
  };

  const hear = (word: Word): void => {
    switch (word.is) {
      case 'jobs':
        for (const watcher of [...watchers]) watcher(word);
        return;
      case 'worker':
        if (word.isGone) workers.delete(word.worker);
        else workers.set(word.worker, { ...word, heardAt: clock.monotonic() });
        return;
      case 'order':
        noteOrdered(word.order.id);
        for (const listener of [...orders]) listener(word.order);
        return;
      case 'heard':
        heard.set(word.process, word.sequence);
        return;
      case 'watching':
        watchedUntil = clock.monotonic() + WATCHED_MS;
        return;
      case 'ask':
        for (const listener of [...asked]) listener();
        return;
      case 'lifo':
        for (const listener of [...lifo]) listener();
    }
  };

  const listening = bus.listen(channel, ({ body }) => {
    try {
      hear(JSON.parse(decoder.decode(body)) as Word);
    } catch {
      // A stranger's word on our channel means nothing.
    }
  });

  const sayThatWeWatch = (): void => {
    cancelWord();
    if (watchers.size === 0) return;
    tell({ is: 'watching' });
    cancelWord = clock.schedule(WATCHING_MS, sayThatWeWatch);
  };

  return {
    get isWatched() {
      return clock.monotonic() < watchedUntil;
    },
    tellJobs: (word) => tell({ is: 'jobs', ...word }),
    tellWorker: (status) => tell({ is: 'worker', ...status }),
    order: (order) => tell({ is: 'order', order }),
    isOrdered(id) {
      const at = ordered.get(id);
      return at !== undefined && at > clock.monotonic() - ORDERED_MS;
    },
    tellHeard: (process, sequence) => tell({ is: 'heard', process, sequence }),
    heard,
    get workers() {
      const oldest = clock.monotonic() - GONE_MS;
      for (const [id, { heardAt }] of workers) if (heardAt < oldest) workers.delete(id);
      return workers;
    },
    tellLifo: () => tell({ is: 'lifo' }),
    onLifo(listener) {
      lifo.add(listener);
      return { [Symbol.dispose]: () => void lifo.delete(listener) };
    },
    askWorkers: () => tell({ is: 'ask' }),
    watch(onJobs) {
      watchers.add(onJobs);
      sayThatWeWatch();
      return { [Symbol.dispose]: () => void watchers.delete(onJobs) };
    },
    onOrder(listener) {
      orders.add(listener);
      return { [Symbol.dispose]: () => void orders.delete(listener) };
    },
    onAsked(listener) {
      asked.add(listener);
      return { [Symbol.dispose]: () => void asked.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      cancelWord();
      listening[Symbol.dispose]();
    },
  };
}
