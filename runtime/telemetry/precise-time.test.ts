import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPreciseTime } from './precise-time.ts';

test('precise time adds the fractions of the monotonic clock, and follows a clock that is set', () => {
  let wall = 1_000;
  let monotonic = 5.25;
  const time = createPreciseTime({
    now: () => wall,
    monotonic: () => monotonic,
    schedule: () => () => {},
    turn: async () => {},
    sleep: () => Promise.resolve(),
  });
  assert.equal(time(), 1_000);
  monotonic += 0.75;
  assert.equal(time(), 1_000.75);
  monotonic += 1;
  wall += 1;
  assert.equal(time(), 1_001.75);
  wall = 500_000;
  assert.equal(time(), 500_000);
  monotonic += 0.5;
  assert.equal(time(), 500_000.5);
});
