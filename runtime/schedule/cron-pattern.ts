import { Cron } from 'croner';
import { invalidSchedule } from './invalid.ts';

/** Wall time: what a clock on the wall shows, counted in milliseconds since it showed 1970-01-01 00:00. */
export type WallTime = number;

export interface CronPattern {
  /** The first match strictly after, always a whole second; none after the year 2999. */
  nextMatch(after: WallTime): WallTime | undefined;
  /** Whether the pattern says at which hours, instead of taking them as they come by `*`. */
  readonly namesHours: boolean;
}

/** A list of all sixty minutes has 169 characters. */
const MAX_LENGTH = 256;

/** As the library orders them, in patterns of six. */
const FIELDS = [
  { name: 'second', range: '0 to 59' },
  { name: 'minute', range: '0 to 59' },
  { name: 'hour', range: '0 to 23' },
  { name: 'day of month', range: '1 to 31, L or LW' },
  { name: 'month', range: '1 to 12 or JAN to DEC' },
  { name: 'day of week', range: '0 to 7 or SUN to SAT' },
] as const;
const HOUR = FIELDS.findIndex(({ name }) => name === 'hour');

/**
 * The library sees wall time only, as if it were UTC: which instant that is, in a gap or a repetition too, is said
 * in `cron.ts`. Its dates, nicknames (`@daily`) and years are not part of our patterns.
 *
 * @throws AW_SCHEDULE_INVALID naming the field that is wrong.
 */
export function parseCron(text: string): CronPattern {
  if (text.length > MAX_LENGTH)
    throw invalidSchedule(`cron has ${text.length} characters, and may have at most ${MAX_LENGTH}`);
  const fields = text.match(/\S+/g) ?? [];
  if (fields.length !== 5 && fields.length !== 6)
    throw invalidSchedule(
      `cron "${text}" has ${fields.length} field${fields.length === 1 ? '' : 's'}, and must have five ` +
        '(minute, hour, day of month, month, day of week) or six (with the second first)',
    );
  const all = fields.length === 6 ? fields : ['0', ...fields];
  const cron = tryCompile(all);
  if (cron === undefined) throw invalidSchedule(faultIn(all, text));
  return {
    nextMatch: (after) => cron.nextRun(new Date(after))?.getTime(),
    namesHours: !/[*?]/.test(all[HOUR] ?? ''),
  };
}

/** The library's own messages count from 0 and do not always say where: each field is tried alone. */
function faultIn(fields: readonly string[], text: string): string {
  for (const [index, { name, range }] of FIELDS.entries()) {
    const alone = FIELDS.map((_, other) => (other === index ? (fields[index] ?? '') : '*'));
    if (tryCompile(alone) === undefined)
      return (
        `${name} "${fields[index]}" of cron "${text}" is not ${range}, ` +
        'nor a list (1,2), range (1-5) or step (*/5, 0-30/5) of these'
      );
  }
  return `cron "${text}" can't be read`;
}

function tryCompile(fields: readonly string[]): Cron | undefined {
  // Anything with a colon would be taken for a date, anything with an at sign for a nickname.
  if (fields.some((field) => !/^[\w*?,/#+-]+$/.test(field))) return undefined;
  try {
    return new Cron(fields.join(' '), { mode: '6-part', utcOffset: 0 });
  } catch {
    return undefined;
  }
}
