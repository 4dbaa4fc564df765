/** Lengths of time as they are typed and shown back: `500ms`, `2s`, `5m`, `1h30m`, `7d`. */

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** What an error says of what is allowed. */
export const DURATION_FORM = 'a length of time such as 500ms, 2s, 5m, 1h or 1d';

/** Whole milliseconds, or undefined for a text that is no length of time. Only nothing needs no unit: `0`. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!WHOLE.test(text)) return undefined;
  const units = new Map(UNITS);
  let sum = 0;
  for (const [, number, unit] of text.matchAll(PART)) sum += Number(number) * units.get(unit!)!;
  return Number.isSafeInteger(Math.round(sum)) ? Math.round(sum) : undefined;
}

/** The same back, exactly, in the largest unit that needs no fraction: `90s`; `0` for nothing. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0';
  const [unit, ms] = UNITS.find(([, each]) => durationMs % each === 0) ?? ['ms', 1];
  return `${durationMs / ms}${unit}`;
}
