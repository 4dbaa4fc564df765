export interface TimeZone {
  /** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
  offsetAt(instant: number): number;
  /**
   * The change of the clock after `from` and not after `to`, for spans within which it changes once at most. In the
   * tz database, from 1970 on, changes are three days apart or more.
   */
  changeWithin(from: number, to: number): ClockChange | undefined;
}

export interface ClockChange {
  /** The first instant with the new offset. */
  readonly at: number;
  /** The offset until then. */
  readonly before: number;
}

const SECOND_MS = 1_000;

/** By lower-case name. Holds existing zones only, which are some six hundred. */
const zones = new Map<string, TimeZone>();

/** @returns nothing when this Node knows no zone of this name. An offset such as `+01:00` is no name. */
export function findTimeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  if (!/^[a-z]/.test(key)) return undefined;
  try {
    const zone = createTimeZone(name);
    zones.set(key, zone);
    return zone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function createTimeZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  const offsetAt = (instant: number) => parseOffset(format.format(instant));
  // Who looks at one change looks at it again: every search of a day around it does.
  let found: ClockChange | undefined;
  return {
    offsetAt,
    changeWithin(from, to) {
      if (found !== undefined && from < found.at && found.at <= to) return found;
      const before = offsetAt(from);
      if (offsetAt(to) === before) return undefined;
      // Clocks change at whole seconds; `low` has the old offset, `high` the new one.
      let low = Math.floor(from / SECOND_MS);
      let high = Math.floor(to / SECOND_MS);
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (offsetAt(middle * SECOND_MS) === before) low = middle;
        else high = middle;
      }
      found = { at: high * SECOND_MS, before };
      return found;
    },
  };
}

/** Some zones had seconds in their offset: Monrovia's was -00:44:30 until 1972. */
function parseOffset(formatted: string): number {
  const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(formatted) ?? [];
  const magnitude = Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return magnitude === 0 ? 0 : (sign === '-' ? -magnitude : magnitude) * SECOND_MS;
}
