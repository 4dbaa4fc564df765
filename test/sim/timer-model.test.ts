import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turnOf } from './timer-model.ts';

const TABLE = [
  { what: 'once, in time', timer: { due: 100, missed: 'skip' }, now: 130, runs: [100], next: undefined },
  { what: 'once, by a clock that is behind', timer: { due: 100, missed: 'skip' }, now: 90, runs: [100] },
  { what: 'once, as late as it may be', timer: { due: 100, missed: 'skip' }, now: 10_100, runs: [100] },
  { what: 'once, missed', timer: { due: 100, missed: 'skip' }, now: 10_101, runs: [] },
  { what: 'once, missed and made up for', timer: { due: 100, missed: 'once' }, now: 10_101, runs: [100] },
  { what: 'every, in time', timer: { due: 100, everyMs: 50, missed: 'skip' }, now: 160, runs: [100, 150], next: 200 },
  {
    what: 'every, two missed and skipped',
    timer: { due: 0, everyMs: 4_000, missed: 'skip' },
    now: 17_000,
    runs: [8_000, 12_000, 16_000],
    next: 20_000,
  },
  {
    what: 'every, two missed and one run for them',
    timer: { due: 0, everyMs: 4_000, missed: 'once' },
    now: 17_000,
    runs: [4_000, 8_000, 12_000, 16_000],
    next: 20_000,
  },
  {
    what: 'every, two missed and all run',
    timer: { due: 0, everyMs: 4_000, missed: 'all' },
    now: 17_000,
    runs: [0, 4_000, 8_000, 12_000, 16_000],
    next: 20_000,
  },
] as const;

for (const { what, timer, now, runs, ...rest } of TABLE) {
  test(`turnOf: ${what}`, () => {
    const turn = turnOf(timer, now);
    assert.deepEqual(turn.runs, runs);
    assert.equal(turn.next, 'next' in rest ? rest.next : undefined);
  });
}
