import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { freshName, openQueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';

const STALLED = { stalledIntervalMs: 300 } as const;

test("a worker's stalled interval holds for priorities that the queue is given later, too", async () => {
  await using server = await startTestServer();
  await using silent = await openQueueWorld(server.url, { isSilent: true });
  await using world = await openQueueWorld(server.url);
  const queue = await world.queues.open(freshName());
  let isRunning = false;
  const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
  await using _silent = await silent.queues.startWorker(
    queue.name,
    () => {
      isRunning = true;
      return mayEnd;
    },
    { ...STALLED, concurrency: 1 },
  );
  const begin = performance.now();
  const { id } = await queue.add('test.any', {}, { priority: 5 });
  await until(() => isRunning, 'it to run');
  await using _other = await world.queues.startWorker(queue.name, () => 'done');
  const done = await untilState(queue, id, 'completed');
  letEnd();
  assert.equal(done.result?.data, 'done');
  assert.ok(performance.now() - begin < 30_000, 'before the usual 30 s');
});
