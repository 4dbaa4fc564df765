const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A length of time for a table: `840 ms`, `12 s`, `3 min`, `2 h`, `4 d`; nothing for none. */
export function durationText(durationMs: number): string {
  if (durationMs <= 0) return '';
  if (durationMs < SECOND_MS) return `${Math.ceil(durationMs)} ms`;
  if (durationMs < MINUTE_MS) return `${Math.floor(durationMs / SECOND_MS)} s`;
  if (durationMs < HOUR_MS) return `${Math.floor(durationMs / MINUTE_MS)} min`;
  return durationMs < DAY_MS ? `${Math.floor(durationMs / HOUR_MS)} h` : `${Math.floor(durationMs / DAY_MS)} d`;
}
