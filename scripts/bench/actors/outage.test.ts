import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findOutage } from './outage.ts';

test('findOutage looks at calls that were under way or came later, not at slow ones before', () => {
  const calls = [
    { sentAt: 1_000, waitedMs: 900 },
    { sentAt: 1_950, waitedMs: 100 },
    { sentAt: 2_010, waitedMs: 700 },
    { sentAt: 2_800, waitedMs: 3 },
  ];
  assert.deepEqual(findOutage(calls, 2_000), { longestMs: 700, failed: 0 });
});

test('findOutage counts calls that failed, and the time they waited', () => {
  const calls = [
    { sentAt: 2_010, waitedMs: 10_000, failure: 'AW_CALL_TIMEOUT' },
    { sentAt: 2_020, waitedMs: 10_000, failure: 'another' },
    { sentAt: 2_800, waitedMs: 3 },
  ];
  assert.deepEqual(findOutage(calls, 2_000), { longestMs: 10_000, failed: 2, failure: 'AW_CALL_TIMEOUT' });
});

test('findOutage of nothing is no outage', () => {
  assert.deepEqual(findOutage([], 2_000), { longestMs: 0, failed: 0 });
});
