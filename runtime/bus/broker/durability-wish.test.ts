import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DurabilityWish, replicasOf, syncIntervalOf } from './durability-dial.ts';
import { isWishMet } from './durability-wish.ts';
import { judgeDurability } from './server-durability.ts';
import type { StreamDurability } from './stream-durability.ts';
import type { SyncReading } from './sync-reading.ts';

const reading = (isSyncedAlways: boolean, syncIntervalMs: number): SyncReading => ({
  servers: [{ server: 'a', isSyncedAlways, syncIntervalMs }],
  expected: 1,
});
const ALWAYS = reading(true, 120_000);
const streams = (replicas: number, rest: Partial<StreamDurability> = {}): StreamDurability[] => [
  { name: 'EVENTS', replicas, storage: 'file', isAsync: false, ...rest },
];

test('isWishMet compares what was asked for with what was found', () => {
  type Case = [SyncReading | string, StreamDurability[] | string, Record<DurabilityWish, boolean | null>];
  const cases: Case[] = [
    [ALWAYS, streams(1), { fsync: true, interval: true, quorum: false }],
    [ALWAYS, streams(3), { fsync: true, interval: true, quorum: true }],
    [ALWAYS, streams(2), { fsync: true, interval: true, quorum: false }],
    [reading(false, 1_000), streams(1), { fsync: false, interval: true, quorum: false }],
    [reading(false, 5_000), streams(1), { fsync: false, interval: false, quorum: false }],
    [reading(false, 120_000), streams(1), { fsync: false, interval: false, quorum: false }],
    [reading(false, 120_000), streams(3), { fsync: false, interval: false, quorum: true }],
    ['no system user', streams(1), { fsync: null, interval: null, quorum: false }],
    ['no system user', streams(3), { fsync: null, interval: null, quorum: true }],
    [ALWAYS, 'no answer', { fsync: null, interval: null, quorum: null }],
    [ALWAYS, [], { fsync: null, interval: null, quorum: null }],
    [ALWAYS, streams(3, { storage: 'memory' }), { fsync: false, interval: false, quorum: false }],
    ['no system user', streams(1, { isAsync: true }), { fsync: false, interval: false, quorum: false }],
  ];
  for (const [sync, kept, expected] of cases) {
    const found = judgeDurability(sync, kept);
    const met = {
      fsync: isWishMet('fsync', found),
      interval: isWishMet('interval', found),
      quorum: isWishMet('quorum', found),
    };
    assert.deepEqual(met, expected, JSON.stringify([sync, kept]));
  }
});

test('the dial turns the server and the copies of streams', () => {
  assert.deepEqual(
    (['fsync', 'interval', 'quorum'] as const).map((wish) => [syncIntervalOf(wish), replicasOf(wish)]),
    [
      ['always', 1],
      ['1s', 1],
      ['always', 3],
    ],
  );
});
