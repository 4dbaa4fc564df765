import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { JobQueue } from './queue-api.ts';

let server: TestServer;
let world: QueueWorld;

before(async () => {
  server = await startTestServer();
  world = await openQueueWorld(server.url);
});

after(async () => {
  await world[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const numbered = (count: number, options = {}) =>
  Array.from({ length: count }, (_, n) => ({ type: 'test.numbered', data: { n }, options }));

async function numbers(queue: JobQueue): Promise<readonly number[]> {
  const { waiting, active, delayed, completed, failed } = await queue.counts();
  return [waiting, active, delayed, completed, failed];
}

describe('counts', () => {
  test('are exact for packs, singles, priorities, LIFO and delayed ones while nothing runs', async () => {
    const queue = await world.queues.open(freshName());
    assert.deepEqual(await numbers(queue), [0, 0, 0, 0, 0]);
    await queue.addBulk(numbered(130));
    await queue.addBulk(numbered(7, { priority: 2 }));
    await queue.addBulk(numbered(5, { priority: 12_345 }));
    await queue.addBulk(numbered(4, { isLifo: true }));
    await queue.addBulk(numbered(6, { delayMs: 600_000, priority: 2 }));
    for (const id of ['a', 'b', 'c']) await queue.add('test.any', {}, { id, priority: 2 });
    await Promise.all(Array.from({ length: 20 }, (_, n) => queue.add('test.numbered', { n })));
    assert.deepEqual(await numbers(queue), [130 + 7 + 5 + 4 + 3 + 20, 0, 6, 0, 0]);
    const { byPriority, lagMs, isPaused } = await queue.counts();
    assert.deepEqual(byPriority, [
      { priority: 0, waiting: 154 },
      { priority: 2, waiting: 10 },
      { priority: 10_000, waiting: 5 },
    ]);
    assert.deepEqual([lagMs, isPaused], [0, false]);
  });

  test('are exact after jobs of packs were removed and cancelled', async () => {
    const queue = await world.queues.open(freshName());
    const normal = await queue.addBulk(numbered(100));
    const low = await queue.addBulk(numbered(10, { priority: 1 }));
    for (const { id } of [normal[0]!, normal[1]!, normal[99]!, low[5]!]) await queue.remove(id);
    await queue.cancel(normal[50]!.id);
    assert.deepEqual(await numbers(queue), [105, 0, 0, 0, 0]);
    assert.deepEqual((await queue.counts()).byPriority, [
      { priority: 0, waiting: 96 },
      { priority: 1, waiting: 9 },
    ]);
    assert.equal((await queue.list('waiting', { first: 1_000 })).jobs.length, 105);
    await using _worker = await world.queues.startWorker(queue.name, () => undefined);
    await until(async () => (await numbers(queue)).join() === '0,0,0,10,0', 'all to be done');
  });

  test('are right while a pack is partly done, in every process, and once its worker has stopped', async () => {
    const queue = await world.queues.open(freshName());
    await using other = await openQueueWorld(server.url);
    const elsewhere = await other.queues.get(queue.name);
    const added = await queue.addBulk(numbered(20, { attempts: 1 }));
    const end = Promise.withResolvers<void>();
    const worker = await world.queues.startWorker(
      queue.name,
      (job) => {
        if (numberOf(job) === 0) throw new Error('first');
        return numberOf(job) < 5 ? undefined : end.promise;
      },
      { concurrency: 3 },
    );
    await untilState(queue, added[4]!.id, 'completed');
    for (const one of [queue, elsewhere]) {
      await until(async () => (await numbers(one)).join() === '12,3,0,4,1', 'counts to be told');
      assert.equal((await one.counts()).workers, 1);
    }
    await queue.remove(added[19]!.id);
    await until(async () => (await numbers(elsewhere)).join() === '11,3,0,4,1', 'one less to wait');
    await until(async () => (await elsewhere.counts()).lagMs < 5_000, 'what is told to be new');
    await worker.stop(0);
    assert.deepEqual([...(await numbers(queue)), (await queue.counts()).workers], [14, 0, 0, 4, 1, 0]);
    assert.equal((await queue.list('waiting', { first: 1_000 })).jobs.length, 14);
    end.resolve();
  });

  test('keep failed ones by count and completed ones by count and age', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 3 }, failed: { count: 4 } });
    await using _worker = await world.queues.startWorker(
      queue.name,
      (job) => {
        if (numberOf(job) >= 6) throw new Error('late');
      },
      { concurrency: 1 },
    );
    const added = await queue.addBulk(numbered(16, { attempts: 1 }));
    await untilState(queue, added[15]!.id, 'failed');
    await until(async () => (await numbers(queue)).join() === '0,0,0,3,4', 'those beyond to go');
    assert.deepEqual(
      (await queue.list('completed')).jobs.map(({ id }) => id),
      [5, 4, 3].map((n) => added[n]!.id),
    );
    assert.deepEqual(
      (await queue.list('failed')).jobs.map(({ id }) => id),
      [15, 14, 13, 12].map((n) => added[n]!.id),
    );
    await queue.configure({ completed: { count: 100 } });
    assert.equal((await queue.counts()).completed, 6);
    await queue.configure({ completed: { count: 0 }, failed: { count: 4, ageMs: 1 } });
    await until(async () => (await numbers(queue)).join() === '0,0,0,0,0', 'those too old to go');
    assert.deepEqual((await queue.list('failed')).jobs, []);
  });
});
