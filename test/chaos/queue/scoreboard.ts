import { LEVELS, type Level, SYSTEM_NAMES, type SystemName } from '../../../scripts/bench/queue/system.ts';
import { smallDiskMissing } from '../../harness/small-disk.ts';
import type { Score } from './score.ts';
import { runTrial, TRIAL_FAULTS, type TrialFault, type TrialResult } from './trial.ts';

/** The same faults on AutoWeave and on BullMQ, at equal durability, one after the other; then a table. */

export interface ScoreboardOptions {
  readonly seed: string;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
}

interface Broken {
  readonly system: SystemName;
  readonly level: Level;
  readonly fault: TrialFault;
  readonly error: string;
}

type Row = TrialResult | Broken;

const LEVEL_NAMES: Readonly<Record<SystemName, Readonly<Record<Level, string>>>> = {
  AutoWeave: { interval: 'interval', fsync: 'fsync' },
  BullMQ: { interval: 'everysec', fsync: 'always' },
};

const COLUMNS: readonly (readonly [title: string, of: (score: Score) => number | undefined, meaning: string])[] = [
  ['acked', (score) => score.acknowledged, 'jobs whose add was acknowledged'],
  ['refused', (score) => score.refused, 'adds that failed, so that the caller knows'],
  ['lost', (score) => score.lost, 'acknowledged, and neither done nor failed 30 s after the load had ended'],
  [
    'failed',
    (score) => score.failed,
    'acknowledged, nothing wrong with them, and failed all the same; a bad job that did not',
  ],
  ['outcome ×2', (score) => score.outcomesTwice, 'jobs with two outcomes on record'],
  [
    'effect ×2',
    (score) => score.effectsTwice,
    'jobs whose effect is on record twice: in AutoWeave an event that the job emits, kept with its outcome; in BullMQ, which has nothing of the kind, an INCR that the processor does in the same Redis',
  ],
  [
    'ran ×2',
    (score) => score.ranTwice,
    'jobs whose processor came to its end twice: what it does elsewhere happens twice in either system, which promise no more than at least once',
  ],
  ['stored ×2', (score) => score.storedTwice, 'adds that were made once and became two jobs'],
  [
    'reordered',
    (score) => score.reordered,
    'jobs of one adder, which adds one after the other, that began more than 50 ms after one added later; three workers with four slots each',
  ],
  ['first ms', (score) => score.firstMs, 'from the end of the fault to the first completion'],
  [
    'caught up ms',
    (score) => score.caughtUpMs,
    'from the end of the fault until all that was acknowledged before had been done',
  ],
];

/** @returns the exit code: 1 when AutoWeave has broken a promise */
export async function runScoreboard({ seed, isJson, signal }: ScoreboardOptions): Promise<number> {
  const rows: Row[] = [];
  const noDisk = smallDiskMissing();
  for (const fault of TRIAL_FAULTS) {
    for (const level of LEVELS) {
      for (const system of SYSTEM_NAMES) {
        if (signal.aborted) return 1;
        const plan = { system, level, fault, seed };
        const isImpossible = fault === 'full disk' && noDisk !== undefined;
        const row: Row = isImpossible
          ? { ...plan, error: noDisk }
          : await runTrial(plan, signal).catch((error: unknown) => ({ ...plan, error: String(error) }));
        rows.push(row);
        if (!isJson)
          console.log(`${fault}: ${system}, ${LEVEL_NAMES[system][level]}${'error' in row ? `: ${row.error}` : ''}`);
      }
    }
  }
  print(rows, isJson);
  return rows.some((row) => row.system === 'AutoWeave' && hasBrokenPromise(row, noDisk)) ? 1 : 0;
}

function hasBrokenPromise(row: Row, noDisk: string | undefined): boolean {
  if ('error' in row) return row.error !== noDisk;
  const { lost, failed, outcomesTwice, effectsTwice, storedTwice } = row.score;
  return lost + failed + outcomesTwice + effectsTwice + storedTwice > 0;
}

function print(rows: readonly Row[], isJson: boolean): void {
  const versions = [...new Set(rows.flatMap((row) => ('error' in row ? [] : [row.versions])))];
  if (isJson) {
    const columns = Object.fromEntries(COLUMNS.map(([title, , meaning]) => [title, meaning]));
    console.log(JSON.stringify({ versions, columns, rows }, undefined, 2));
    return;
  }
  const cells = rows.map((row) => [
    row.fault,
    row.system,
    LEVEL_NAMES[row.system][row.level],
    ...COLUMNS.map(([, of]) => ('error' in row ? '–' : String(of(row.score) ?? 'never'))),
  ]);
  const head = ['fault', 'system', 'durability', ...COLUMNS.map(([title]) => title)];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  console.log(`\n${line(head)}\n|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const row of cells) console.log(line(row));
  console.log(`\n${versions.join('; ')}\n`);
  for (const [title, , meaning] of COLUMNS) console.log(`${title}: ${meaning}`);
}
