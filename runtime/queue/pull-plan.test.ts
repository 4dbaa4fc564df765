import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ClassLook, planPulls } from './pull-plan.ts';

const look = (jobClass: ClassLook['jobClass'], more: Partial<ClassLook> = {}): ClassLook => ({
  jobClass,
  asked: 0,
  pending: 0,
  jobsEach: 1,
  held: 0,
  ...more,
});
const asks = (looks: readonly ClassLook[], room: number) => Object.fromEntries(planPulls(looks, room));

describe('planPulls', () => {
  test('keeps one request open on each class that nothing is known of', () => {
    assert.deepEqual(asks([look('f'), look('r0'), look('r1')], 10), { f: 1, r0: 1, r1: 1 });
    assert.deepEqual(asks([look('f', { asked: 1 }), look('r0', { asked: 1 })], 10), {});
  });

  test('asks only the highest of those that have something, and none below it', () => {
    assert.deepEqual(asks([look('f'), look('r0', { pending: 100 }), look('r1', { pending: 100 }), look('r2')], 10), {
      f: 1,
      r0: 10,
    });
  });

  test('asks for messages, not for jobs, and never for more than there are', () => {
    assert.deepEqual(asks([look('r0', { pending: 100, jobsEach: 64 })], 100), { r0: 2 });
    assert.deepEqual(asks([look('r0', { pending: 3 })], 100), { r0: 3 });
    assert.deepEqual(asks([look('r0', { pending: 1_000 })], 1_000), { r0: 64 });
    assert.deepEqual(asks([look('r0', { pending: 50, asked: 4 })], 10), { r0: 6 });
    // What is on its way comes first.
    assert.deepEqual(asks([look('r0', { pending: 50, asked: 8 })], 10), {});
  });

  test('asks for nothing without room, or where what is in the hand fills it', () => {
    assert.deepEqual(asks([look('f'), look('r0', { pending: 5 })], 0), {});
    assert.deepEqual(asks([look('r0', { pending: 5, held: 10 })], 10), {});
    assert.deepEqual(asks([look('r0', { held: 10 }), look('r1', { held: 10 })], 10), {});
  });
});
