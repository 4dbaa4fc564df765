import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeeded, type Seeded } from '../../test/gateway/seeded.ts';
import { TerminalError } from '../errors/errors.ts';
import { checkRecurrence, MAX_EVERY_MS, nextDue, type Recurrence } from './recurrence.ts';

const DAY_MS = 86_400_000;
const YEAR_9999_END = Date.UTC(10_000, 0) - 1;

const NEXT: ReadonlyArray<[recurrence: Recurrence, after: number, due: number | undefined]> = [
  [{ at: 5_000 }, -1, 5_000],
  [{ at: 5_000 }, 4_999, 5_000],
  [{ at: 5_000 }, 5_000, undefined],
  [{ at: 0 }, -1, 0],
  [{ everyMs: 100, anchor: 1_000 }, 0, 1_100],
  [{ everyMs: 100, anchor: 1_000 }, 999, 1_100],
  [{ everyMs: 100, anchor: 1_000 }, 1_000, 1_100],
  [{ everyMs: 100, anchor: 1_000 }, 1_099, 1_100],
  [{ everyMs: 100, anchor: 1_000 }, 1_100, 1_200],
  [{ everyMs: 100, anchor: 1_000 }, 1_150.5, 1_200],
  [{ everyMs: 1, anchor: 0 }, YEAR_9999_END - 1, YEAR_9999_END],
  [{ everyMs: 1, anchor: 0 }, YEAR_9999_END, undefined],
  [{ everyMs: 7, anchor: 3 }, 3 + 7 * 30_000_000_000_000 - 1, 3 + 7 * 30_000_000_000_000],
  [{ everyMs: MAX_EVERY_MS, anchor: YEAR_9999_END }, 0, undefined],
  [{ everyMs: 100, anchor: 0 }, Number.POSITIVE_INFINITY, undefined],
];

test('nextDue is the first due instant strictly after', () => {
  for (const [recurrence, after, due] of NEXT)
    assert.equal(nextDue(recurrence, after), due, `${JSON.stringify(recurrence)} after ${after}`);
});

test('nextDue refuses to look after NaN', () => {
  for (const recurrence of [{ at: 1 }, { everyMs: 1, anchor: 0 }, { cron: '* * * * *' }])
    assert.throws(() => nextDue(recurrence, Number.NaN), /Cannot look for what is due after NaN/);
});

const GOOD: readonly Recurrence[] = [
  { at: 0 },
  { at: YEAR_9999_END },
  { everyMs: 1, anchor: 0 },
  { everyMs: MAX_EVERY_MS, anchor: YEAR_9999_END },
  { cron: '* * * * *' },
  { cron: '  0 9 * JAN-mar Mon-Fri ' },
  { cron: '*/5 0-30/5 1,2,3 L * *', timezone: 'UTC' },
  { cron: '0 0 15W * FRI#L', timezone: 'europe/berlin' },
  { cron: '0 0 30 2 *', timezone: 'America/Argentina/Buenos_Aires' },
];

test('checkRecurrence gives what is right as it came', () => {
  for (const each of GOOD) assert.deepEqual(checkRecurrence(structuredClone(each)), each);
  assert.deepEqual(checkRecurrence({ cron: '* * * * *', timezone: undefined }), { cron: '* * * * *' });
});

const BAD: ReadonlyArray<[value: unknown, what: RegExp]> = [
  [undefined, /it is undefined, and must be an object/],
  [null, /it is null,/],
  ['0 0 * * *', /it is "0 0 \* \* \*", and must be an object/],
  [[1], /it is a list,/],
  [{}, /it has none of at, everyMs and cron/],
  [{ at: 1, cron: '* * * * *' }, /it has at and cron, only one may be/],
  [{ at: 1, timezone: 'UTC' }, /it has at, with which there is no "timezone"/],
  [{ cron: '* * * * *', timeZone: 'UTC' }, /it has cron, with which there is no "timeZone"/],
  [{ at: '2026-01-01' }, /at is "2026-01-01", and must be a whole number/],
  [{ at: -1 }, /at is -1,/],
  [{ at: 1.5 }, /at is 1.5,/],
  [{ at: YEAR_9999_END + 1 }, /at is 253402300800000, and must be a whole number from 0 to 253402300799999/],
  [{ everyMs: 0, anchor: 0 }, /everyMs is 0, and must be a whole number from 1 to 315576000000/],
  [{ everyMs: -5, anchor: 0 }, /everyMs is -5,/],
  [{ everyMs: Number.NaN, anchor: 0 }, /everyMs is NaN,/],
  [{ everyMs: Number.POSITIVE_INFINITY, anchor: 0 }, /everyMs is Infinity,/],
  [{ everyMs: 0.5, anchor: 0 }, /everyMs is 0.5,/],
  [{ everyMs: MAX_EVERY_MS + 1, anchor: 0 }, /everyMs is 315576000001,/],
  [{ everyMs: 1_000 }, /anchor is undefined,/],
  [{ everyMs: 1_000, anchor: -1 }, /anchor is -1,/],
  [{ cron: 5 }, /cron is 5, and must be a string/],
  [{ cron: '' }, /cron "" has 0 fields, and must have five/],
  [{ cron: '@daily' }, /cron "@daily" has 1 field, and/],
  [{ cron: '* * * *' }, /has 4 fields/],
  [{ cron: '0 0 0 1 1 * 2026' }, /has 7 fields, and must have five .* or six/],
  [{ cron: '2026-01-01T00:00:00 * * * *' }, /minute "2026-01-01T00:00:00" of cron/],
  [{ cron: 'Thu Jan 01 2026 00:00:00 GMT' }, /second "Thu" of cron/],
  [{ cron: '60 * * * *' }, /minute "60" of cron "60 \* \* \* \*" is not 0 to 59, nor a list/],
  [{ cron: '60 * * * * *' }, /: second "60" of/],
  [{ cron: '* 24 * * *' }, /hour "24" of .* is not 0 to 23/],
  [{ cron: '* * 0 * *' }, /day of month "0" of/],
  [{ cron: '* * * 13 *' }, /month "13" of/],
  [{ cron: '* * * * 8' }, /day of week "8" of/],
  [{ cron: '5-1 * * * *' }, /minute "5-1" of/],
  [{ cron: '*/0 * * * *' }, /minute "\*\/0" of/],
  [{ cron: '1,,2 * * * *' }, /minute "1,,2" of/],
  [{ cron: '* * * * MONDAY' }, /day of week "MONDAY" of/],
  [{ cron: `${'1,'.repeat(200)}1 * * * *` }, /cron has 409 characters, and may have at most 256/],
  [{ cron: '* * * * *', timezone: 'Mars/Olympus' }, /timezone "Mars\/Olympus" is not known; it must be an IANA name/],
  [{ cron: '* * * * *', timezone: '' }, /timezone "" is not known/],
  [{ cron: '* * * * *', timezone: '+01:00' }, /timezone "\+01:00" is not known/],
  [{ cron: '* * * * *', timezone: null }, /timezone is null, and must be a string/],
];

test('checkRecurrence says what is wrong and where', () => {
  for (const [value, what] of BAD) {
    assert.throws(
      () => checkRecurrence(value),
      (error) => {
        assert.ok(error instanceof TerminalError && error.code === 'AW_SCHEDULE_INVALID');
        assert.match(error.message, /^Cannot use the schedule: /);
        assert.match(error.message, what);
        return true;
      },
      JSON.stringify(value),
    );
  }
});

test('nextDue refuses a recurrence that this machine can no longer keep', () => {
  assert.throws(() => nextDue({ cron: '* * * * *', timezone: 'Mars/Olympus' }, 0), { code: 'AW_SCHEDULE_INVALID' });
});

test('nextDue grows strictly, leaves nothing out, and is the same from wherever one looks', () => {
  const random = createSeeded(7);
  for (let round = 0; round < 200; round++) {
    const recurrence = randomRecurrence(random);
    const fault = findFault((after) => nextDue(recurrence, after), random);
    assert.equal(fault, undefined, JSON.stringify(recurrence));
  }
});

test('control: an answer that stands still, or that depends on where one looks, is found', () => {
  const random = createSeeded(7);
  assert.match(findFault((after) => after, random) ?? '', /not after/);
  assert.match(findFault((after) => after + 1_000, random) ?? '', /differs/);
});

function findFault(next: (after: number) => number | undefined, random: Seeded): string | undefined {
  let after = Date.UTC(2024 + random.below(6), random.below(12), 1 + random.below(28), 0, 0, 0, random.below(DAY_MS));
  for (let step = 0; step < 25; step++) {
    const due = next(after);
    if (due === undefined) return undefined;
    if (due <= after) return `${due} is not after ${after}`;
    for (const between of [due - 1, after + random.below(due - after)])
      if (next(between) !== due) return `what is due after ${between} differs from what is due after ${after}`;
    after = due;
  }
  return undefined;
}

function randomRecurrence(random: Seeded): Recurrence {
  const timezones = [
    'UTC',
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Apia',
  ];
  const pick = (values: readonly string[]) => values[random.below(values.length)] ?? '*';
  if (random.chance(0.1)) return { at: Date.UTC(2024 + random.below(6), random.below(12)) };
  if (random.chance(0.2)) return { everyMs: 1 + random.below(10 * DAY_MS), anchor: random.below(Date.UTC(2030, 0)) };
  const minute = pick(['*', '0', `${random.below(60)}`, `*/${1 + random.below(30)}`, '0,15,59']);
  const hour = pick(['*', '2', `${random.below(24)}`, `*/${1 + random.below(12)}`, '1-3', '0,23']);
  const day = pick(['*', '*', '*', '31', '29', 'L', '1-7']);
  const month = pick(['*', '*', '*', '2', '3,10']);
  const weekday = pick(['*', '*', '*', 'SUN', '1-5', 'FRI#L']);
  const second = random.chance(0.3) ? `${pick(['0', '30', '*/10'])} ` : '';
  return { cron: `${second}${minute} ${hour} ${day} ${month} ${weekday}`, timezone: pick(timezones) };
}
