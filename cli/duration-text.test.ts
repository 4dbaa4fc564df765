import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText } from './duration-text.ts';

test('durationText says how long in the largest unit that fits', () => {
  const cases: [number, string][] = [
    [0, ''],
    [-1, ''],
    [0.2, '1 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [86_399_999, '23 h'],
    [86_400_000, '1 d'],
  ];
  for (const [durationMs, text] of cases) assert.equal(durationText(durationMs), text);
});
