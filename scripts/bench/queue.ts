import { type Collector, firstLine, startCollecting } from './collector.ts';
import { probeDisk } from './disk-probe.ts';
import type { Figure, Report, RunOptions } from './figures.ts';
import { measureBacklog } from './queue/backlog.ts';
import { compare } from './queue/compare.ts';
import { MEASURED_PARTS } from './queue/measurements.ts';
import { startSystem } from './queue/start-system.ts';
import { LEVELS, SYSTEM_NAMES, type System } from './queue/system.ts';

/** What the queue can do on this machine, beside BullMQ on Redis doing the same. */

const PART_NAMES = [...MEASURED_PARTS, 'million'] as const;
/** Parts, and levels to which the run is confined. */
export const PARTS = [...PART_NAMES, ...LEVELS] as const;
const ROUNDS = 3;

export async function run(report: Report, options: RunOptions = {}): Promise<readonly Figure[]> {
  const { only = [], isQuick = false } = options;
  const rounds = isQuick ? 1 : ROUNDS;
  const parts = new Set<string>(chosenOf(PART_NAMES, only));
  using collector = startCollecting('queue', report, options);
  const { signal, progress, attempt } = collector;
  await attempt('disk', async () => [await probeDisk()]);

  const hasCompared = MEASURED_PARTS.some((part) => parts.has(part));
  for (const level of hasCompared ? chosenOf(LEVELS, only) : []) {
    await attempt(level, async () => {
      await using stack = new AsyncDisposableStack();
      const systems: System[] = [];
      for (const name of SYSTEM_NAMES) {
        const system = await startOrLeave(collector, name, () => startSystem(name, level, signal));
        if (system !== undefined) systems.push(stack.use(system));
      }
      if (systems.length === 0) return [];
      return await compare(systems, { parts, isQuick, rounds, signal, progress });
    });
  }
  for (const name of parts.has('million') ? SYSTEM_NAMES : []) {
    await attempt(`${name}, a million waiting`, () => measureBacklog(name, { isQuick, rounds, signal, progress }));
  }
  return collector.figures;
}

/** Those that are named; all when none is. */
function chosenOf<T extends string>(all: readonly T[], only: readonly string[]): readonly T[] {
  const named = all.filter((one) => only.includes(one));
  return named.length === 0 ? all : named;
}

/** Without one system the other one is measured all the same. What runs, and why one does not, are lines of the table. */
async function startOrLeave(
  { signal, add }: Collector,
  name: string,
  start: () => Promise<System>,
): Promise<System | undefined> {
  try {
    const system = await start();
    add({
      name: `${system.level}, ${name}: processes`,
      value: Object.keys(system.processes).length,
      unit: '',
      note: system.versions,
    });
    return system;
  } catch (error) {
    signal.throwIfAborted();
    process.exitCode = 1;
    add({ name, value: Number.NaN, unit: '', note: `left out: ${firstLine(error)}` });
    return undefined;
  }
}
