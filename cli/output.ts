import { styleText } from 'node:util';
import { asCalled, type Program } from './as-called.ts';
import { displayWidth, pad, sanitize, truncate } from './text.ts';

/** Where a command prints. Colours only on a terminal, and never with `NO_COLOR`. */
export interface Output {
  /** How many columns there are; undefined when nobody looks. */
  readonly columns: number | undefined;
  line(text?: string): void;
  /** A line that says what to type, as the person calls us. */
  advise(text: string): void;
  /** A note beside the result: it goes to the error stream, and nowhere when programs read. */
  note(text: string): void;
  /** One document, or one line of a stream of them. */
  json(value: unknown, options?: { readonly isLine?: boolean }): void;
  table(columns: readonly Column[], rows: readonly (readonly unknown[])[]): void;
  paint(colour: Colour, text: string): string;
}

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold' | 'cyan';

export interface Column {
  readonly title: string;
  /** Given up first where the terminal is too narrow; at least so many columns of it stay. */
  readonly shrinksTo?: number;
  /** Left out where the terminal has no room for all columns however they shrink; the lowest number first. */
  readonly spare?: number;
  readonly colour?: (text: string) => Colour | undefined;
}

/** What is needed of a stream such as `process.stdout`. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const GAP = '  ';

export function createOutput(
  stdout: OutputStream,
  stderr: OutputStream,
  { isJson, program = 'autoweave' }: { readonly isJson: boolean; readonly program?: Program },
): Output {
  const columns = stdout.isTTY ? (stdout.columns ?? 80) : undefined;
  const paint = (colour: Colour, text: string) =>
    stdout === process.stdout ? styleText(colour, text, { stream: process.stdout }) : text;
  return {
    columns,
    paint,
    line: (text = '') => void stdout.write(`${text}\n`),
    advise: (text) => void stdout.write(`${asCalled(text, program)}\n`),
    note(text) {
      if (!isJson) stderr.write(`${asCalled(text, program)}\n`);
    },
    json: (value, { isLine = false } = {}) => void stdout.write(`${JSON.stringify(value, null, isLine ? 0 : 2)}\n`),
    table: (shape, rows) => void stdout.write(renderTable(shape, rows, columns, paint)),
  };
}

/** Rows below their titles, aligned; what does not fit a terminal is cut or left out, and whole where there is none. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
  available: number | undefined,
  paint: Output['paint'] = (_colour, text) => text,
): string {
  const allTitles = columns.map(({ title }) => title.toUpperCase());
  const allCells = rows.map((row) => columns.map((_, index) => sanitize(showCell(row[index]))));
  const kept = fittingColumns(columns, [allTitles, ...allCells], available);
  const [titles, ...cells] = [allTitles, ...allCells].map((row) => row.filter((_, index) => kept.has(index)));
  const shape = columns.filter((_, index) => kept.has(index));
  const widths = fitWidths(shape, [titles!, ...cells], available);
  const render = (row: readonly string[], colourOf: (index: number, text: string) => Colour | undefined) =>
    row
      .map((text, index) => {
        const shown = pad(truncate(text, widths[index]!), index === row.length - 1 ? 0 : widths[index]!);
        const colour = colourOf(index, text);
        return colour === undefined ? shown : paint(colour, shown);
      })
      .join(GAP)
      .trimEnd();
  const lines = [
    render(titles!, () => 'dim'),
    ...cells.map((row) => render(row, (index, text) => shape[index]!.colour?.(text))),
  ];
  return `${lines.join('\n')}\n`;
}

function showCell(value: unknown): string {
  return value === null || value === undefined
    ? ''
    : typeof value === 'boolean'
      ? value
        ? 'yes'
        : 'no'
      : String(value);
}

/** All of them, without the spare ones that there is no room for. */
function fittingColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  available = Number.POSITIVE_INFINITY,
): ReadonlySet<number> {
  const kept = new Set(columns.keys());
  const spare = [...kept].filter((index) => columns[index]!.spare !== undefined);
  spare.sort((left, right) => columns[right]!.spare! - columns[left]!.spare!);
  const least = () =>
    [...kept].reduce((sum, index) => {
      const width = Math.max(...rows.map((row) => displayWidth(row[index]!)));
      return sum + Math.min(width, columns[index]!.shrinksTo ?? width) + GAP.length;
    }, -GAP.length);
  while (spare.length > 0 && least() > available) kept.delete(spare.pop()!);
  return kept;
}

function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  available: number | undefined,
): readonly number[] {
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => displayWidth(row[index]!))));
  if (available === undefined) return widths;
  let surplus = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1) - available;
  // The widest gives first, so that short cells stay whole as long as possible.
  while (surplus > 0) {
    const candidates = columns
      .map(({ shrinksTo }, index) => ({ index, spare: shrinksTo === undefined ? 0 : widths[index]! - shrinksTo }))
      .filter(({ spare }) => spare > 0)
      .sort((left, right) => widths[right.index]! - widths[left.index]!);
    const widest = candidates[0];
    if (widest === undefined) break;
    widths[widest.index]!--;
    surplus--;
  }
  return widths;
}
