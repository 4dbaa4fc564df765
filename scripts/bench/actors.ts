import { probeDisk } from './actors/disk-probe.ts';
import { measureHandover } from './actors/handover.ts';
import { measureSleepers } from './actors/sleepers.ts';
import { startAutoweaveSystem } from './actors/start-autoweave.ts';
import { startRestateSystem } from './actors/start-restate.ts';
import { measureThroughput } from './actors/throughput.ts';
import type { Figure, Report, RunOptions } from './figures.ts';

/** What actors can do on this machine, beside Restate's virtual objects doing the same. */

export const PARTS = ['calls', 'oneway', 'events', 'handover', 'memory'] as const;
const ROUNDS = 3;

type Figures = readonly Omit<Figure, 'benchmark'>[];

export async function run(report: Report, options: RunOptions = {}): Promise<readonly Figure[]> {
  const { only = [], isQuick = false, profileFolder } = options;
  // Inherited by all that is started.
  if (profileFolder !== undefined) {
    process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${JSON.stringify(profileFolder)}`;
  }
  const parts = new Set(only.length === 0 ? PARTS : only);
  const rounds = isQuick ? 1 : ROUNDS;
  const figures: Figure[] = [];
  const add = (figure: Omit<Figure, 'benchmark'>) => {
    figures.push({ benchmark: 'actors', ...figure });
    report(figures.at(-1)!);
  };
  const progress = (line: string) => process.stderr.write(`actors: ${line}\n`);
  using stop = onInterrupt();
  const { signal } = stop;

  /** A part that breaks off is a line of the table; the others go on. */
  const attempt = async (name: string, measure: () => Promise<Figures>): Promise<void> => {
    if (signal.aborted) return;
    try {
      for (const figure of await measure()) add(figure);
    } catch (error) {
      if (signal.aborted) return;
      process.exitCode = 1;
      progress(`${name}: ${error instanceof Error ? error.stack : error}`);
      add({ name, value: Number.NaN, unit: '', note: `broke off: ${firstLine(error)}` });
    }
  };

  if (['calls', 'oneway', 'events'].some((part) => parts.has(part))) {
    await attempt('disk', async () => [await probeDisk()]);
    await attempt('throughput', async () => {
      await using autoweave = await startAutoweaveSystem(signal);
      if (!parts.has('calls') && !parts.has('oneway')) {
        return await measureThroughput([autoweave], { parts, rounds, progress });
      }
      await using restate = await startRestateSystem(signal).catch((error: unknown) => {
        signal.throwIfAborted();
        add({ name: 'Restate', value: Number.NaN, unit: '', note: `left out: ${firstLine(error)}` });
        return undefined;
      });
      const systems = restate === undefined ? [autoweave] : [autoweave, restate];
      return await measureThroughput(systems, { parts, rounds, progress });
    });
  }
  if (parts.has('handover')) await attempt('hand-over', () => measureHandover({ rounds, signal, progress }));
  if (parts.has('memory')) await attempt('memory', () => measureSleepers({ isQuick, signal, progress }));
  return figures;
}

/** Aborts at the first Ctrl-C, so that all that was started is ended in order; further ones change nothing. */
function onInterrupt(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const interrupted = (signal: NodeJS.Signals) => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    controller.abort(new Error(`Stopped by ${signal}`));
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    },
  };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
