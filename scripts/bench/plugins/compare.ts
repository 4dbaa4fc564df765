import { type Figures, firstLine } from '../collector.ts';
import { type Driver, startDriver } from '../driver.ts';
import { type Comparison, figuresOf } from './comparison-figures.ts';
import type { ContestantName, GuestFolders } from './guest.ts';
import { MEASUREMENTS, MEMORY, type Measurement, shorten } from './measurements.ts';
import type { Order, Result, Target } from './order.ts';

export interface CompareOptions {
  readonly folders: GuestFolders;
  readonly parts: ReadonlySet<string>;
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

type Line = Figures[number];
type PluginDriver = Driver<Order, Result>;

const DRIVER = new URL('driver-main.ts', import.meta.url).pathname;
/** No turn takes longer that comes to an end. */
const TURN_MS = 15_000;

/** All contestants take each measurement in turn, round by round: what disturbs the machine disturbs them alike. */
export async function compare(options: CompareOptions): Promise<Figures> {
  const { folders, parts, isQuick, signal, progress } = options;
  const chosen = [...MEASUREMENTS, MEMORY]
    .filter(({ order }) => parts.has(order.part))
    .map((measurement) => (isQuick ? shorten(measurement) : measurement));
  await using stack = new AsyncDisposableStack();
  const drivers = new Map<ContestantName, PluginDriver>();
  const start = (name: ContestantName): Promise<PluginDriver> =>
    startDriver<Target, Order, Result>(DRIVER, { name, folders }, signal);
  const failures: Line[] = [];

  const takeTurn = async (name: ContestantName, { title, order }: Measurement): Promise<Result | undefined> => {
    const isAlone = order.part === 'memory';
    try {
      if (isAlone) {
        await using driver = await start(name);
        return await driver.run(order, TURN_MS);
      }
      let driver = drivers.get(name);
      if (driver === undefined) {
        driver = stack.use(await start(name));
        drivers.set(name, driver);
      }
      return await driver.run(order, TURN_MS);
    } catch (error) {
      signal.throwIfAborted();
      if (name === 'AutoWeave') process.exitCode = 1;
      // Started anew for its next turn.
      const failed = drivers.get(name);
      drivers.delete(name);
      if (failed !== undefined) kill(failed.pid);
      failures.push({
        name: `${name}: ${title}: a turn that broke off`,
        value: Number.NaN,
        unit: '',
        note: firstLine(error),
      });
      progress(`${name}, ${title}: ${error instanceof Error ? error.stack : error}`);
      return undefined;
    }
  };

  const comparisons: Comparison[] = [];
  for (const measurement of chosen) {
    const rounds: Map<ContestantName, Result | undefined>[] = [];
    for (let round = 0; round < measurement.rounds; round++) {
      progress(`${measurement.title}, round ${round + 1} of ${measurement.rounds}`);
      const taken = new Map<ContestantName, Result | undefined>();
      // Who comes first changes, should anything be left over all the same.
      const names = measurement.contestants;
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        taken.set(name, await takeTurn(name, measurement));
      }
      rounds.push(taken);
    }
    comparisons.push({ measurement, rounds });
  }
  return [...figuresOf(comparisons), ...failures];
}

/** What runs in it may be in any state, so it is not asked to end it. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
