import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKept } from '../figures.ts';
import { type Comparison, figuresOf } from './comparison-figures.ts';
import type { ContestantName } from './guest.ts';
import type { Measurement } from './measurements.ts';
import type { Result } from './order.ts';

const measurement: Measurement = {
  title: 'call',
  order: { part: 'calls', bytes: 1, inFlight: 1, ms: 1 },
  contestants: ['AutoWeave', 'JavaScript', 'Extism'],
  rounds: 3,
  shown: [
    {
      value: 'p50',
      title: ', p50',
      unit: 'µs',
      limit: 25,
      comparedWith: ['JavaScript', 'Extism'],
      ofJavascript: 1.5,
      beside: { cpu: 'µs' },
    },
    { value: 'cpu', title: ': CPU', unit: 'µs', comparedWith: ['JavaScript'], isOnlyCompared: true },
  ],
};

function figuresFor(...rounds: readonly Partial<Record<ContestantName, number>>[]) {
  const comparison: Comparison = {
    measurement,
    rounds: rounds.map(
      (round) =>
        new Map<ContestantName, Result>(
          Object.entries(round).map(([name, p50]) => [name as ContestantName, { p50, cpu: p50 / 2 }]),
        ),
    ),
  };
  return figuresOf([comparison]).map((figure) => ({ benchmark: 'plugins', ...figure }));
}

test('figuresOf takes the median of the ratios of each round, and has them first', () => {
  // In the second round something else was in the way of one; the ratio of the medians would be 2.
  const figures = figuresFor(
    { AutoWeave: 20, JavaScript: 20 },
    { AutoWeave: 100, JavaScript: 10 },
    { AutoWeave: 12, JavaScript: 10 },
  );
  assert.deepEqual(
    figures.map(({ name, value }) => [name, value]),
    [
      ['AutoWeave / JavaScript: call, p50', 1.2],
      ['AutoWeave / JavaScript: call: CPU', 1.2],
      ['AutoWeave: call, p50', 20],
      ['JavaScript: call, p50', 10],
    ],
  );
  assert.deepEqual([figures[0]!.limit, isKept(figures[0]!)], [1.5, true]);
  assert.deepEqual([figures[2]!.limit, isKept(figures[2]!)], [25, true]);
  assert.equal(figures[2]!.note, '20, 100, 12; CPU for each 10 µs');
  assert.equal(figures[3]!.limit, undefined);
});

test('figuresOf says what was missed, and leaves out a round that one of the two has not', () => {
  const [ratio, , ours] = figuresFor({ AutoWeave: 100 }, { AutoWeave: 32, JavaScript: 20 });
  assert.deepEqual([ratio!.value, isKept(ratio!)], [1.6, false]);
  assert.deepEqual([ours!.value, isKept(ours!)], [32, false]);
});
