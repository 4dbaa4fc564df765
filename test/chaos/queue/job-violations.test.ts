import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJobViolations, type JobHistory, type Outcome } from './job-violations.ts';
import type { Added, Sort } from './words.ts';

/** A check that cannot fail is a defect: each is fed with a history that breaks its rule, and no other. */

const added = (id: string, sort: Sort = 'plain', by = 'a'): Added => ({
  id,
  by,
  n: Number(id),
  sort,
  isDuplicate: false,
  sentAt: 0,
  at: 1,
});
const outcome = (id: string, more: Partial<Outcome> = {}): Outcome => ({
  id,
  incarnation: '',
  state: 'completed',
  name: `a ${id}`,
  ...more,
});
const GOOD: JobHistory = {
  acknowledged: [added('1'), added('1', 'plain', 'b'), added('2'), added('3', 'poison')],
  // The fourth was stored, and its acknowledgement lost.
  outcomes: [outcome('1'), outcome('2'), outcome('3', { state: 'failed', code: 'AW_JOB_STALLED' }), outcome('4')],
  effects: new Map([
    ['1', 1],
    ['2', 1],
    ['4', 1],
  ]),
  left: 0,
};

const BROKEN: Readonly<Record<string, Partial<JobHistory>>> = {
  lost: { acknowledged: [...GOOD.acknowledged, added('5')] },
  stuck: { left: 1 },
  repeated: { outcomes: [...GOOD.outcomes, outcome('1')] },
  'effect lost': { effects: new Map([...GOOD.effects].slice(1)) },
  'effect repeated': { effects: new Map([...GOOD.effects, ['2', 2]]) },
  'wrong outcome': { acknowledged: [...GOOD.acknowledged.slice(0, 3), added('3')] },
  'stored twice': {
    outcomes: [...GOOD.outcomes, outcome('5', { name: 'a 2' })],
    effects: new Map([...GOOD.effects, ['5', 1]]),
  },
};

test('findJobViolations finds nothing in a good history', () => {
  assert.deepEqual(findJobViolations(GOOD), []);
});

for (const [kind, broken] of Object.entries(BROKEN)) {
  test(`findJobViolations finds what is ${kind}`, () => {
    const found = findJobViolations({ ...GOOD, ...broken });
    assert.deepEqual(
      found.map((violation) => violation.kind),
      [kind],
    );
  });
}

test('findJobViolations takes two runs of one id for two, and the effect of a job that has failed for one too many', () => {
  const retried = [outcome('1', { state: 'failed', code: 'X' }), outcome('1', { incarnation: 'u' })];
  const outcomes = [...retried, ...GOOD.outcomes.slice(1)];
  assert.deepEqual(
    findJobViolations({ ...GOOD, outcomes }).map(({ kind }) => kind),
    ['wrong outcome'],
  );
  const effects = new Map([...GOOD.effects, ['3', 1]]);
  assert.deepEqual(
    findJobViolations({ ...GOOD, effects }).map(({ kind }) => kind),
    ['effect repeated'],
  );
});
