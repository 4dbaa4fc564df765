import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasStarted, MAX_STARTED, type StartedMinute, withStarted } from './started-runs.ts';

const HOUR_MS = 3_600_000;

test('withStarted forgets what is older than an hour, and the oldest of too many', () => {
  let started: StartedMinute[] = [];
  for (let index = 0; index <= MAX_STARTED; index++) started = withStarted(started, `run${index}`, index * 100);
  assert.deepEqual(
    ['run0', 'run1', `run${MAX_STARTED}`].map((name) => hasStarted(started, name)),
    [false, true, true],
  );
  started = withStarted(started, 'later', 2 * HOUR_MS);
  assert.deepEqual(started, [{ at: 2 * HOUR_MS, names: ['later'] }]);
});
