import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, holds } from './condition.ts';

const TABLE: ReadonlyArray<readonly [value: unknown, is: Condition['is'], to: unknown, holds: boolean]> = [
  [1, 'equal', 1, true],
  [1, 'equal', '1', false],
  [{ a: 1, b: [2] }, 'equal', { b: [2], a: 1 }, true],
  [null, 'equal', null, true],
  [1, 'not_equal', 2, true],
  ['a', 'not_equal', 'a', false],
  [2, 'greater', 1, true],
  [1, 'greater', 1, false],
  ['b', 'greater', 'a', true],
  ['10', 'greater', 9, false],
  [null, 'greater', 0, false],
  [1, 'less', 2, true],
  ['a', 'less', 'b', true],
  ['a', 'less', 'a', false],
  [null, 'less', 1, false],
  ['label printer', 'contains', 'print', true],
  ['label', 'contains', 7, false],
  [[1, { a: 2 }], 'contains', { a: 2 }, true],
  [[1], 'contains', '1', false],
  [{ a: 1 }, 'contains', 'a', true],
  [{ a: 1 }, 'contains', 'toString', false],
  [null, 'contains', 'a', false],
  ['x', 'present', undefined, true],
  [0, 'present', undefined, true],
  [false, 'present', undefined, true],
  [{}, 'present', undefined, true],
  [null, 'present', undefined, false],
  ['', 'present', undefined, false],
  [[], 'present', undefined, false],
];

for (const [value, is, to, expected] of TABLE) {
  test(`${JSON.stringify(value)} ${is} ${JSON.stringify(to)} is ${expected}`, () => {
    assert.equal(holds({ value, is, to }), expected);
  });
}
