import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from './backoff.ts';

for (const [attempt, fraction, expected] of [
  [1, 0, 50],
  [1, 1, 100],
  [2, 0, 100],
  [3, 0.5, 300],
  [20, 0, 500],
  [1_000, 1, 1_000],
] as const) {
  test(`backoffMs of attempt ${attempt} at ${fraction} is ${expected}`, () => {
    assert.equal(backoffMs({ firstMs: 100, longestMs: 1_000 }, attempt, fraction), expected);
  });
}
