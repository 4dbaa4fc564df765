import type { Bus, Stored } from '../../bus/bus.ts';
import type { Clock } from '../../clock/clock.ts';
import type { StartGate } from './start-gate.ts';

/** Workers to try limits with, and a process that can be paused as by SIGSTOP. */

/** What ran, over all workers of a test. */
export interface Ledger {
  readonly running: number;
  readonly peak: number;
  readonly done: number;
  /** Times of starts, milliseconds since 1970, and who started. */
  readonly starts: ReadonlyArray<{ readonly at: number; readonly worker: string }>;
  start(worker: string, at: number): void;
  end(): void;
  /** Counts the peak from now on. */
  resetPeak(): void;
  /** So many run no more, without having ended. */
  forget(count: number): void;
}

export function createLedger(): Ledger {
  const starts: Array<{ at: number; worker: string }> = [];
  let [running, peak, done] = [0, 0, 0];
  return {
    get running() {
      return running;
    },
    get peak() {
      return peak;
    },
    get done() {
      return done;
    },
    starts,
    start(worker, at) {
      starts.push({ at, worker });
      running++;
      peak = Math.max(peak, running);
    },
    end() {
      running--;
      done++;
    },
    resetPeak() {
      peak = running;
    },
    forget(count) {
      running -= count;
    },
  };
}

export interface FakeWorker {
  readonly running: number;
  /** Jobs that it would run at once from now on. */
  setConcurrency(concurrency: number): void;
  /** Its `onOpen`. */
  wake(): void;
  /** Ends without a word: what runs never ends. */
  kill(): void;
  /** What runs ends now, whatever it had left to do. */
  finishAll(): void;
}

/** Has always another job, of so many milliseconds. */
export function startFakeWorker(
  name: string,
  gate: () => StartGate,
  ledger: Ledger,
  clock: Clock,
  { concurrency = 10, jobMs = 10 }: { readonly concurrency?: number; readonly jobMs?: number } = {},
): FakeWorker {
  let wanted = concurrency;
  let isOver = false;
  const jobs = new Set<() => void>();

  const end = (job: () => void): void => {
    if (!jobs.delete(job) || isOver) return;
    ledger.end();
    gate().release(1);
    fill();
  };
  const fill = (): void => {
    if (isOver || jobs.size >= wanted) return;
    const at = clock.now();
    const given = gate().take(wanted - jobs.size);
    for (let index = 0; index < given; index++) {
      ledger.start(name, at);
      const job = clock.schedule(jobMs, () => end(job));
      jobs.add(job);
    }
  };

  return {
    get running() {
      return jobs.size;
    },
    setConcurrency(next) {
      wanted = next;
      fill();
    },
    wake: fill,
    kill() {
      isOver = true;
      for (const cancel of jobs) cancel();
    },
    finishAll() {
      for (const job of [...jobs]) {
        job();
        end(job);
      }
    },
  };
}

/** A process as seen from within: while it is paused no timer fires, no answer arrives; time goes on. */
export interface Pausable {
  readonly bus: Bus;
  readonly clock: Clock;
  pause(): void;
  /** Everything that was held goes on, after what runs now. */
  resume(): void;
}

export function createPausable(bus: Bus, clock: Clock): Pausable {
  let held: Array<() => void> | undefined;
  const awake = (): Promise<void> =>
    held === undefined ? Promise.resolve() : new Promise((resolve) => held!.push(resolve));
  const late = async <Value>(answer: Promise<Value>): Promise<Value> => {
    try {
      return await answer;
    } finally {
      await awake();
    }
  };
  async function* lateRead(messages: AsyncIterable<readonly Stored[]>): AsyncGenerator<readonly Stored[]> {
    for await (const bunch of messages) {
      await awake();
      yield bunch;
    }
  }
  const slowed: Pick<Bus, 'commit' | 'last' | 'subjects' | 'read'> = {
    commit: async (...all) => {
      await awake();
      return late(bus.commit(...all));
    },
    last: (...all) => late(bus.last(...all)),
    subjects: (...all) => late(bus.subjects(...all)),
    read: (...all) => lateRead(bus.read(...all)),
  };
  return {
    bus: { ...bus, ...slowed },
    clock: {
      ...clock,
      schedule(delayMs, callback) {
        let isCancelled = false;
        const cancel = clock.schedule(delayMs, () => {
          void awake().then(() => {
            if (!isCancelled) callback();
          });
        });
        return () => {
          isCancelled = true;
          cancel();
        };
      },
    },
    pause() {
      held ??= [];
    },
    resume() {
      const all = held ?? [];
      held = undefined;
      for (const go of all) go();
    },
  };
}
