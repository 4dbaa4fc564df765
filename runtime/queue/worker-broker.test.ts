import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';

/** Many jobs, and a broker that goes away and comes back. */

const untilEmpty = (world: QueueWorld) =>
  until(async () => {
    const status = await world.bus.streamStatus('JOBS').catch(() => undefined);
    return status?.messages === 0;
  }, 'all to end');

for (const isSyncedAlways of [false, true]) {
  describe(`at ${isSyncedAlways ? 'fsync' : 'interval'}`, () => {
    test('10,000 jobs are done once each by two workers, and nothing is left', async () => {
      await using server = await startTestServer();
      await using world = await openQueueWorld(server.url, { isSyncedAlways });
      await using other = await openQueueWorld(server.url, { isSyncedAlways });
      const queue = await world.queues.open(freshName());
      const seen = new Map<string, number>();
      const process = ({ id }: { readonly id: string }) => void seen.set(id, (seen.get(id) ?? 0) + 1);
      await using _one = await world.queues.startWorker(queue.name, process, { concurrency: 100 });
      await using _two = await other.queues.startWorker(queue.name, async (job) => process(job), { concurrency: 10 });
      const singly = Array.from({ length: 5_000 }, (_, n) => queue.add('test.numbered', { n }));
      const bulk = await queue.addBulk(
        Array.from({ length: 5_000 }, (_, n) => ({ type: 'test.numbered', data: { n: 5_000 + n } })),
      );
      const added = [...(await Promise.all(singly)), ...bulk];
      await untilEmpty(world);
      assert.equal(new Set(added.map(({ id }) => id)).size, 10_000);
      assert.equal(seen.size, 10_000);
      assert.deepEqual(
        [...seen].filter(([, count]) => count !== 1),
        [],
      );
      assert.ok(added.every(({ id }) => seen.has(id)));
      const counts = await queue.counts();
      assert.deepEqual([counts.waiting, counts.active, counts.delayed, counts.failed], [0, 0, 0, 0]);
    });

    test('jobs that are added while the broker is away are stored once it is back, each once', async () => {
      await using server = await startTestServer();
      await using world = await openQueueWorld(server.url, { isSyncedAlways });
      const queue = await world.queues.open(freshName());
      await queue.add('test.numbered', { n: 0 });
      const before = Array.from({ length: 200 }, (_, n) => queue.add('test.numbered', { n: 1 + n }));
      await server.kill();
      const during = [
        ...Array.from({ length: 100 }, (_, n) => queue.add('test.numbered', { n: 201 + n })),
        queue.add('test.numbered', { n: 301 }, { delayMs: 10 }),
        queue.add('test.numbered', { n: 302 }, { isLifo: true }),
      ];
      const bulk = queue.addBulk(
        Array.from({ length: 300 }, (_, n) => ({
          type: 'test.numbered',
          data: { n: 303 + n },
          ...(n % 3 === 0 ? { options: { delayMs: 10 } } : {}),
        })),
      );
      await server.restart();
      const added = [...(await Promise.all([...before, ...during])), ...(await bulk)];
      assert.equal(new Set(added.map(({ id }) => id)).size, 602);
      const seen: number[] = [];
      await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
      await untilEmpty(world);
      assert.deepEqual(
        seen.sort((one, two) => one - two),
        Array.from({ length: 603 }, (_, n) => n),
      );
    });

    test('a worker goes on when the broker is back: what ran, what it held and what comes then, each with one outcome', async () => {
      await using server = await startTestServer();
      await using world = await openQueueWorld(server.url, { isSyncedAlways });
      const queue = await world.queues.open(freshName(), { completed: { count: 1_000 } });
      const opened: (() => void)[] = [];
      let isOpen = false;
      await using worker = await world.queues.startWorker(
        queue.name,
        () => (isOpen ? undefined : new Promise<void>((resolve) => opened.push(resolve))),
        { concurrency: 5, stalledIntervalMs: 2_000 },
      );
      const added = await queue.addBulk(
        Array.from({ length: 100 }, (_, n) => ({ type: 'test.numbered', data: { n } })),
      );
      await until(() => worker.running === 5, 'five to run');
      await server.kill();
      // These end while it is away.
      for (const resolve of opened.splice(0, 3)) resolve();
      await server.restart();
      isOpen = true;
      for (const resolve of opened.splice(0)) resolve();
      await until(() => world.bus.status.isConnected, 'the connection to be back');
      const later = await queue.add('test.numbered', { n: 100 });
      await untilState(queue, later.id, 'completed');
      await untilEmpty(world);
      for (const { id } of added) assert.equal((await queue.get(id))?.state, 'completed', id);
      const records = await world.bus.page('JOBLOG', {
        from: 1,
        filter: `aw.test.out.${queue.name}.completed.*.*`,
        limit: 1_000,
      });
      const count = records.reduce((sum, { body }) => sum + JSON.parse(Buffer.from(body).toString()).j.length, 0);
      assert.equal(count, 101);
    });
  });
}

test('the same id used again and again keeps its fence, however much the log has of it', async () => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url);
  const queue = await world.queues.open(freshName());
  // As if it had been used so often within the hour.
  const old = Array.from({ length: 1_500 }, (_, n) => ({
    subject: `aw.test.out.${queue.name}.completed.n.key`,
    body: Buffer.from(JSON.stringify({ w: 'x', j: [{ t: 'test.any', n: 1, u: `old-${n}` }] })),
  }));
  await world.bus.commit('JOBLOG', old.slice(0, 900));
  await world.bus.commit('JOBLOG', old.slice(900));
  let runs = 0;
  await using _worker = await world.queues.startWorker(queue.name, () => ++runs);
  for (const turn of [1, 2]) {
    await until(
      async () => !(await queue.add('test.any', {}, { deduplicate: { mode: 'simple', id: 'key' } })).isDuplicate,
      'it to be let in',
    );
    await until(async () => (await queue.get('key'))?.result?.data === turn, 'it to be done');
  }
  await untilEmpty(world);
  assert.equal(runs, 2);
});
