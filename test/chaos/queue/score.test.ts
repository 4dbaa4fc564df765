import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toScore } from './score.ts';
import type { Added, Word } from './words.ts';

const added = (n: number): Added => ({ id: `j${n}`, by: 'a', n, sort: 'plain', isDuplicate: false, sentAt: n, at: n });
const run = (kind: 'began' | 'ran', n: number, at: number): Word => ({ kind, id: `j${n}`, by: 'a', n, attempt: 1, at });
const done = (n: number) => ({ id: `j${n}`, incarnation: '', state: 'completed', name: `a ${n}` });

test('toScore counts what was lost, what happened twice, and how long it took', () => {
  const words = [
    run('began', 1, 100),
    run('began', 3, 200),
    run('ran', 3, 250),
    // The second came before, and began after the third.
    run('began', 2, 300),
    run('ran', 2, 310),
    run('ran', 2, 420),
    run('ran', 1, 1_500),
    { kind: 'refused', by: 'a', n: 5, code: 'X', at: 0 } satisfies Word,
  ];
  const history = {
    acknowledged: [added(1), added(2), added(3), added(4)],
    outcomes: [done(1), done(2), done(2), done(3)],
    effects: new Map([
      ['j1', 1],
      ['j2', 2],
      ['j3', 1],
    ]),
    left: 0,
  };
  const score = toScore({ words, history, endedAt: 400, sequential: 'a' });
  assert.deepEqual(score, {
    acknowledged: 4,
    refused: 1,
    lost: 1,
    failed: 0,
    outcomesTwice: 1,
    effectsTwice: 1,
    ranTwice: 1,
    storedTwice: 0,
    reordered: 1,
    firstMs: 20,
  });
  const whole = { ...history, acknowledged: history.acknowledged.slice(0, 3) };
  assert.equal(toScore({ words, history: whole, endedAt: 400, sequential: 'a' }).caughtUpMs, 1_100);
});
