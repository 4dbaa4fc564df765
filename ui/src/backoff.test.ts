import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from './backoff.ts';

test('backoffMs doubles, spreads over the upper half, and stops growing', () => {
  const table: ReadonlyArray<readonly [attempt: number, fraction: number, expected: number]> = [
    [0, 0, 200],
    [0, 0.5, 300],
    [1, 0, 400],
    [2, 0, 800],
    [3, 0.25, 2000],
    [5, 0, 6400],
    [6, 0, 7500],
    [6, 0.999, 14993],
    [1000, 0, 7500],
  ];
  for (const [attempt, fraction, expected] of table) assert.equal(backoffMs(attempt, fraction), expected);
});
