import { setTimeout as pause } from 'node:timers/promises';
import type { Figures } from '../collector.ts';
import type { Figure } from '../figures.ts';
import { rssMb } from '../process-cost.ts';
import { compareWithEmpty } from './backlog-speed.ts';
import { shorten, thousands } from './comparison-figures.ts';
import { folderBytes } from './folder-size.ts';
import { SMALL_BYTES, USUAL_BYTES } from './job-data.ts';
import { startSystem } from './start-system.ts';
import type { System, SystemName } from './system.ts';
import { counted, fill } from './turn.ts';

/** What a million waiting jobs cost, and whether a queue that is so full is slower than an almost empty one. */

const JOBS = 1_000_000;
const QUICK_JOBS = 100_000;
/** So that servers have written, and given back what they do not need. */
const CALM_MS = 10_000;
const QUICK_CALM_MS = 2_000;
const COUNTS = 200;
const LOOKUPS = 500;
const BACKLOG = 'backlog';

export interface BacklogOptions {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * One system after the other, and each size on servers of its own: what is measured is the backlog, not what was there
 * before, and backlogs of both systems side by side would share the page cache.
 */
export async function measureBacklog(name: SystemName, options: BacklogOptions): Promise<Figures> {
  const { isQuick, signal } = options;
  const jobs = isQuick ? QUICK_JOBS : JOBS;
  const figures: Omit<Figure, 'benchmark'>[] = [];
  {
    await using small = await startSystem(name, 'interval', signal);
    figures.push(...(await measureSize(small, SMALL_BYTES, jobs, options)));
  }
  await using full = await startSystem(name, 'interval', signal);
  figures.push(...(await measureSize(full, USUAL_BYTES, jobs, options)));
  figures.push(...(await measureQuestions(full, jobs, options)));
  await using empty = await startSystem(name, 'interval', signal);
  figures.push(...(await compareWithEmpty({ empty, full, queue: BACKLOG, jobs }, options)));
  return figures;
}

async function measureSize(system: System, bytes: number, jobs: number, options: BacklogOptions): Promise<Figures> {
  const { isQuick, signal, progress } = options;
  const look = async () => {
    await pause(isQuick ? QUICK_CALM_MS : CALM_MS, undefined, { signal });
    const { server } = await rssMb({ server: system.serverPid });
    return { mb: server!, bytes: await folderBytes(system.dataFolder) };
  };
  const title = `${thousands(jobs)} waiting jobs of ${bytes} bytes`;
  progress(`${system.name}: ${title}`);
  const before = await look();
  const { result } = await counted(system, () => fill(system, BACKLOG, bytes, jobs));
  const after = await look();
  const name = (what: string) => `interval, ${system.name}: ${title}: ${what}`;
  const isPromised = bytes === SMALL_BYTES && system.name === 'AutoWeave';
  return [
    {
      name: name('disk for each'),
      value: (after.bytes - before.bytes) / jobs,
      unit: 'bytes',
      ...(isPromised ? { limit: 500 } : {}),
      note: `the data folder grew by ${Math.round((after.bytes - before.bytes) / 1e6)} MB`,
    },
    {
      name: name('memory of the server for each'),
      value: ((after.mb - before.mb) * 1024 ** 2) / jobs,
      unit: 'bytes',
      note: `RSS from ${Math.round(before.mb)} to ${Math.round(after.mb)} MB; added at ${shorten(result.values['perSecond']!)}/s`,
    },
  ];
}

async function measureQuestions(system: System, jobs: number, { progress }: BacklogOptions): Promise<Figures> {
  const figures: Omit<Figure, 'benchmark'>[] = [];
  for (const [kind, times, title] of [
    ['counts', COUNTS, 'counts of all states'],
    ['lookups', LOOKUPS, 'look-up by id'],
  ] as const) {
    progress(`${system.name}: ${title} with ${thousands(jobs)} waiting`);
    const { values } = await system.adder.run({ kind, queue: BACKLOG, times });
    figures.push({
      name: `interval, ${system.name}: ${title} with ${thousands(jobs)} waiting, p50`,
      value: values['p50']!,
      unit: 'ms',
      ...(system.name === 'AutoWeave' ? { limit: 2 } : {}),
      note: `p99 ${values['p99']!.toFixed(2)} ms; ${times} one after the other`,
    });
  }
  return figures;
}
