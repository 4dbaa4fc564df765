import { parentPort, workerData } from 'node:worker_threads';
import { createCrashCoverage } from '../../runtime/testkit/testkit.ts';
import { listCrashes, playScenario } from './crash-run.ts';
import type { Share, WorkerWord } from './run-many.ts';
import { runSeed } from './run-seed.ts';

/** One thread of `run-many.ts`: runs its share, and tells of each run as it ends. */

const { job, first, count, step, seed } = workerData as Share;
const coverage = createCrashCoverage();
const say = (word: WorkerWord): void => parentPort?.postMessage(word);
let stray: unknown;
process.on('unhandledRejection', (reason) => {
  stray ??= reason;
});

const crashes = job === 'crashes' ? await listCrashes(seed) : [];
for (let index = first; index < first + count; index += step) {
  stray = undefined;
  const crash = crashes[index];
  const run = crash?.label ?? String(index);
  try {
    if (crash !== undefined) await playScenario(crash.scenario, { seed, crash, coverage });
    const report = job === 'seeds' ? await runSeed(index, { coverage }) : undefined;
    if (stray !== undefined) throw stray;
    say({ kind: 'run', run, events: report?.events ?? 0, faults: report?.faults ?? [] });
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say({ kind: 'failure', run, why });
  }
}
say({ kind: 'coverage', rows: coverage.table });
