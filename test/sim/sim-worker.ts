import { parentPort, workerData } from 'node:worker_threads';
import { type CrashCoverage, createCrashCoverage } from '../../runtime/testkit/testkit.ts';
import { listCrashes, playScenario } from './crash-run.ts';
import type { Share, WorkerWord } from './run-many.ts';
import { runSeed, type SeedReport } from './run-seed.ts';

/** One thread of `run-many.ts`: runs its share, and tells of each run as it ends. */

const { job, first, count, step, seed } = workerData as Share;
const coverage = createCrashCoverage();
const say = (word: WorkerWord): void => parentPort?.postMessage(word);
let stray: unknown;
process.on('unhandledRejection', (reason) => {
  stray ??= reason;
});

const crashes = job === 'crashes' ? await listCrashes(seed) : [];

/** @throws what has gone wrong */
const play = async (index: number, options: { readonly coverage?: CrashCoverage }): Promise<SeedReport | undefined> => {
  stray = undefined;
  const crash = crashes[index];
  if (crash !== undefined) await playScenario(crash.scenario, { seed, crash, ...options });
  const report = job === 'seeds' ? await runSeed(index, options) : undefined;
  if (stray !== undefined) throw stray;
  return report;
};

/** What is thrown on the way is mostly caught again: its stacks would cost a tenth of all time. */
const STACK_LINES = Error.stackTraceLimit;
Error.stackTraceLimit = 0;

for (let index = first; index < first + count; index += step) {
  const run = crashes[index]?.label ?? String(index);
  try {
    const report = await play(index, { coverage });
    const { events = 0, faults = [], deeds = {} } = report ?? {};
    say({ kind: 'run', run, events, faults, deeds: { ...deeds } });
  } catch (error) {
    // Once more, the same to the last call, for the stack.
    Error.stackTraceLimit = STACK_LINES;
    const again = await play(index, {}).then(
      () => error,
      (same: unknown) => same,
    );
    Error.stackTraceLimit = 0;
    const why = again instanceof Error ? (again.stack ?? again.message) : String(again);
    say({ kind: 'failure', run, why });
  }
}
say({ kind: 'coverage', rows: coverage.table });
