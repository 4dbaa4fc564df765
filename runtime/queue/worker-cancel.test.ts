import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { JobQueue } from './queue-api.ts';

for (const isSyncedAlways of [false, true]) {
  describe(`cancel at ${isSyncedAlways ? 'fsync' : 'interval'}`, () => {
    let server: TestServer;
    let world: QueueWorld;
    /** The process that cancels. */
    let other: QueueWorld;

    before(async () => {
      server = await startTestServer();
      world = await openQueueWorld(server.url, { isSyncedAlways });
      other = await openQueueWorld(server.url, { isSyncedAlways });
    });

    after(async () => {
      await other[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    const jobsIn = (queue: JobQueue) => world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1);
    const addNumbers = (queue: JobQueue, count: number) =>
      queue.addBulk(Array.from({ length: count }, (_, n) => ({ type: 'test.numbered', data: { n } })));

    test('of a job that waits in a pack leaves the others, and it never runs', async () => {
      const queue = await world.queues.open(freshName());
      const added = await addNumbers(queue, 10);
      const there = await other.queues.get(queue.name);
      await there.cancel(added[3]!.id, 'not wanted');
      assert.match((await untilState(queue, added[3]!.id, 'cancelled')).error ?? '', /not wanted/);
      await assert.rejects(there.cancel(added[3]!.id), { code: 'AW_JOB_STATE' });
      const seen: number[] = [];
      await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
      await until(async () => (await jobsIn(queue)) === 0, 'all to be done');
      assert.deepEqual(seen, [0, 1, 2, 4, 5, 6, 7, 8, 9]);
    });

    test('of one that is delayed, of one that is a single, and of one that nobody knows', async () => {
      const queue = await world.queues.open(freshName());
      const { id } = await queue.add('test.any', {}, { delayMs: 100_000 });
      await queue.add('test.any', {}, { id: 'named' });
      const there = await other.queues.get(queue.name);
      await there.cancel(id);
      await there.cancel('named');
      await untilState(queue, id, 'cancelled');
      assert.equal(await jobsIn(queue), 0);
      await assert.rejects(there.cancel('nobody'), { code: 'AW_JOB_UNKNOWN' });
    });

    test('of all jobs of a pack takes it out of the stream', async () => {
      const queue = await world.queues.open(freshName());
      const added = await addNumbers(queue, 20);
      await Promise.all(added.map(({ id }) => queue.cancel(id)));
      assert.equal(await jobsIn(queue), 0);
      assert.equal((await queue.counts()).waiting, 0);
    });

    test('of a job that is in the hand of a worker, which goes on with the others', async () => {
      const queue = await world.queues.open(freshName());
      const seen: number[] = [];
      const opened: (() => void)[] = [];
      await using worker = await world.queues.startWorker(
        queue.name,
        (job) => {
          seen.push(numberOf(job));
          return numberOf(job) === 0 ? new Promise<void>((resolve) => opened.push(resolve)) : undefined;
        },
        { concurrency: 1 },
      );
      const added = await addNumbers(queue, 5);
      await until(() => worker.running === 1, 'the first to run');
      // What this connection hears, the worker has heard.
      let isHeard = false;
      using _ear = world.bus.listen(`queue.test.${queue.name}`, ({ body }) => {
        isHeard ||= Buffer.from(body).toString().includes('"is":"order"');
      });
      await (await other.queues.get(queue.name)).cancel(added[2]!.id);
      await until(() => isHeard, 'the order');
      opened[0]!();
      await until(async () => (await jobsIn(queue)) === 0, 'all to be done');
      assert.deepEqual(seen, [0, 1, 3, 4]);
      assert.equal((await queue.get(added[2]!.id))?.state, 'cancelled');
    });

    test('of a job that runs aborts its signal with the reason, frees the slot, and refuses what it gives', async () => {
      const queue = await world.queues.open(freshName());
      for (const options of [undefined, { id: 'single' }]) {
        let reason: unknown;
        await using worker = await world.queues.startWorker(
          queue.name,
          async (_job, { signal, emit }) => {
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            reason = signal.reason;
            void emit;
            return 'late';
          },
          { concurrency: 1 },
        );
        const { id } = await queue.add('test.any', {}, options);
        await until(() => worker.running === 1, 'it to run');
        await (await other.queues.get(queue.name)).cancel(id, 'enough');
        await until(() => worker.running === 0, 'the slot to be free');
        assert.equal((reason as { code: string }).code, 'AW_JOB_CANCELLED');
        assert.match((reason as Error).message, /enough/);
        const job = await untilState(queue, id, 'cancelled');
        assert.equal(job.result, undefined);
        assert.equal(await jobsIn(queue), 0);
      }
    });

    test('of many that run, one at a time, leaves the worker at work', async () => {
      const queue = await world.queues.open(freshName(), { globalConcurrency: 1 });
      let runs = 0;
      await using worker = await world.queues.startWorker(queue.name, (job, { signal }) => {
        runs++;
        return numberOf(job) < 5
          ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          : 'fine';
      });
      const added = await addNumbers(queue, 6);
      for (const { id } of added.slice(0, 5)) {
        await until(() => worker.running === 1, 'one to run');
        await queue.cancel(id);
        await untilState(queue, id, 'cancelled');
      }
      await untilState(queue, added[5]!.id, 'completed');
      assert.equal(runs, 6);
    });

    test('of a job that ignores its signal frees the slot all the same', async () => {
      const queue = await world.queues.open(freshName());
      let finish = (_value: string) => {};
      await using worker = await world.queues.startWorker(
        queue.name,
        (job) =>
          numberOf(job) === 0
            ? new Promise<string>((resolve) => {
                finish = resolve;
              })
            : 'fine',
        { concurrency: 1 },
      );
      const [stubborn, next] = await addNumbers(queue, 2);
      await until(() => worker.running === 1, 'it to run');
      await queue.cancel(stubborn!.id);
      await untilState(queue, next!.id, 'completed');
      finish('late');
      assert.equal((await queue.get(stubborn!.id))?.state, 'cancelled');
      assert.equal(await jobsIn(queue), 0);
    });

    test('of jobs that end at the same time gives each one outcome', async () => {
      const queue = await world.queues.open(freshName(), { completed: { count: 1_000 } });
      const added = await addNumbers(queue, 300);
      await using _worker = await world.queues.startWorker(queue.name, () => 'done', { concurrency: 5 });
      const there = await other.queues.get(queue.name);
      const cancelled = await Promise.all(
        added
          .filter((_, n) => n % 3 === 0)
          .map(({ id }) =>
            there.cancel(id).then(
              () => id,
              () => undefined,
            ),
          ),
      );
      await until(async () => (await jobsIn(queue)) === 0, 'all to end');
      const states = await Promise.all(added.map(async ({ id }) => (await queue.get(id))?.state));
      for (const [index, { id }] of added.entries()) {
        assert.equal(states[index], cancelled.includes(id) ? 'cancelled' : 'completed', id);
      }
    });
  });
}
