import { startCollecting } from './collector.ts';
import type { Figure, Report, RunOptions } from './figures.ts';
import { buildGuests } from './plugins/build-guests.ts';
import { compare } from './plugins/compare.ts';
import { measureLoop } from './plugins/measure-loop.ts';
import { makeTemporary } from './temporary.ts';

/** What a call into a plugin costs, beside raw WebAssembly, Extism's own worker and a worker in plain JavaScript. */

const COMPARED_PARTS = ['calls', 'asking', 'loading', 'looping', 'memory'] as const;
export const PARTS = [...COMPARED_PARTS, 'loop'] as const;

export async function run(report: Report, options: RunOptions = {}): Promise<readonly Figure[]> {
  const { only = [], isQuick = false } = options;
  const parts = new Set<string>(only.length === 0 ? PARTS : only);
  using collector = startCollecting('plugins', report, options);
  const { signal, progress, attempt } = collector;
  if (COMPARED_PARTS.some((part) => parts.has(part))) {
    await attempt('plugins', async () => {
      await using stack = new AsyncDisposableStack();
      const folders = await buildGuests(await makeTemporary(stack));
      return await compare({ folders, parts, isQuick, signal, progress });
    });
  }
  if (parts.has('loop')) await attempt('loop', () => measureLoop({ isQuick, signal, progress }));
  return collector.figures;
}
