import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedRow } from './device-feed.ts';
import type { LogRow } from './event-log.ts';
import { mergeRows } from './feed-rows.ts';

const lagged = (cursor: string): FeedRow & LogRow => ({ kind: 'lagged', cursor, from: 'a-0', to: cursor, count: null });
const merge = (devices: readonly string[], log: readonly string[], most = 10) =>
  mergeRows(devices.map(lagged), log.map(lagged), most).map(({ cursor }) => cursor);

test('mergeRows puts both in the order of the log, newest first', () => {
  const cases: [devices: string[], log: string[], merged: string[]][] = [
    [[], [], []],
    [['a-3', 'a-1'], [], ['a-3', 'a-1']],
    [[], ['a-2'], ['a-2']],
    [
      ['a-9', 'a-4'],
      ['a-10', 'a-5', 'a-1'],
      ['a-10', 'a-9', 'a-5', 'a-4', 'a-1'],
    ],
  ];
  for (const [devices, log, merged] of cases) assert.deepEqual(merge(devices, log), merged);
});

test('mergeRows lists the newest only', () => {
  assert.deepEqual(merge(['a-4', 'a-2'], ['a-3', 'a-1'], 3), ['a-4', 'a-3', 'a-2']);
});

test('mergeRows keeps each list in its order where their places can’t be compared', () => {
  assert.deepEqual(merge(['b-2', 'b-1'], ['a-9']), ['b-2', 'b-1', 'a-9']);
});
