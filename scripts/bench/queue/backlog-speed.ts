import type { Figures } from '../collector.ts';
import { percentile } from '../figures.ts';
import { costOf, shorten, thousands } from './comparison-figures.ts';
import { USUAL_BYTES } from './job-data.ts';
import { PROCESS_MS } from './measurements.ts';
import { settleDisk } from './settle-disk.ts';
import type { System } from './system.ts';
import { counted, fill, type Turn, takeProcessTurn } from './turn.ts';

/** Whether a queue in which very many jobs wait is slower than one that is almost empty. */

/** Short: what is added here comes on top of the backlog. */
const ADD = { inFlight: 200, ms: 1_000 };
const PROCESS = { concurrency: 100, ms: PROCESS_MS };
const QUICK_PART = 4;

interface Speed {
  readonly title: string;
  /** @param part of the usual time */
  take(system: System, queue: string, hasBacklog: boolean, part: number): Promise<Turn>;
}

const SPEEDS: readonly Speed[] = [
  {
    title: `add, ${ADD.inFlight} in flight`,
    take: (system, queue, _hasBacklog, part) => {
      const { inFlight, ms } = ADD;
      return counted(system, () =>
        system.adder.run({ kind: 'add', queue, bytes: USUAL_BYTES, inFlight, ms: ms * part }),
      );
    },
  },
  {
    title: `process, ${PROCESS.concurrency} at once`,
    take: (system, queue, hasBacklog, part) => {
      const add = (count: number) => fill(system, queue, USUAL_BYTES, count);
      return takeProcessTurn(system, queue, PROCESS.concurrency, PROCESS.ms * part, hasBacklog ? undefined : add);
    },
  },
];

export interface Compared {
  readonly empty: System;
  readonly full: System;
  /** In which the jobs wait. */
  readonly queue: string;
  readonly jobs: number;
}

export interface CompareOptions {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** Both in turn, round by round, as systems are compared. */
export async function compareWithEmpty(
  { empty, full, queue, jobs }: Compared,
  { isQuick, rounds, signal, progress }: CompareOptions,
): Promise<Figures> {
  const turns = SPEEDS.map(() => ({ empty: [] as Turn[], full: [] as Turn[] }));
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [at, speed] of SPEEDS.entries()) {
      for (const system of [empty, full]) {
        const hasBacklog = system === full;
        const how = hasBacklog ? `${thousands(jobs)} waiting` : 'almost empty';
        progress(`${system.name}: ${speed.title}, ${how}, ${round === 0 ? 'warm-up' : `${round} of ${rounds}`}`);
        await settleDisk(signal);
        const name = hasBacklog ? queue : `empty${at}x${round}`;
        const turn = await speed.take(system, name, hasBacklog, isQuick ? 1 / QUICK_PART : 1);
        if (round > 0) turns[at]![hasBacklog ? 'full' : 'empty'].push(turn);
        if (!hasBacklog) await system.adder.run({ kind: 'remove', queue: name });
      }
    }
  }
  return SPEEDS.flatMap(({ title }, at) => figuresOf(full, title, jobs, turns[at]!));
}

function figuresOf(
  { name }: System,
  title: string,
  jobs: number,
  { empty, full }: { readonly empty: readonly Turn[]; readonly full: readonly Turn[] },
): Figures {
  const ratesOf = (turns: readonly Turn[]) => turns.map(({ result }) => result.values['perSecond']!);
  const median = (turns: readonly Turn[]) => percentile(ratesOf(turns), 0.5);
  const show = (turns: readonly Turn[]) => `${ratesOf(turns).map(shorten).join(', ')}; ${costOf(turns)}`;
  const at = `${title}, ${thousands(jobs)} waiting`;
  return [
    { name: `interval, ${name}: ${title}, almost empty`, value: median(empty), unit: '/s', note: show(empty) },
    { name: `interval, ${name}: ${at}`, value: median(full), unit: '/s', note: show(full) },
    {
      name: `interval, ${name}: ${at} / almost empty`,
      value: median(full) / median(empty),
      unit: '×',
      ...(name === 'AutoWeave' ? { limit: 0.7, atLeast: true } : {}),
    },
  ];
}
