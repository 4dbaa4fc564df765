import { measureHandover } from './actors/handover.ts';
import { measureSleepers } from './actors/sleepers.ts';
import { startAutoweaveSystem } from './actors/start-autoweave.ts';
import { startRestateSystem } from './actors/start-restate.ts';
import { measureThroughput } from './actors/throughput.ts';
import { firstLine, startCollecting } from './collector.ts';
import { probeDisk } from './disk-probe.ts';
import type { Figure, Report, RunOptions } from './figures.ts';

/** What actors can do on this machine, beside Restate's virtual objects doing the same. */

export const PARTS = ['calls', 'oneway', 'events', 'handover', 'memory'] as const;
const ROUNDS = 3;

export async function run(report: Report, options: RunOptions = {}): Promise<readonly Figure[]> {
  const { only = [], isQuick = false } = options;
  const parts = new Set(only.length === 0 ? PARTS : only);
  const rounds = isQuick ? 1 : ROUNDS;
  using collector = startCollecting('actors', report, options);
  const { signal, progress, add, attempt } = collector;

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
  return collector.figures;
}
