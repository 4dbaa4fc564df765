import { LAST_INSTANT, nextCronDue } from './cron.ts';
import { parseCron } from './cron-pattern.ts';
import { invalidSchedule } from './invalid.ts';
import { findTimeZone, type TimeZone } from './time-zone.ts';

/** When something is due. Instants are whole milliseconds since 1970, UTC. */
export type Recurrence =
  /** Once. */
  | { readonly at: number }
  /** At `anchor + everyMs`, and then again after every `everyMs`. */
  | { readonly everyMs: number; readonly anchor: number }
  /**
   * By five fields (minute, hour, day of month, month, day of week), or six with the second first, on the clock of an
   * IANA time zone; UTC when there is none. When both days are restricted, either is enough, as in cron, or both are
   * needed with `+` before the day of week. `L`, `W` and `#` are known. `cron.ts` says what a change of the clock does.
   */
  | { readonly cron: string; readonly timezone?: string };

/** The first due instant strictly after `after`; nothing when there is none any more. */
export type NextDue = (after: number) => number | undefined;

/** Ten years, leap days included: who waits longer means an instant. */
export const MAX_EVERY_MS = 315_576_000_000;

const KINDS = [
  { name: 'at', fields: ['at'] },
  { name: 'everyMs', fields: ['everyMs', 'anchor'] },
  { name: 'cron', fields: ['cron', 'timezone'] },
] as const;

/**
 * The recurrence that a value is. That it is never due is no error: 30 February is a date in no year.
 *
 * @throws AW_SCHEDULE_INVALID with what is wrong and where.
 */
export function checkRecurrence(value: unknown): Recurrence {
  const fields = fieldsOf(value);
  if ('at' in fields) return { at: wholeNumber('at', fields['at'], 0, LAST_INSTANT) };
  if ('everyMs' in fields)
    return {
      everyMs: wholeNumber('everyMs', fields['everyMs'], 1, MAX_EVERY_MS),
      anchor: wholeNumber('anchor', fields['anchor'], 0, LAST_INSTANT),
    };
  const cron = string('cron', fields['cron']);
  parseCron(cron);
  if (fields['timezone'] === undefined) return { cron };
  const timezone = string('timezone', fields['timezone']);
  timeZone(timezone);
  return { cron, timezone };
}

/**
 * The first due instant strictly after `after`, or nothing when there is none any more.
 *
 * @throws AW_SCHEDULE_INVALID when the recurrence was not checked, or this Node does not know its time zone.
 */
export function nextDue(recurrence: Recurrence, after: number): number | undefined {
  return dueOf(recurrence)(after);
}

/** The same for many questions about one recurrence. */
export function dueOf(recurrence: Recurrence): NextDue {
  const next = dueByKind(recurrence);
  return (after) => {
    if (Number.isNaN(after)) throw new RangeError('Cannot look for what is due after NaN');
    const due = next(after);
    return due !== undefined && due <= LAST_INSTANT ? due : undefined;
  };
}

function dueByKind(recurrence: Recurrence): NextDue {
  if ('at' in recurrence) return (after) => (after < recurrence.at ? recurrence.at : undefined);
  if ('everyMs' in recurrence) {
    const { everyMs, anchor } = recurrence;
    return (after) => anchor + everyMs * Math.max(1, Math.floor((after - anchor) / everyMs) + 1);
  }
  const pattern = parseCron(recurrence.cron);
  const zone = timeZone(recurrence.timezone ?? 'UTC');
  return (after) => nextCronDue(pattern, zone, after);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidSchedule(`it is ${describe(value)}, and must be an object with at, everyMs or cron`);
  const kinds = KINDS.filter(({ name }) => name in value);
  const [kind] = kinds;
  if (kind === undefined) throw invalidSchedule('it has none of at, everyMs and cron');
  if (kinds.length > 1) throw invalidSchedule(`it has ${kinds.map(({ name }) => name).join(' and ')}, only one may be`);
  const fields: readonly string[] = kind.fields;
  const unknown = Object.keys(value).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw invalidSchedule(`it has ${kind.name}, with which there is no "${unknown}"`);
  return value as Readonly<Record<string, unknown>>;
}

function wholeNumber(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidSchedule(`${name} is ${describe(value)}, and must be a whole number from ${least} to ${most}`);
}

function string(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw invalidSchedule(`${name} is ${describe(value)}, and must be a string`);
}

function timeZone(name: string): TimeZone {
  const zone = findTimeZone(name);
  if (zone !== undefined) return zone;
  throw invalidSchedule(`timezone ${describe(name)} is not known; it must be an IANA name such as "Europe/Berlin"`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 100)}"`;
  if (typeof value === 'number' || value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}
