import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  judgeDurability,
  readServerDurability,
  type ServerDurability,
  type StreamDurability,
  type SyncReading,
} from './server-durability.ts';
import type { SystemAccount, SystemAnswer } from './system-account.ts';

const always = { server: 'a', isSyncedAlways: true, syncIntervalMs: 120_000 };
const everySecond = { server: 'b', isSyncedAlways: false, syncIntervalMs: 1000 };
const everyTwoMinutes = { server: 'c', isSyncedAlways: false, syncIntervalMs: 120_000 };
const onFile: StreamDurability = { replicas: 1, storage: 'file' };

test('judgeDurability never claims more than was read', () => {
  const cases: [SyncReading | string, StreamDurability[], ServerDurability['level'], number | null, number][] = [
    [{ servers: [always], expected: 1 }, [onFile], 'FSYNC', null, 1],
    [{ servers: [always, always], expected: 2 }, [{ replicas: 3, storage: 'file' }], 'FSYNC', null, 3],
    [{ servers: [everySecond], expected: 1 }, [onFile], 'INTERVAL', 1000, 1],
    [{ servers: [always, everySecond, everyTwoMinutes], expected: 3 }, [onFile], 'INTERVAL', 120_000, 1],
    [{ servers: [always], expected: 3 }, [onFile], 'UNKNOWN', null, 1],
    [{ servers: [], expected: 0 }, [onFile], 'UNKNOWN', null, 1],
    [{ servers: [{ ...everySecond, syncIntervalMs: Number.NaN }], expected: 1 }, [onFile], 'UNKNOWN', null, 1],
    [{ servers: [always], expected: 1 }, [onFile, { replicas: 1, storage: 'memory' }], 'UNKNOWN', null, 1],
    [{ servers: [always], expected: 1 }, [{ replicas: 3, storage: 'file' }, onFile], 'FSYNC', null, 1],
    [{ servers: [always], expected: 1 }, [], 'UNKNOWN', null, 1],
    ['no system user is configured', [onFile], 'UNKNOWN', null, 1],
  ];
  for (const [reading, streams, level, syncIntervalMs, replicas] of cases) {
    const { detail, ...found } = judgeDurability(reading, streams);
    assert.deepEqual(found, { level, syncIntervalMs, replicas }, JSON.stringify([reading, streams]));
    assert.notEqual(detail, '');
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
