import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestServer } from '../../../test/harness/nats-server.ts';
import { until } from '../../../test/harness/until.ts';
import {
  connectBus,
  connectServer,
  makeDirectory,
  READY_CONSUMER,
  readAll,
  save,
  storeOutcome,
} from './backup-world.ts';
import { fillQueue } from './fill-queue.ts';
import { restoreStreams } from './restore.ts';

/** What only the streams of queues have: consumers that share work, and a stream that copies from another one. */

for (const [what, removed] of [
  ['nothing that it has', 0],
  ['nothing that was removed from it last', 2],
  ['nothing that was removed when that was all', 19],
] as const) {
  test(`FAILED copies again ${what} after a restore and a restart, and goes on with what is new`, async (t) => {
    await using source = await startTestServer();
    await using target = await startTestServer();
    const bus = await connectBus(source.url, t);
    await fillQueue(bus);
    const all = await readAll(bus, 'FAILED');
    for (const { sequence } of all.slice(all.length - removed)) await bus.remove('FAILED', sequence);
    const kept = all.slice(0, all.length - removed).map(({ subject }) => subject);
    const directory = join(await makeDirectory(t), 'backup');
    await save(await connectServer(source.url, t), directory);
    await restoreStreams({ server: await connectServer(target.url, t), directory });
    const restored = await connectBus(target.url, t);
    await target.kill();
    await target.restart();
    await until(() => restored.status.isConnected, 'the new connection');
    await storeOutcome(restored, 'failed', 'fresh', 99);
    // Copies keep their order: what was copied again would stand before it.
    const found = await until(async () => {
      const now = (await readAll(restored, 'FAILED')).map(({ subject }) => subject);
      return now.some((subject) => subject.endsWith('.fresh')) && now;
    }, 'the new one to be copied');
    assert.deepEqual(found, [...kept, 'aw.test.out.mail.failed.n.fresh']);
  });
}

test('a restored consumer gives out what was never given out, and what was in a hand only after its time', async (t) => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  const bus = await connectBus(source.url, t);
  await fillQueue(bus);
  const { deliveredUpTo } = (await bus.jobs.consumerStatus(READY_CONSUMER))!;
  const directory = join(await makeDirectory(t), 'backup');
  await save(await connectServer(source.url, t), directory);
  await restoreStreams({ server: await connectServer(target.url, t), directory });
  const { jobs } = await connectBus(target.url, t);
  const [next] = await jobs.fetch(READY_CONSUMER, 1);
  assert.deepEqual([next?.sequence, next?.deliveryCount], [deliveredUpTo + 1, 1]);

  await jobs.ensureConsumer(
    { name: READY_CONSUMER, filter: 'aw.test.job.mail.r0.>', ackWaitMs: 100 },
    { updates: true },
  );
  const again = new Set<number>();
  await until(async () => {
    for (const delivery of await jobs.fetch(READY_CONSUMER, 1)) {
      if (delivery.deliveryCount > 1 && delivery.sequence <= deliveredUpTo) again.add(delivery.sequence);
      jobs.acknowledge(delivery);
    }
    return again.size === 3;
  }, 'the three that were in a hand');
});
