import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { freshName, openQueueWorld } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';

test('an add waits for a broker that is away, also one under an id of the caller, which is looked up first', async () => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url);
  const queue = await world.queues.open(freshName());
  await server.kill();
  await until(() => !world.bus.status.isConnected, 'the loss to be noticed');
  const adding = Promise.all([queue.add('test.any', {}), queue.add('test.any', {}, { id: 'mine' })]);
  // Whatever it comes to is looked at below.
  adding.catch(() => undefined);
  await server.restart();
  const [packed, named] = await adding;
  assert.deepEqual([packed.isDuplicate, named], [false, { id: 'mine', isDuplicate: false }]);
  assert.equal((await queue.counts()).waiting, 2);
});
