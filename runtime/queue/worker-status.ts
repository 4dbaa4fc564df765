import type { Attempt } from './attempt.ts';
import type { Home } from './home.ts';
import type { Job } from './job.ts';
import { type ActiveJob, type LiveJobs, STATUS_MS } from './live-channel.ts';
import type { OneQueue } from './queue-parts.ts';

/** Tells the other processes what a worker holds and begins: soon after each change, and regularly. */
export interface WorkerStatus {
  noteBegun(job: Job): void;
  /** Something has changed. */
  tellSoon(): void;
  tell(): void;
  /** Says that it is gone. */
  end(): void;
}

export interface WorkerStatusParts extends OneQueue {
  readonly worker: string;
  readonly homes: ReadonlyMap<number, Home>;
  readonly running: ReadonlySet<Attempt>;
  /** Called regularly, before it tells: what was missed is made up for. */
  readonly onTick: () => void;
}

const TELL_MS = 100;
/** Jobs that are told by name. */
const MAX_TOLD = 1_000;

export function createWorkerStatus(parts: WorkerStatusParts): WorkerStatus {
  const { live, clock, worker, homes, running, onTick } = parts;
  let begun: LiveJobs['jobs'][number][] = [];
  let cancelTell: (() => void) | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;

  const tell = (): void => {
    cancelTell = undefined;
    toldAt = clock.monotonic();
    if (begun.length > 0) live.tellJobs({ kind: 'active', at: clock.now(), jobs: begun.slice(0, MAX_TOLD) });
    begun = [];
    let settled = 0;
    for (const home of homes.values()) if (home.isPack) settled += home.entries.length - home.open;
    live.tellWorker({ worker, running: running.size, jobs: activeJobs(), settled });
  };

  const activeJobs = (): readonly ActiveJob[] => {
    const active: ActiveJob[] = [];
    for (const { job, entry, startedAt } of running) {
      if (active.length === MAX_TOLD) break;
      active.push({
        id: job.id,
        type: job.type,
        attempt: job.attempt,
        since: clock.now() - (clock.monotonic() - startedAt),
        addedAt: job.addedAt,
        priority: entry.o?.pr ?? 0,
      });
    }
    return active;
  };

  const tick = (): void => {
    cancelTick = clock.schedule(STATUS_MS, tick);
    onTick();
    tell();
  };
  let cancelTick = clock.schedule(STATUS_MS, tick);
  const asking = live.onAsked(tell);

  return {
    noteBegun(job) {
      if (live.isWatched) begun.push([job.id, job.type, job.attempt, job.traceparent]);
    },
    tellSoon() {
      if (cancelTell !== undefined) return;
      cancelTell = clock.schedule(Math.max(0, toldAt + TELL_MS - clock.monotonic()), tell);
    },
    tell,
    end() {
      cancelTick();
      cancelTell?.();
      asking[Symbol.dispose]();
      live.tellWorker({ worker, running: 0, jobs: [], settled: 0, isGone: true });
    },
  };
}
