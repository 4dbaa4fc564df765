import type { CronPattern } from './cron-pattern.ts';
import type { TimeZone } from './time-zone.ts';

/** Longer than any repetition of wall time (the longest was 7 h) and as long as any gap (a day, at the date line). */
const DAY_MS = 86_400_000;

/** The end of the year 9999. */
export const LAST_INSTANT = 253_402_300_799_999;

/**
 * The first instant strictly after `after` at which a pattern is due by the clock of a zone, from 1970 on.
 *
 * Where the clock is put forward, some wall time does not exist (the gap); where it is put back, some comes twice
 * (the repetition). What then happens depends on the hour field:
 *
 * - It names hours (`30 2 * * *`, `* 1-3 * * *`): the job is meant once for each time it names. Times in a gap become
 *   one run at its end, however many they are, and even where a whole day was left out; when the time at the end is
 *   named itself, this is that run. Times in a repetition are due when they come first, and only then.
 * - It contains `*`, with or without a step (`0 * * * *`): the job is meant for the passing of time. Times in a gap
 *   are left out, since those around it follow each other at once; times in a repetition are due each time.
 *
 * That is Vixie cron's rule for its fixed-time and its wildcard jobs, except that the minute field has no say.
 */
export function nextCronDue(pattern: CronPattern, zone: TimeZone, after: number): number | undefined {
  // Everything from `from` on, itself included, is still to be looked at. One round looks as far as the next change
  // of the clock or, when there is none within a day, as far as the next match is sure to stand.
  let from = Math.max(0, Math.floor(after) + 1);
  while (from <= LAST_INSTANT) {
    const offset = zone.offsetAt(from);
    const change = zone.changeWithin(from, from + DAY_MS);
    const match = pattern.nextMatch(firstWallTime(pattern, zone, from) - 1);
    if (match === undefined) return undefined;
    // A match in a gap lies before `from`, which is then its end.
    const due = Math.max(match - offset, from);
    if (due < (change?.at ?? from + DAY_MS)) return due;
    // Offsets differ by up to a day from this one where the match is far away, and one day is looked at already.
    from = change?.at ?? Math.max(from + DAY_MS, due - 2 * DAY_MS);
  }
  return undefined;
}

/** The wall time of the first match that may count at `from` or later. */
function firstWallTime({ namesHours }: CronPattern, zone: TimeZone, from: number): number {
  const wall = from + zone.offsetAt(from);
  const last = namesHours ? zone.changeWithin(from - DAY_MS, from) : undefined;
  if (last === undefined) return wall;
  const endOfOldTime = last.at + last.before;
  // At the change itself old time goes on, so that the gap is in; later only what was not there before, so that the
  // repetition is out.
  return from === last.at ? endOfOldTime : Math.max(wall, endOfOldTime);
}
