import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeeded, type Seeded } from '../../test/gateway/seeded.ts';
import { nextCronDue } from './cron.ts';
import { type CronPattern, parseCron } from './cron-pattern.ts';
import { findTimeZone, type TimeZone } from './time-zone.ts';

/**
 * Against a daemon in miniature that lives through every minute around a change of the clock: it looks at the wall,
 * and knows neither our search nor the library.
 */
const CHANGES: ReadonlyArray<readonly [zone: string, around: string]> = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['America/St_Johns', '2010-11-07T02:31Z'],
  ['America/St_Johns', '2011-03-13T03:31Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Pacific/Apia', '2021-04-03T14:00Z'],
  ['America/Havana', '2026-03-08T05:00Z'],
  ['America/Havana', '2026-11-01T05:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00Z'],
  ['UTC', '2026-12-31T23:59Z'],
];
const MINUTE_MS = 60_000;
const MINUTES_AROUND = 30 * 60;
const CRONS_PER_CHANGE = 20;

interface Minute {
  readonly at: number;
  /** What the wall shows, as if it were UTC. */
  readonly wall: number;
}

test('nextCronDue finds what a daemon that sees every minute would run', () => {
  const random = createSeeded(20_261_025);
  for (const [zoneName, around] of CHANGES) {
    const [zone, minutes] = [zoneOf(zoneName), minutesOf(zoneName, Date.parse(around))];
    for (let count = 0; count < CRONS_PER_CHANGE; count++) {
      const cron = randomCron(random);
      const expected = live(cron, minutes);
      assert.deepEqual(search(parseCron(cron.text), zone, minutes), expected, `${cron.text} in ${zoneName}`);
      checkBetween(parseCron(cron.text), zone, minutes, expected, random);
    }
  }
});

test('control: the daemon notices when named hours are taken for a wildcard, and the other way round', () => {
  const minutes = minutesOf('Europe/Berlin', Date.parse('2026-10-25T01:00Z'));
  for (const [minute, hour] of [
    ['30', '2'],
    ['0', '*'],
  ] as const) {
    const cron = compose(minute, hour, '*', '*');
    const pattern = parseCron(cron.text);
    const wrong = { ...pattern, namesHours: !pattern.namesHours };
    assert.notDeepEqual(search(wrong, zoneOf('Europe/Berlin'), minutes), live(cron, minutes), cron.text);
  }
});

function search(pattern: CronPattern, zone: TimeZone, minutes: readonly Minute[]): number[] {
  const found: number[] = [];
  const end = minutes.at(-1)?.at ?? 0;
  let at: number | undefined = (minutes[0]?.at ?? 0) - 1;
  while ((at = nextCronDue(pattern, zone, at)) !== undefined && at <= end) found.push(at);
  return found;
}

/** From any instant, in the repetition or not, the answer is the first expected one after it. */
function checkBetween(
  pattern: CronPattern,
  zone: TimeZone,
  minutes: readonly Minute[],
  expected: readonly number[],
  random: Seeded,
): void {
  for (let count = 0; count < 20; count++) {
    const after = (minutes[0]?.at ?? 0) + random.below(minutes.length * MINUTE_MS);
    const first = expected.find((due) => due > after);
    const found = nextCronDue(pattern, zone, after);
    assert.equal(found, nextCronDue(pattern, zone, after));
    if (first === undefined) assert.ok(found === undefined || found > (minutes.at(-1)?.at ?? 0));
    else assert.equal(found, first, `after ${new Date(after).toISOString()}`);
  }
}

interface RandomCron {
  readonly text: string;
  readonly namesHours: boolean;
  matches(wall: number): boolean;
}

/**
 * Lives through the minutes. Named hours: a wall time counts when the wall has never shown it or a later one, and what
 * the wall has jumped over counts with the minute after. Otherwise: whatever the wall shows counts.
 */
function live(cron: RandomCron, minutes: readonly Minute[]): number[] {
  let latest = (minutes[0]?.wall ?? 0) - MINUTE_MS;
  return minutes
    .filter(({ wall }) => {
      if (!cron.namesHours) return cron.matches(wall);
      let isDue = false;
      for (; latest < wall; latest += MINUTE_MS) isDue = cron.matches(latest + MINUTE_MS) || isDue;
      return isDue;
    })
    .map(({ at }) => at);
}

function randomCron(random: Seeded): RandomCron {
  const isWild = random.chance(0.4);
  return compose(
    randomField(random, 60, random.chance(0.3)),
    randomField(random, 24, isWild),
    random.chance(0.8) ? '*' : randomField(random, 28, false).replace(/\d+/g, (day) => String(Number(day) + 1)),
    random.chance(0.8) ? '*' : randomField(random, 7, false),
  );
}

function randomField(random: Seeded, size: number, isWild: boolean): string {
  if (isWild) return random.chance(0.5) ? '*' : `*/${2 + random.below(size - 2)}`;
  const [low, high] = [random.below(size), random.below(size)].sort((a, b) => a - b) as [number, number];
  const near = Math.min(size - 1, low + 3);
  return [`${low}`, `${low},${high}`, `${low}-${near}`, `${low}-${high}/2`, `${low},${near}`][random.below(5)] ?? '0';
}

function compose(minute: string, hour: string, day: string, weekday: string): RandomCron {
  return {
    text: `${minute} ${hour} ${day} * ${weekday}`,
    namesHours: !hour.includes('*'),
    matches(wall) {
      const date = new Date(wall);
      const [isDay, isWeekday] = [isIn(day, date.getUTCDate()), isIn(weekday, date.getUTCDay())];
      const isDate = day === '*' || weekday === '*' ? isDay && isWeekday : isDay || isWeekday;
      return isDate && isIn(hour, date.getUTCHours()) && isIn(minute, date.getUTCMinutes());
    },
  };
}

function isIn(field: string, value: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [low = 0, high = range === '*' ? Number.POSITIVE_INFINITY : low] =
      range === '*' ? [] : range.split('-').map(Number);
    return value >= low && value <= high && (value - low) % Number(step) === 0;
  });
}

function zoneOf(name: string): TimeZone {
  const zone = findTimeZone(name);
  assert.ok(zone !== undefined, name);
  return zone;
}

function minutesOf(zone: string, around: number): Minute[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return Array.from({ length: 2 * MINUTES_AROUND }, (_, index) => {
    const at = around + (index - MINUTES_AROUND) * MINUTE_MS;
    return { at, wall: Date.parse(`${format.format(at).replace(' ', 'T')}Z`) };
  });
}
