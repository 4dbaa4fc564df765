const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Made once: making one costs more than all else in a row of a table. */
const INSTANT_FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** How long ago, short enough for a table: `now`, `12 s`, `3 min`, `2 h 05`, `4 d`. An instant ahead of us is now. */
export function ageText(nowMs: number, thenMs: number): string {
  const age = nowMs - thenMs;
  if (Number.isNaN(age)) return '–';
  if (age < 2 * SECOND_MS) return 'now';
  if (age < MINUTE_MS) return `${Math.floor(age / SECOND_MS)} s`;
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min`;
  if (age < DAY_MS) {
    return `${Math.floor(age / HOUR_MS)} h ${String(Math.floor((age % HOUR_MS) / MINUTE_MS)).padStart(2, '0')}`;
  }
  return `${Math.floor(age / DAY_MS)} d`;
}

/** The same in a sentence: `just now`, `12 s ago`. */
export function agoText(nowMs: number, thenMs: number): string {
  const age = ageText(nowMs, thenMs);
  return age === 'now' ? 'just now' : `${age} ago`;
}

/** A length of time with three significant figures: `840 µs`, `3.21 ms`, `12.4 ms`, `1.53 s`. */
export function durationText(durationMs: number): string {
  if (!Number.isFinite(durationMs) || durationMs < 0) return '–';
  if (durationMs < 0.9995) return `${Math.round(durationMs * 1000)} µs`;
  if (durationMs < 999.5) return `${threeFigures(durationMs)} ms`;
  return `${threeFigures(durationMs / SECOND_MS)} s`;
}

/** The local wall clock of an ISO instant. */
export function clockText(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '–';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The fraction that follows {@link clockText}: `.067`. */
export function millisecondText(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? '' : `.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** Date and time for a tooltip, as the reader's locale writes them. */
export function instantText(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : INSTANT_FORMAT.format(at);
}

function threeFigures(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  if (value < 99.95) return value.toFixed(1);
  return value.toFixed(0);
}
