import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExitReason, Restart } from './child.ts';
import { affectedBy, isRestarted, type Strategy } from './restart-plan.ts';

const normal: ExitReason = { kind: 'normal' };
const error: ExitReason = { kind: 'error', error: new Error('broken') };

test('isRestarted follows the restart type', () => {
  const cases: [Restart, ExitReason, boolean][] = [
    ['permanent', normal, true],
    ['permanent', error, true],
    ['transient', normal, false],
    ['transient', error, true],
    ['temporary', normal, false],
    ['temporary', error, false],
  ];
  for (const [restart, reason, expected] of cases) {
    assert.equal(isRestarted(restart, reason), expected, `${restart} after ${reason.kind}`);
  }
});

test('affectedBy follows the strategy', () => {
  const cases: [Strategy, number, number[]][] = [
    ['one_for_one', 1, [1]],
    ['one_for_all', 1, [0, 1, 2]],
    ['rest_for_one', 0, [0, 1, 2]],
    ['rest_for_one', 1, [1, 2]],
    ['rest_for_one', 2, [2]],
  ];
  for (const [strategy, index, expected] of cases) assert.deepEqual(affectedBy(strategy, index, 3), expected, strategy);
});
