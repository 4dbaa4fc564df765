import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';

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

const STRANGE_IDS = [
  'a.b/c',
  'grün 漢字 🚀',
  ' ',
  '*',
  '>',
  'a%2Fb=2E',
  '\'"\\',
  'x'.repeat(200),
  '$JS.API',
  '1~',
  '~',
];

describe('get', () => {
  test('finds jobs under any id of the caller, waiting, delayed and completed', async () => {
    const queue = await world.queues.open(freshName());
    const ids = STRANGE_IDS.filter((id) => id !== '~');
    for (const [n, id] of ids.entries()) {
      assert.equal((await queue.add('test.any', { n }, { id })).id, id);
      const found = await queue.get(id);
      assert.deepEqual([found?.id, found?.state, found?.data], [id, 'waiting', { n }], id);
    }
    assert.deepEqual(
      (await queue.list('waiting')).jobs.map(({ id }) => id),
      ids,
    );
    await using _worker = await world.queues.startWorker(queue.name, (job) => job.id);
    for (const id of ids) assert.equal((await untilState(queue, id, 'completed')).result?.data, id);
    for (const id of ids) {
      await queue.remove(id);
      assert.equal((await queue.get(id))?.state, 'removed');
    }
  });

  test('knows nothing of ids that never were, of other queues, or of no form at all', async () => {
    const queue = await world.queues.open(freshName());
    const other = await world.queues.open(freshName());
    const { id } = await other.add('test.any', {});
    const named = await other.add('test.any', {}, { id: 'named' });
    const [sequence] = id.split('~');
    for (const wrong of [
      id,
      named.id,
      `${sequence}~1`,
      '1~0',
      'zzzzzzzzzzz~zzzz',
      '',
      'a',
      '\ud800',
      'x'.repeat(5_000),
    ]) {
      assert.equal(await queue.get(wrong), undefined, JSON.stringify(wrong.slice(0, 20)));
    }
    assert.equal(await other.get(`${sequence}~5`), undefined);
    assert.equal((await other.get(id))?.state, 'waiting');
  });

  test('tells all of a job on its way and of how it ended', async () => {
    const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 1 } });
    const [, added] = await queue.addBulk(
      [1, 2].map((n) => ({ type: 'test.any', data: { n }, options: { priority: 3, attempts: 2 } })),
    );
    const { id } = added!;
    const waiting = await queue.get(id);
    assert.deepEqual(
      [waiting?.state, waiting?.attemptsMade, waiting?.attempts, waiting?.priority, waiting?.options],
      ['waiting', 0, 2, 3, { priority: 3, attempts: 2 }],
    );
    const end = Promise.withResolvers<void>();
    await using _worker = await world.queues.startWorker(queue.name, async (job, ctx) => {
      if (job.id !== id) return;
      ctx.write(`line of attempt ${job.attempt}`);
      ctx.progress({ percent: 50 * job.attempt });
      await ctx.partial(`part ${job.attempt}`);
      if (job.attempt === 1) throw new Error('at first');
      await end.promise;
      return 'ended';
    });
    const active = await until(async () => {
      const found = await queue.get(id);
      return found?.state === 'active' && found.partials.length === 2 && found;
    }, 'its second attempt');
    assert.deepEqual(
      [active.attemptsMade, active.partials, active.progress],
      [2, ['part 1', 'part 2'], { percent: 100 }],
    );
    assert.deepEqual(active.logs, ['line of attempt 1', 'line of attempt 2']);
    assert.deepEqual([active.failures.length, active.failures[0]?.attempt, active.error], [1, 1, 'at first']);
    assert.match(active.failures[0]?.stack ?? '', /looking\.test/);
    assert.equal(active.addedAt, waiting?.addedAt);
    end.resolve();
    const done = await untilState(queue, id, 'completed');
    assert.deepEqual(
      [done.data, done.result?.data, done.attemptsMade, done.addedAt],
      [{ n: 2 }, 'ended', 2, active.addedAt],
    );
    assert.deepEqual([done.logs.length, done.partials.length, done.progress], [2, 2, { percent: 100 }]);
    assert.ok((done.finishedAt ?? 0) >= done.addedAt);
  });

  test('finds a job that has left its pack, delayed and failed, with all its stacks', async () => {
    const queue = await world.queues.open(freshName(), { attempts: 2, backoff: { type: 'fixed', delayMs: 600_000 } });
    const [first, second] = await queue.addBulk([1, 2].map((n) => ({ type: 'test.any', data: { n } })));
    await using _worker = await world.queues.startWorker(queue.name, (job) => {
      if (job.id === second!.id) throw new Error(`attempt ${job.attempt}`);
    });
    await untilState(queue, first!.id, 'completed');
    const delayed = await untilState(queue, second!.id, 'delayed');
    assert.deepEqual([delayed.attemptsMade, delayed.failures.length, delayed.data], [1, 1, { n: 2 }]);
    assert.ok((delayed.dueAt ?? 0) > delayed.addedAt);
    await until(async () => (await queue.counts()).waiting === 0, 'the pack to be done');
    await queue.promote(second!.id);
    const failed = await untilState(queue, second!.id, 'failed');
    assert.deepEqual(
      failed.failures.map(({ message, stack }) => [message, stack?.includes('looking.test')]),
      [
        ['attempt 1', true],
        ['attempt 2', true],
      ],
    );
    assert.deepEqual([failed.data, failed.attempts, failed.result?.success], [{ n: 2 }, 2, false]);
  });

  test('tells of a cancelled job why it was', async () => {
    const queue = await world.queues.open(freshName());
    const { id } = await queue.add('test.any', {});
    await queue.cancel(id, 'not wanted');
    const found = await queue.get(id);
    assert.deepEqual([found?.state, found?.error, found?.type], ['cancelled', 'not wanted', 'test.any']);
    assert.equal(found?.result, undefined);
  });
});
