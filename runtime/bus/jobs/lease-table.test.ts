import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLeaseTable, SLOTS } from './lease-table.ts';

const held = (sequence: number) => ({ consumer: 1, deliveryCount: 2, sequence, consumerSequence: sequence + 100 });

describe('lease table', () => {
  test('tells another thread what is held since before a time', () => {
    const table = createLeaseTable();
    const there = createLeaseTable(table.buffer);
    table.add(held(7), 10);
    table.add(held(8), 20);
    assert.deepEqual(there.due(15, 30), [held(7)]);
    assert.deepEqual(there.due(20, 30), [held(7), held(8)]);
    assert.deepEqual(there.due(5, 30), []);
  });

  test('forgets what is released, and gives its slot again', () => {
    const table = createLeaseTable();
    const slot = table.add(held(7), 10);
    table.remove(slot);
    assert.deepEqual(table.due(20, 20), []);
    assert.equal(table.add(held(9), 10), slot);
    assert.deepEqual(table.due(20, 20), [held(9)]);
  });

  test('keeps nothing beyond its limit, and a slot has no limit of an earlier one', () => {
    const table = createLeaseTable();
    const slot = table.add(held(7), 10);
    table.limit(slot, 50);
    assert.deepEqual(table.due(20, 49), [held(7)]);
    assert.deepEqual(table.due(20, 50), []);
    table.remove(slot);
    table.add(held(8), 10);
    assert.deepEqual(table.due(20, 1_000), [held(8)]);
  });

  test('says when it is full', () => {
    const table = createLeaseTable();
    const slots = Array.from({ length: SLOTS }, (_, n) => table.add(held(n + 1), 10));
    assert.equal(new Set(slots).size, SLOTS);
    assert.equal(table.add(held(1), 10), -1);
    assert.equal(table.due(10, 10).length, SLOTS);
    table.remove(slots[5]!);
    assert.equal(table.add(held(1), 10), slots[5]);
  });
});
