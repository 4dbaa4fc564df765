import { setTimeout as pause } from 'node:timers/promises';
import { type Figures, firstLine } from '../collector.ts';
import { type Comparison, figuresOf } from './comparison-figures.ts';
import { MEASUREMENTS, type Measurement, shorten } from './measurements.ts';
import { settleDisk } from './settle-disk.ts';
import type { System, SystemName } from './system.ts';
import { type Turn, takeTurn } from './turn.ts';

export interface CompareOptions {
  readonly parts: ReadonlySet<string>;
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** Before each turn, when all has been written that is to be: what a system still does for its last turn is over. */
const REST_MS = 1_000;
const QUICK_REST_MS = 200;
const WARM_UPS: readonly Measurement[] = [
  { part: 'add', title: 'warm-up', inFlight: 100, ms: 1_000 },
  { part: 'bulk', title: 'warm-up', batch: 1_000, inFlight: 4, ms: 500 },
  { part: 'process', title: 'warm-up', concurrency: 10, ms: 500 },
  { part: 'process', title: 'warm-up', concurrency: 100, ms: 500 },
];

/** All systems take each measurement in turn, round by round: what disturbs the machine disturbs them alike. */
export async function compare(systems: readonly System[], options: CompareOptions): Promise<Figures> {
  const { parts, isQuick, rounds, signal, progress } = options;
  const chosen = MEASUREMENTS.filter(({ part }) => parts.has(part)).map((one) => (isQuick ? shorten(one) : one));
  const { level } = systems[0]!;
  const turns = new Map<Measurement, Map<SystemName, Turn[]>>();
  const failures: string[] = [];
  for (const [at, warmUp] of WARM_UPS.entries()) {
    for (const system of systems) {
      progress(`${level}: ${system.name}, warm-up`);
      await takeTurn(system, isQuick ? shorten(warmUp) : warmUp, `warm${at}`);
    }
  }
  for (let round = 1; round <= rounds; round++) {
    for (const [at, measurement] of chosen.entries()) {
      // Who comes first changes, should anything be left over all the same.
      for (const system of round % 2 === 1 ? systems : systems.toReversed()) {
        await settleDisk(signal);
        await pause(isQuick ? QUICK_REST_MS : REST_MS, undefined, { signal });
        progress(`${level}, round ${round} of ${rounds}: ${system.name}, ${measurement.title}`);
        const taken = turns.getOrInsertComputed(measurement, () => new Map());
        try {
          const turn = await takeTurn(system, measurement, `bench${at}x${round}`);
          taken.getOrInsertComputed(system.name, () => []).push(turn);
        } catch (error) {
          if (signal.aborted) throw error;
          process.exitCode = 1;
          progress(`${error instanceof Error ? error.stack : error}`);
          failures.push(`${system.name}, ${measurement.title}, round ${round}: ${firstLine(error)}`);
        }
      }
    }
  }
  const comparisons = chosen.map((measurement): Comparison => ({ level, measurement, turns: turns.get(measurement)! }));
  return [
    ...comparisons.flatMap(figuresOf),
    ...failures.map((note) => ({ name: `${level}: broke off`, value: Number.NaN, unit: '', note })),
  ];
}
