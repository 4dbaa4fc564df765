import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ROOT } from '../../../test/harness/root.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { noLog } from '../../telemetry/log.ts';
import { type Broker, type StartBrokerOptions, startBroker } from '../broker/broker.ts';
import { findServer } from '../broker/find-server.ts';
import { readServerDurability } from '../broker/server-durability.ts';
import { openBackupServer } from './backup-server.ts';
import { makeDirectory } from './backup-world.ts';
import { listStreams } from './found-streams.ts';
import { replaceStore } from './replace-store.ts';

async function optionsFor(t: TestContext): Promise<StartBrokerOptions> {
  return {
    dataDirectory: await makeDirectory(t),
    serverPath: findServer({ root: ROOT, env: process.env }).path,
    configFile: join(ROOT, 'nats.conf'),
    clock: systemClock,
    random: systemRandom,
    log: noLog,
  };
}

async function makeStream(broker: Broker, name: string): Promise<void> {
  await using server = await openBackupServer(broker, systemClock);
  await server.api(`STREAM.CREATE.${name}`, { name, subjects: [name], storage: 'file' });
}

async function namesIn(options: StartBrokerOptions): Promise<readonly string[]> {
  await using broker = await startBroker(options);
  await using server = await openBackupServer(broker, systemClock);
  return (await listStreams(server)).map(({ config }) => config.name);
}

test('replaceStore exchanges what the data directory holds, and leaves nothing beside it', async (t) => {
  const options = await optionsFor(t);
  {
    await using broker = await startBroker(options);
    await makeStream(broker, 'OLD');
  }
  await replaceStore(options, (broker) => makeStream(broker, 'NEW'));
  assert.deepEqual(await namesIn(options), ['NEW']);
  assert.ok(!(await readdir(options.dataDirectory)).includes('restoring'));
});

test('replaceStore does without a write to the disk for each message, and what comes after does not', async (t) => {
  const options = await optionsFor(t);
  /** A busy server may not answer in the time that it is given. */
  const isSynced = async (broker: Broker): Promise<boolean> => {
    const { url, systemUser: user, systemPassword: password } = broker;
    return (await readServerDurability({ url, user, password }, undefined, 1)).isSynced ?? isSynced(broker);
  };
  assert.equal(await replaceStore(options, isSynced), false);
  await using broker = await startBroker(options);
  assert.equal(await isSynced(broker), true);
});

test('replaceStore keeps what was there when filling fails, and begins anew after one that was killed', async (t) => {
  const options = await optionsFor(t);
  {
    await using broker = await startBroker(options);
    await makeStream(broker, 'OLD');
  }
  const failure = new Error('half of it');
  const failing = replaceStore(options, async (broker) => {
    await makeStream(broker, 'HALF');
    throw failure;
  });
  await assert.rejects(failing, failure);
  assert.deepEqual(await namesIn(options), ['OLD']);

  // A killed restore leaves its nats-server running in the workshop.
  const leftOver = await startBroker({ ...options, dataDirectory: join(options.dataDirectory, 'restoring') });
  await makeStream(leftOver, 'HALF');
  await replaceStore(options, (broker) => makeStream(broker, 'NEW'));
  await leftOver.exited;
  assert.deepEqual(await namesIn(options), ['NEW']);
});
