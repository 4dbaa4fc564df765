import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type NatsNodes, startNatsNodes } from '../../../test/harness/nats-nodes.ts';
import { until } from '../../../test/harness/until.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { connectNatsBus } from '../nats-bus.ts';
import { STREAMS } from '../streams.ts';
import { measurePublish } from './publish-cost.ts';
import { readServerDurability, type ServerDurability } from './server-durability.ts';
import { readStreamDurability } from './stream-durability.ts';

/** Against real servers: what they do, they say. */

/** Again while a busy server does not answer in the time that it is given. */
function read({ account, system }: NatsNodes): Promise<ServerDurability> {
  return until(async () => {
    const found = await readServerDurability(system, await readStreamDurability(account, systemClock));
    return !/says? how|cannot log in|can't be read/.test(found.detail) && found;
  }, 'the servers to say how they sync');
}

async function makeStreams({ account }: NatsNodes, replicas?: number): Promise<void> {
  const bus = await connectNatsBus({
    ...account,
    name: 'test',
    ...(replicas === undefined ? {} : { replicas }),
    clock: systemClock,
    random: systemRandom,
  });
  await bus[Symbol.asyncDispose]();
}

const OURS = { 'autoweave.incarnation': 'test' };

suite('readServerDurability on a server that is alone', () => {
  test('reads each way to sync', async () => {
    const cases: [string, ServerDurability['level'], ServerDurability['isSynced'], number | null][] = [
      ['sync_interval: always', 'FSYNC', true, null],
      ['sync_interval: 1s', 'INTERVAL', false, 1_000],
      // The default, two minutes.
      ['', 'UNKNOWN', false, 120_000],
      // An "m" behind a number stands for a million; this is what people write who mean two minutes.
      ['sync_interval: 2m', 'UNKNOWN', false, 2e9],
    ];
    for (const [line, level, isSynced, syncIntervalMs] of cases) {
      await using nodes = await startNatsNodes(1, line);
      await makeStreams(nodes);
      const found = await read(nodes);
      assert.deepEqual([found.level, found.isSynced, found.syncIntervalMs], [level, isSynced, syncIntervalMs], line);
      assert.deepEqual(found.streams.map(({ name }) => name).sort(), STREAMS.map(({ name }) => name).sort());
      if (level === 'UNKNOWN') assert.match(found.detail, /^Nothing is called durable here/);
    }
  });

  test('calls nothing durable that is in memory, or written late; the weakest of ours counts', async () => {
    await using nodes = await startNatsNodes(1, 'sync_interval: always');
    await makeStreams(nodes);
    const add = (name: string, rest: object) =>
      nodes.api(`STREAM.CREATE.${name}`, { name, subjects: [name], storage: 'file', ...rest });

    await add('STRANGER', { storage: 'memory' });
    assert.equal((await read(nodes)).level, 'FSYNC', "another's stream has no say");

    await add('LATE', { persist_mode: 'async', metadata: OURS });
    const late = await read(nodes);
    assert.equal(late.level, 'UNKNOWN');
    assert.match(late.detail, /LATE is written only after the acknowledgement/);
    await nodes.api('STREAM.DELETE.LATE');

    await add('PASSING', { storage: 'memory', metadata: OURS });
    const passing = await read(nodes);
    assert.equal(passing.level, 'UNKNOWN');
    assert.match(passing.detail, /PASSING is kept in memory/);
  });

  test('makes streams with one copy where three can not be, and says so', async () => {
    await using nodes = await startNatsNodes(1, 'sync_interval: always');
    await makeStreams(nodes, 3);
    const found = await read(nodes);
    assert.deepEqual([found.level, found.replicas], ['FSYNC', 1]);
  });

  test('finds the one of several addresses that answers, wherever it stands', async () => {
    await using nodes = await startNatsNodes(1, 'sync_interval: always');
    const { account, system, url } = nodes;
    for (const several of [`${url},nats://127.0.0.1:1`, `nats://127.0.0.1:1,${url}`]) {
      const found = await read({
        ...nodes,
        account: { ...account, url: several },
        system: { ...system, url: several },
      });
      assert.deepEqual([found.isSynced, found.detail], [true, 'Nothing is called durable here: there is no stream']);
      await makeStreams({ ...nodes, account: { ...account, url: several } });
      for (const { name } of STREAMS) await nodes.api(`STREAM.DELETE.${name}`);
    }
  });

  test('says why the streams can not be read', async () => {
    const found = await readStreamDurability({ url: 'nats://127.0.0.1:1' }, systemClock);
    assert.match(String(found), /^the streams can't be read \(/);
  });

  test('measurePublish leaves nothing behind', async () => {
    await using nodes = await startNatsNodes(1, 'sync_interval: always');
    const options = { replicas: 1, clock: systemClock, random: systemRandom };
    const ms = await measurePublish(nodes.account, options);
    assert.ok(ms > 0, `${ms} ms`);
    assert.equal((await nodes.api('STREAM.NAMES'))['total'], 0);
    await assert.rejects(measurePublish(nodes.account, { ...options, replicas: 3 }), { code: 'AW_BROKER_REFUSED' });
  });
});

suite('readServerDurability on a cluster of three', () => {
  test('reads a quorum, and a stream that falls short of it', async () => {
    await using nodes = await startNatsNodes(3, 'sync_interval: always');
    await makeStreams(nodes, 1);
    const single = await read(nodes);
    assert.deepEqual([single.level, single.replicas], ['FSYNC', 1]);

    await makeStreams(nodes, 3);
    // A stream's new copies are set up behind the answer.
    const quorum = await until(async () => {
      const found = await read(nodes);
      return found.level === 'QUORUM' && found.isSynced === true && found;
    }, 'all three servers to answer');
    assert.equal(quorum.replicas, 3);
    assert.equal(quorum.streams.length, STREAMS.length);
    assert.match(quorum.detail, /most of 3 servers, on their disks by fsync/);

    await makeStreams(nodes, 1);
    assert.equal((await read(nodes)).replicas, 3, 'copies are never taken away');

    await nodes.api('STREAM.CREATE.ALONE', { name: 'ALONE', subjects: ['alone'], num_replicas: 1, metadata: OURS });
    // The server that is asked may hear of it after the one that has made it.
    const weakest = await until(async () => {
      const found = await read(nodes);
      return found.replicas === 1 && found;
    }, 'the stream to be among those that are read');
    assert.equal(weakest.level, 'FSYNC');
    await nodes.api('STREAM.DELETE.ALONE');
  });
});
