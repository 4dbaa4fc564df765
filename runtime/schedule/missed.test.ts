import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeeded, type Seeded } from '../../test/gateway/seeded.ts';
import { type MissedPolicy, MOST_AT_ONCE, type Settlement, settleDue, TOLERANCE_MS } from './missed.ts';
import { nextDue, type Recurrence } from './recurrence.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const POLICIES: readonly MissedPolicy[] = ['skip', 'once', 'all'];
const HOURLY: Recurrence = { everyMs: HOUR_MS, anchor: 0 };
const ONCE: Recurrence = { at: HOUR_MS };

type Row = readonly [
  recurrence: Recurrence,
  due: number,
  now: number,
  policy: MissedPolicy,
  runs: number[],
  next: number | undefined,
  skipped: number,
];
const h = (count: number) => count * HOUR_MS;
const LATE = TOLERANCE_MS + 1;

const TABLE: readonly Row[] = [
  // On time, at once and as late as may be, is the same under each policy.
  ...POLICIES.flatMap((policy): Row[] => [
    [HOURLY, h(1), h(1), policy, [h(1)], h(2), 0],
    [HOURLY, h(1), h(1) + TOLERANCE_MS, policy, [h(1)], h(2), 0],
    [ONCE, h(1), h(1), policy, [h(1)], undefined, 0],
    // Too early: the clock has jumped back.
    [HOURLY, h(5), h(5) - 1, policy, [], h(5), 0],
    [HOURLY, h(5), 0, policy, [], h(5), 0],
  ]),
  [HOURLY, h(1), h(1) + LATE, 'skip', [], h(2), 1],
  [HOURLY, h(1), h(1) + LATE, 'once', [h(1)], h(2), 0],
  [HOURLY, h(1), h(1) + LATE, 'all', [h(1)], h(2), 0],
  [ONCE, h(1), h(9), 'skip', [], undefined, 1],
  [ONCE, h(1), h(9), 'once', [h(1)], undefined, 0],
  [ONCE, h(1), h(9), 'all', [h(1)], undefined, 0],
  // Some missed, none on time.
  [HOURLY, h(1), h(4.5), 'skip', [], h(5), 4],
  [HOURLY, h(1), h(4.5), 'once', [h(4)], h(5), 3],
  [HOURLY, h(1), h(4.5), 'all', [h(1), h(2), h(3), h(4)], h(5), 0],
  // Some missed, the last one on time.
  [HOURLY, h(1), h(4) + 500, 'skip', [h(4)], h(5), 3],
  [HOURLY, h(1), h(4) + 500, 'once', [h(3), h(4)], h(5), 2],
  [HOURLY, h(1), h(4) + 500, 'all', [h(1), h(2), h(3), h(4)], h(5), 0],
  // Due by a recurrence that has changed since: it counts all the same.
  [HOURLY, h(1) + 7, h(1) + 8, 'skip', [h(1) + 7], h(2), 0],
  [HOURLY, h(1) + 7, h(2) + LATE, 'once', [h(2)], h(3), 1],
  [HOURLY, h(1) + 7, h(2), 'all', [h(1) + 7, h(2)], h(3), 0],
];

test('settleDue', () => {
  for (const [recurrence, due, now, policy, runs, next, skipped] of TABLE)
    assert.deepEqual(settleDue(recurrence, due, now, policy), { runs, next, skipped }, `${policy} ${due} at ${now}`);
});

test('settleDue takes the tolerance that it is given', () => {
  assert.deepEqual(settleDue(HOURLY, h(1), h(1) + 1, 'skip', 0), { runs: [], next: h(2), skipped: 1 });
  assert.deepEqual(settleDue(HOURLY, h(1), h(3), 'skip', h(2)), { runs: [h(1), h(2), h(3)], next: h(4), skipped: 0 });
});

test('settleDue runs a bounded number at once, and goes on with the oldest that was not run', () => {
  const often: Recurrence = { everyMs: MINUTE_MS, anchor: 0 };
  const now = 2_500 * MINUTE_MS + LATE;
  const seen: number[] = [];
  let due: number | undefined = MINUTE_MS;
  for (const expected of [MOST_AT_ONCE, MOST_AT_ONCE, 500]) {
    const { runs, next } = settleDue(often, due ?? Number.NaN, now, 'all');
    assert.equal(runs.length, expected);
    seen.push(...runs);
    due = next;
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 2_500 }, (_, index) => (index + 1) * MINUTE_MS),
  );
  assert.equal(due, 2_501 * MINUTE_MS);
});

test('settleDue bounds what is on time, too, and what it counts', () => {
  const everyMs: Recurrence = { everyMs: 1, anchor: 0 };
  const now = h(1);
  assert.deepEqual(summary(settleDue(everyMs, 1, now, 'skip')), {
    runs: MOST_AT_ONCE,
    first: now - TOLERANCE_MS,
    next: now - TOLERANCE_MS + MOST_AT_ONCE,
    skipped: MOST_AT_ONCE,
  });
  assert.deepEqual(summary(settleDue(everyMs, 1, now, 'once')), {
    runs: MOST_AT_ONCE,
    first: now - TOLERANCE_MS - 1,
    next: now - TOLERANCE_MS + MOST_AT_ONCE - 1,
    skipped: MOST_AT_ONCE,
  });
});

test('settleDue does not walk through the years that a clock has jumped', () => {
  const now = Date.UTC(2999, 0);
  for (const recurrence of [
    { everyMs: 1, anchor: 0 },
    { cron: '* * * * * *', timezone: 'Europe/Berlin' },
  ]) {
    for (const policy of POLICIES) {
      const { runs, next, skipped } = settleDue(recurrence, 1_000, now, policy);
      assert.ok(runs.length <= MOST_AT_ONCE && skipped <= MOST_AT_ONCE);
      if (policy === 'all') assert.equal(next, nextDue(recurrence, runs.at(-1) ?? Number.NaN));
      else assert.ok(next !== undefined && next > now - TOLERANCE_MS);
      const [first] = runs;
      assert.ok(first !== undefined);
      if (policy === 'once')
        assert.ok(first < now - TOLERANCE_MS && (nextDue(recurrence, first) ?? 0) >= now - TOLERANCE_MS);
    }
  }
});

interface Story {
  readonly due: number;
  readonly end: number | undefined;
  readonly runs: readonly number[];
  readonly skipped: number;
}

test('settleDue loses and repeats nothing over restarts and jumps of the clock', () => {
  const random = createSeeded(99);
  for (let round = 0; round < 60; round++) {
    const recurrence = randomRecurrence(random);
    for (const policy of POLICIES) {
      const story = liveThrough(recurrence, policy, random);
      assert.equal(findFault(recurrence, policy, story), undefined, `${JSON.stringify(recurrence)} ${policy}`);
    }
  }
});

test('control: an occurrence that is lost, repeated or counted wrongly is found', () => {
  const story = { due: h(1), end: h(4), runs: [h(1), h(2), h(3)], skipped: 0 };
  assert.equal(findFault(HOURLY, 'all', story), undefined);
  assert.match(findFault(HOURLY, 'all', { ...story, runs: [h(1), h(3)] }) ?? '', /differ/);
  assert.match(findFault(HOURLY, 'all', { ...story, runs: [h(1), h(2), h(2), h(3)] }) ?? '', /differ/);
  assert.match(findFault(HOURLY, 'skip', { ...story, runs: [h(1), h(1)], skipped: 1 }) ?? '', /order/);
  assert.match(findFault(HOURLY, 'skip', { ...story, runs: [h(1) + 1], skipped: 2 }) ?? '', /never due/);
  assert.match(findFault(HOURLY, 'skip', { ...story, runs: [h(1)], skipped: 1 }) ?? '', /count/);
});

/** A timer that is looked at when it is due, or some time later, with a clock that sometimes jumps back. */
function liveThrough(recurrence: Recurrence, policy: MissedPolicy, random: Seeded): Story {
  const begin = Date.UTC(2026, 9, 24, random.below(24));
  const due = nextDue(recurrence, begin);
  assert.ok(due !== undefined);
  const runs: number[] = [];
  let skipped = 0;
  let next: number | undefined = due;
  let now = begin;
  for (let look = 0; look < 40 && next !== undefined; look++) {
    const pause = random.chance(0.5) ? Math.max(0, next - now) + random.below(5_000) : random.below(3 * HOUR_MS);
    now = random.chance(0.1) ? now - random.below(5 * HOUR_MS) : now + pause;
    const settlement = settleDue(recurrence, next, now, policy);
    runs.push(...settlement.runs);
    skipped += settlement.skipped;
    next = settlement.next;
  }
  return { due, end: next, runs, skipped };
}

function findFault(recurrence: Recurrence, policy: MissedPolicy, story: Story): string | undefined {
  const expected: number[] = [];
  for (let due: number | undefined = story.due; due !== undefined && due !== story.end; due = nextDue(recurrence, due))
    expected.push(due);
  if (policy === 'all') return story.runs.join() === expected.join() ? undefined : 'runs and occurrences differ';
  const known = new Set(expected);
  if (story.runs.some((run, index) => index > 0 && run <= (story.runs[index - 1] ?? 0))) return 'runs are out of order';
  if (!story.runs.every((run) => known.has(run))) return 'a run was never due';
  return story.runs.length + story.skipped === expected.length ? undefined : 'runs and skipped do not count up';
}

function randomRecurrence(random: Seeded): Recurrence {
  const kinds: readonly Recurrence[] = [
    { at: Date.UTC(2026, 9, 26) },
    { everyMs: MINUTE_MS + random.below(5 * HOUR_MS), anchor: random.below(Date.UTC(2026, 0)) },
    { cron: `*/${1 + random.below(40)} * * * *`, timezone: 'Europe/Berlin' },
    { cron: `${random.below(60)} 1-3 * * *`, timezone: 'Europe/Berlin' },
    { cron: `0 */${1 + random.below(6)} * * *`, timezone: 'Australia/Lord_Howe' },
  ];
  return kinds[random.below(kinds.length)] ?? HOURLY;
}

function summary({ runs, next, skipped }: Settlement) {
  return { runs: runs.length, first: runs[0], next, skipped };
}
