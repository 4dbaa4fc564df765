/** One measured number with what was promised of it. */
export interface Figure {
  readonly benchmark: string;
  readonly name: string;
  /** NaN where it could not be measured; the note says why. */
  readonly value: number;
  readonly unit: string;
  /** The most (or with `atLeast` the least) that was promised. */
  readonly limit?: number;
  readonly atLeast?: boolean;
  /** How it was measured, in a few words. */
  readonly note?: string;
}

export type Report = (figure: Figure) => void;

export interface RunOptions {
  /** The parts to measure, of a benchmark that has several; all when empty. */
  readonly only?: readonly string[];
  /** One short round: to see that it works, not to quote. */
  readonly isQuick?: boolean;
  /** Absolute. CPU profiles of what is started go there. */
  readonly profileFolder?: string;
}

export function isKept({ value, limit, atLeast = false }: Figure): boolean {
  if (limit === undefined) return true;
  return atLeast ? value >= limit : value <= limit;
}

/** @param fraction 0.95 for the 95th percentile */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

export function printFigures(figures: readonly Figure[], print: (line: string) => void): void {
  const rows = figures.map((figure) => [
    figure.name,
    Number.isNaN(figure.value) ? 'not measured' : `${round(figure.value)} ${figure.unit}`.trimEnd(),
    figure.limit === undefined ? '' : `${figure.atLeast ? '≥' : '≤'} ${figure.limit} ${figure.unit}`.trimEnd(),
    figure.limit === undefined ? '' : isKept(figure) ? 'kept' : 'missed',
    figure.note ?? '',
  ]);
  const head = ['Figure', 'Measured', 'Promised', '', 'How'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  print('');
  print(line(head));
  print(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const row of rows) print(line(row));
}

function round(value: number): number {
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 2;
  return Number(value.toFixed(decimals));
}
