import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CrashRow } from '../../runtime/testkit/testkit.ts';
import type { FaultKind } from './faults.ts';

/** Many runs, on as many threads as there are processors. */
export interface Job {
  /** `seeds`: each number is one. `crashes`: each is a place in {@link listCrashes}. */
  readonly job: 'seeds' | 'crashes';
  readonly first: number;
  readonly count: number;
  /** Of crashes: decides the times on the way. */
  readonly seed?: number;
  readonly threads?: number;
  /** Called after each run. */
  readonly onRun?: (soFar: Tally) => void;
}

export interface Tally {
  readonly runs: number;
  readonly events: number;
  /** How many faults of each kind there were. */
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** What happened in them, by name. */
  readonly deeds: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  readonly coverage: readonly CrashRow[];
}

export interface Failure {
  /** The seed, or the crash's label. */
  readonly run: string;
  readonly why: string;
}

/** What a thread is to do. */
export interface Share {
  readonly job: Job['job'];
  readonly first: number;
  readonly count: number;
  readonly step: number;
  readonly seed: number;
}

export type WorkerWord =
  | {
      readonly kind: 'run';
      readonly run: string;
      readonly events: number;
      readonly faults: readonly FaultKind[];
      readonly deeds: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'failure'; readonly run: string; readonly why: string }
  | { readonly kind: 'coverage'; readonly rows: readonly CrashRow[] };

/** More threads than this only wait for one another's memory. */
const MOST_THREADS = 16;
/** Nearly all of a run is garbage when it ends; with less room much of it would be copied first. */
const YOUNG_MB = 128;
/** So many failures are enough to look at. */
const MOST_FAILURES = 20;

export async function runMany({ job, first, count, seed = 1, onRun, ...options }: Job): Promise<Tally> {
  const threads = Math.min(count, options.threads ?? Math.min(availableParallelism(), MOST_THREADS));
  const faults = new Map<FaultKind, number>();
  const deeds = new Map<string, number>();
  const rows = new Map<string, CrashRow>();
  const failures: Failure[] = [];
  let runs = 0;
  let events = 0;
  const tally: Tally = {
    faults,
    deeds,
    failures,
    get runs() {
      return runs;
    },
    get events() {
      return events;
    },
    get coverage() {
      return [...rows.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
    },
  };

  const hear = (word: WorkerWord, stop: () => void): void => {
    if (word.kind === 'coverage') {
      for (const row of word.rows) rows.set(row.name, addRows(row, rows.get(row.name)));
      return;
    }
    runs++;
    if (word.kind === 'failure') failures.push({ run: word.run, why: word.why });
    else {
      events += word.events;
      for (const kind of word.faults) faults.set(kind, (faults.get(kind) ?? 0) + 1);
      for (const [deed, times] of Object.entries(word.deeds)) deeds.set(deed, (deeds.get(deed) ?? 0) + times);
    }
    onRun?.(tally);
    if (failures.length >= MOST_FAILURES) stop();
  };

  const workers: Worker[] = [];
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  const ends = Array.from({ length: threads }, (_, index) => {
    const share: Share = { job, first: first + index, count: count - index, step: threads, seed };
    const worker = new Worker(new URL('./sim-worker.ts', import.meta.url), {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    workers.push(worker);
    worker.on('message', (word: WorkerWord) => hear(word, stop));
    return new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => resolve());
    });
  });
  await Promise.all(ends);
  return tally;
}

function addRows(row: CrashRow, other: CrashRow = { name: row.name, passed: 0, before: 0, after: 0 }): CrashRow {
  return {
    name: row.name,
    passed: row.passed + other.passed,
    before: row.before + other.before,
    after: row.after + other.after,
  };
}
