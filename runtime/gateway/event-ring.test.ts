import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventRing, type RingEntry } from './event-ring.ts';

const entry = (sequence: number, bytes = 10): RingEntry<string> => ({
  outcome: 'events',
  sequence,
  bytes,
  events: [`${sequence}`],
});

test('event ring finds the first entry after a sequence, across holes', () => {
  const ring = createEventRing<string>(10, 8, { events: 10, bytes: 1_000 });
  assert.deepEqual([ring.floor, ring.lastBelow, ring.head, ring.after(10)], [10, 8, 10, undefined]);
  for (const sequence of [12, 15, 16, 20]) ring.push(entry(sequence));
  ring.skipTo(25);
  assert.equal(ring.head, 25);
  const table: [number, number | undefined][] = [
    [10, 12],
    [11, 12],
    [12, 15],
    [14, 15],
    [15, 16],
    [19, 20],
    [20, undefined],
    [25, undefined],
  ];
  for (const [after, found] of table) assert.equal(ring.after(after)?.sequence, found, `after ${after}`);
});

test('event ring drops the oldest when it is full, by number and by size, and moves its floor', () => {
  const byNumber = createEventRing<string>(0, 0, { events: 3, bytes: 1_000 });
  for (const sequence of [2, 4, 6, 8]) byNumber.push(entry(sequence));
  assert.deepEqual([byNumber.floor, byNumber.lastBelow, byNumber.after(0)?.sequence], [2, 2, 4]);
  const bySize = createEventRing<string>(0, 0, { events: 10, bytes: 100 });
  for (const sequence of [1, 2, 3]) bySize.push(entry(sequence, 40));
  assert.equal(bySize.floor, 1);
  bySize.push(entry(4, 500));
  assert.deepEqual([bySize.floor, bySize.after(3)?.sequence], [3, 4]);
});

test('event ring keeps what was lost in its place, and does not take it for an event', () => {
  const ring = createEventRing<string>(0, 0, { events: 2, bytes: 1_000 });
  ring.push(entry(1));
  ring.push({ outcome: 'lost', sequence: 5 });
  ring.push(entry(6));
  ring.push(entry(7));
  assert.deepEqual([ring.floor, ring.lastBelow], [5, 1]);
  assert.equal(ring.after(5)?.sequence, 6);
});

test('event ring counts the events of a message, and keeps the newest message however many it has', () => {
  const ring = createEventRing<string>(0, 0, { events: 4, bytes: 1_000 });
  const many = (sequence: number, events: string[]) => ring.push({ outcome: 'events', sequence, events, bytes: 1 });
  many(1, ['a', 'b']);
  many(2, ['c', 'd']);
  assert.equal(ring.floor, 0);
  many(3, ['e']);
  assert.equal(ring.floor, 1);
  many(4, ['f', 'g', 'h', 'i', 'j', 'k']);
  assert.deepEqual([ring.floor, ring.after(3)?.sequence], [3, 4]);
});
