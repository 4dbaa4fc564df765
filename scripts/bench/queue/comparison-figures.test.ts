import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKept } from '../figures.ts';
import { figuresOf } from './comparison-figures.ts';
import { MEASUREMENTS, type Measurement } from './measurements.ts';
import type { SystemName } from './system.ts';
import type { Turn } from './turn.ts';

const turn = (perSecond: number, cpu: number): Turn => ({
  result: { count: 1_000, ms: 1_000, values: { perSecond } },
  cpu: { adder: cpu / 2, server: cpu / 2 },
});
const add = MEASUREMENTS.find(({ title }) => title === 'add, 200 in flight') as Measurement;
const compared = (ours: readonly Turn[], theirs: readonly Turn[]) =>
  figuresOf({
    level: 'interval',
    measurement: add,
    turns: new Map<SystemName, readonly Turn[]>([
      ['AutoWeave', ours],
      ['BullMQ', theirs],
    ]),
  }).map((figure) => ({ benchmark: 'queue', ...figure }));

test('figuresOf compares medians, and says whether what was promised of them is kept', () => {
  const slow = turn(1_000, 0.1);
  const figures = compared([turn(5_000, 0.04), turn(9_000, 0.04), turn(100, 0.04)], [slow, slow, slow]);
  const [ours, theirs, rates, cpu] = figures;
  assert.equal(figures.length, 4);
  assert.equal(ours!.value, 5_000);
  assert.equal(theirs!.value, 1_000);
  assert.deepEqual([rates!.value, rates!.limit, isKept(rates!)], [5, 4, true]);
  assert.deepEqual([cpu!.value, cpu!.limit, isKept(cpu!)], [0.4, 0.45, true]);
});

test('figuresOf says what was missed', () => {
  const [, , rates, cpu] = compared([turn(3_000, 0.09)], [turn(1_000, 0.1)]);
  assert.equal(isKept(rates!), false);
  assert.equal(isKept(cpu!), false);
});

test('figuresOf shows one system alone, without a comparison', () => {
  const turns = new Map<SystemName, readonly Turn[]>([['AutoWeave', [turn(1_000, 0.1)]]]);
  const figures = figuresOf({ level: 'fsync', measurement: add, turns });
  assert.deepEqual(
    figures.map(({ name }) => name),
    ['fsync, AutoWeave: add, 200 in flight'],
  );
});
