import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageText, agoText, clockText, durationText, instantText, millisecondText } from './time-text.ts';

test('ageText grows coarser with age', () => {
  const table: ReadonlyArray<readonly [ageMs: number, expected: string]> = [
    [-5000, 'now'],
    [0, 'now'],
    [1999, 'now'],
    [2000, '2 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h 00'],
    [7_500_000, '2 h 05'],
    [86_399_000, '23 h 59'],
    [86_400_000, '1 d'],
    [40 * 86_400_000, '40 d'],
    [Number.NaN, '–'],
  ];
  for (const [ageMs, expected] of table) assert.equal(ageText(1_000_000_000_000, 1_000_000_000_000 - ageMs), expected);
});

test('durationText keeps three figures and changes its unit', () => {
  const table: ReadonlyArray<readonly [durationMs: number, expected: string]> = [
    [0, '0 µs'],
    [0.0404, '40 µs'],
    [0.9994, '999 µs'],
    [0.9996, '1.00 ms'],
    [9.994, '9.99 ms'],
    [9.996, '10.0 ms'],
    [12.44, '12.4 ms'],
    [123.4, '123 ms'],
    [999.6, '1.00 s'],
    [1532, '1.53 s'],
    [-1, '–'],
    [Number.NaN, '–'],
  ];
  for (const [durationMs, expected] of table) assert.equal(durationText(durationMs), expected);
});

test('clockText, millisecondText and instantText survive what is no instant', () => {
  assert.match(clockText('2026-11-22T16:25:43.067Z'), /^\d\d:25:43$/);
  assert.equal(millisecondText('2026-11-22T16:25:43.067Z'), '.067');
  assert.equal(millisecondText('soon'), '');
  assert.equal(clockText('soon'), '–');
  assert.equal(instantText('soon'), 'soon');
});

test('agoText says an age in a sentence', () => {
  assert.equal(agoText(1_000, 0), 'just now');
  assert.equal(agoText(61_000, 0), '1 min ago');
});
