import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeDurability, readServerDurability, type ServerDurability } from './server-durability.ts';
import type { StreamDurability } from './stream-durability.ts';
import type { SyncReading } from './sync-reading.ts';
import type { SystemAccount, SystemAnswer } from './system-account.ts';

const always = { server: 'a', isSyncedAlways: true, syncIntervalMs: 120_000 };
const everySecond = { server: 'b', isSyncedAlways: false, syncIntervalMs: 1000 };
const everyTwoMinutes = { server: 'c', isSyncedAlways: false, syncIntervalMs: 120_000 };
const streams = (...replicas: number[]): StreamDurability[] =>
  replicas.map((count, index) => ({ name: `S${index}`, replicas: count, storage: 'file', isAsync: false }));
const inMemory: StreamDurability = { name: 'DEAD', replicas: 3, storage: 'memory', isAsync: false };
const late: StreamDurability = { name: 'EVENTS', replicas: 1, storage: 'file', isAsync: true };

test('judgeDurability never claims more than was read', () => {
  type Case = [
    SyncReading | string,
    StreamDurability[] | string,
    ServerDurability['level'],
    ServerDurability['isSynced'],
    ServerDurability['syncIntervalMs'],
    number,
    RegExp,
  ];
  const alone = (server: SyncReading['servers'][number]): SyncReading => ({ servers: [server], expected: 1 });
  const all = { servers: [always, always, always], expected: 3 };
  const lazy = { servers: [always, everyTwoMinutes, everySecond], expected: 3 };
  const silent = { ...everySecond, syncIntervalMs: Number.NaN };
  const cases: Case[] = [
    [alone(always), streams(1), 'FSYNC', true, null, 1, /on disk, by fsync, before/],
    [{ servers: [always, always], expected: 2 }, streams(2), 'FSYNC', true, null, 2, /, on 2 servers/],
    [alone(everySecond), streams(1), 'INTERVAL', false, 1_000, 1, /within 1 s: a power cut may lose that much/],
    [alone({ ...everySecond, syncIntervalMs: 10_000 }), streams(1), 'INTERVAL', false, 10_000, 1, /within 10 s/],
    [alone({ ...everySecond, syncIntervalMs: 10_001 }), streams(1), 'UNKNOWN', false, 10_001, 1, /10\.001 s later/],
    [alone(everyTwoMinutes), streams(1), 'UNKNOWN', false, 120_000, 1, /Nothing is called durable.*120 s later/],
    [lazy, streams(1), 'UNKNOWN', false, 120_000, 1, /120 s later/],
    [all, streams(3, 3), 'QUORUM', true, null, 3, /most of 3 servers, on their disks by fsync/],
    [lazy, streams(3, 5), 'QUORUM', false, 120_000, 3, /within 120 s: .* of several it may/],
    ['no system user is configured', streams(3), 'QUORUM', null, null, 3, /not known: no system user/],
    [{ servers: [always], expected: 3 }, streams(3), 'QUORUM', null, null, 3, /not known: 1 of 3 servers/],
    [all, streams(3, 1, 3), 'FSYNC', true, null, 1, /by fsync/],
    [lazy, streams(3, 1, 3), 'UNKNOWN', false, 120_000, 1, /120 s later/],
    [{ servers: [always], expected: 3 }, streams(1), 'UNKNOWN', null, null, 1, /1 of 3 servers say/],
    [{ servers: [], expected: 0 }, streams(1), 'UNKNOWN', null, null, 1, /no server says/],
    [alone(silent), streams(1), 'UNKNOWN', null, null, 1, /does not say how often/],
    [all, [...streams(3), inMemory], 'UNKNOWN', true, null, 3, /DEAD is kept in memory/],
    [all, [...streams(3), late], 'UNKNOWN', true, null, 1, /EVENTS is written only after the acknowledgement/],
    [alone(always), [], 'UNKNOWN', true, null, 1, /no stream/],
    [alone(always), "the streams can't be read", 'UNKNOWN', true, null, 1, /the streams can't be read/],
    ['no system user is configured', streams(1), 'UNKNOWN', null, null, 1, /no system user/],
  ];
  for (const [reading, kept, level, isSynced, syncIntervalMs, replicas, expected] of cases) {
    const { detail, streams: read, ...found } = judgeDurability(reading, kept);
    assert.deepEqual(found, { level, isSynced, syncIntervalMs, replicas }, JSON.stringify([reading, kept]));
    assert.match(detail, expected);
    assert.deepEqual(read, typeof kept === 'string' ? [] : kept);
  }
});

test('readServerDurability reads what a server answers to JSZ', async () => {
  const cases: [SystemAnswer[], ServerDurability['level'], number | null][] = [
    [[answer({ config: { sync_always: true, sync_interval: 120e9 } })], 'FSYNC', null],
    [[answer({ config: { sync_interval: 1e9 } })], 'INTERVAL', 1000],
    [[answer({ config: {} })], 'UNKNOWN', null],
    [[answer({ disabled: true })], 'UNKNOWN', null],
    [[answer({ disabled: true }), answer({ config: { sync_always: true } })], 'FSYNC', null],
    [[answer({ config: { sync_always: true }, meta_cluster: { cluster_size: 3 } })], 'UNKNOWN', null],
    [[{ error: 'unauthorized' }], 'UNKNOWN', null],
    [[], 'UNKNOWN', null],
  ];
  for (const [answers, level, syncIntervalMs] of cases) {
    const account: SystemAccount = { ping: async () => answers, [Symbol.asyncDispose]: async () => {} };
    const found = await readServerDurability(account);
    assert.deepEqual([found.level, found.syncIntervalMs], [level, syncIntervalMs], JSON.stringify(answers));
  }
});

test('readServerDurability says UNKNOWN without a system user, and with one that cannot log in', async () => {
  assert.equal((await readServerDurability(undefined)).level, 'UNKNOWN');
  const refused = await readServerDurability({ url: 'nats://127.0.0.1:1', user: 'system', password: 'wrong' });
  assert.equal(refused.level, 'UNKNOWN');
  assert.match(refused.detail, /refused/);
});

function answer(data: SystemAnswer): SystemAnswer {
  return { server: { name: 'n1' }, data };
}
