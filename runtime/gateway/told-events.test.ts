import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createToldEvents } from './told-events.ts';

test('told events come after what had been read when they were told', () => {
  const told = createToldEvents<string>();
  told.tell('a', 5);
  told.tell('b', 7);
  assert.deepEqual(told.next(0), { event: 'a', count: 1 });
  assert.deepEqual(told.next(1), { event: 'b', count: 2 });
  assert.equal(told.next(2), undefined);
  const table: [heard: number, sequence: number, event: string | undefined][] = [
    [0, 5, undefined],
    [0, 6, 'a'],
    [1, 7, undefined],
    [1, 8, 'b'],
  ];
  for (const [heard, sequence, event] of table) assert.equal(told.next(heard, sequence)?.event, event);
});

test('told events are bounded: who is slow misses the oldest, and goes on with the next', () => {
  const told = createToldEvents<number>();
  for (let n = 1; n <= 3_000; n++) told.tell(n, 0);
  assert.equal(told.count, 3_000);
  assert.deepEqual(told.next(0), { event: 953, count: 953 });
  assert.deepEqual(told.next(953), { event: 954, count: 954 });
  assert.equal(told.next(3_000), undefined);
  told.clear();
  assert.equal(told.next(0), undefined);
  told.tell(3_001, 0);
  assert.deepEqual(told.next(0), { event: 3_001, count: 3_001 });
});
