import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, countRestart } from './restart-intensity.ts';

test('countRestart counts within its window only', () => {
  const cases: { at: number[]; intensity: number; periodMs: number; exceeds: boolean[] }[] = [
    { at: [0], intensity: 0, periodMs: 1000, exceeds: [true] },
    { at: [0, 1, 2], intensity: 2, periodMs: 1000, exceeds: [false, false, true] },
    { at: [0, 1000], intensity: 1, periodMs: 1000, exceeds: [false, true] },
    { at: [0, 1001], intensity: 1, periodMs: 1000, exceeds: [false, false] },
    { at: [0, 400, 800, 1200, 1600], intensity: 3, periodMs: 1000, exceeds: [false, false, false, false, false] },
    { at: [0, 300, 600, 900], intensity: 3, periodMs: 1000, exceeds: [false, false, false, true] },
  ];
  for (const { at, intensity, periodMs, exceeds } of cases) {
    let history: readonly number[] = [];
    const found = at.map((now) => {
      const verdict = countRestart(history, now, { intensity, periodMs });
      history = verdict.history;
      return verdict.isExceeded;
    });
    assert.deepEqual(found, exceeds, `restarts at ${at} with ${intensity} in ${periodMs} ms`);
  }
});

test('countRestart forgets what no longer counts', () => {
  const { history } = countRestart([0, 10, 2000], 2500, { intensity: 9, periodMs: 1000 });
  assert.deepEqual(history, [2000, 2500]);
});

test('backoffMs doubles up to its bound', () => {
  const waits = [0, 1, 2, 3, 6, 7, 50].map((restarts) => backoffMs(Array.from({ length: restarts }, () => 0)));
  assert.deepEqual(waits, [0, 20, 40, 80, 640, 1000, 1000]);
});
