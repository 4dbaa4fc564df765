import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { numberOf, openQueueWorld, QUEUE_TENANT, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { sweepFailed } from './failed-sweep.ts';
import { outcomesFilter } from './outcome-record.ts';

test('a failed job that was tried again, and is copied once more by a server that was killed, is taken out', async () => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url);
  const { bus } = world;
  const queue = await world.queues.open('mail', { attempts: 1 });
  const worker = await world.queues.startWorker('mail', async (job) => {
    if (numberOf(job) > 0) throw new Error('no');
  });
  const kept = await queue.add('test.numbered', { n: 1 });
  await untilState(queue, kept.id, 'failed');
  const retried = await queue.add('test.numbered', { n: 2 });
  await untilState(queue, retried.id, 'failed');
  await queue.retry(retried.id, { n: 0 });
  await untilState(queue, retried.id, 'completed');
  await worker.stop();
  const parts = { bus, tenant: QUEUE_TENANT, queue: 'mail' };
  const filter = outcomesFilter(QUEUE_TENANT, 'mail', 'failed');
  const listed = () => bus.count('FAILED', filter, 1).catch(() => 0);
  assert.equal(await listed(), 1);
  assert.equal(await sweepFailed(parts), 0);

  await server.kill();
  await server.restart();
  await until(async () => (await listed()) === 2, 'the server to copy it once more');
  assert.equal(await sweepFailed(parts), 1);
  assert.deepEqual(
    (await queue.list('failed')).jobs.map(({ id }) => id),
    [kept.id],
  );
});
