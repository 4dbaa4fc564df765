import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FAULT_NAMES } from './faults.ts';
import { planRound, seedOfRound } from './plan.ts';

describe('planRound', () => {
  const seeds = Array.from({ length: 20 }, (_, round) => seedOfRound('a seed', round));

  test('is decided by the seed, and another one decides otherwise', () => {
    assert.deepEqual(seeds.map(planRound), seeds.map(planRound));
    assert.equal(new Set(seeds.map((seed) => JSON.stringify({ ...planRound(seed), seed: '' }))).size, seeds.length);
  });

  test('has every fault in every round, and rounds of both kinds', () => {
    for (const seed of seeds) assert.deepEqual([...new Set(planRound(seed).faults)].sort(), [...FAULT_NAMES].sort());
    assert.deepEqual([...new Set(seeds.map((seed) => planRound(seed).kind))].sort(), ['up', 'worker']);
  });

  test('a round that is repeated by its seed is the first one of a run', () => {
    const third = seedOfRound('a seed', 3);
    assert.equal(seedOfRound(third, 0), third);
  });
});
