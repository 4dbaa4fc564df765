import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { TerminalError } from '../errors/errors.ts';

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

test('jobs that are added at the same time share packs, keep their order, and are each done once', async () => {
  const queue = await world.queues.open(freshName());
  const ids = (await Promise.all(Array.from({ length: 500 }, (_, n) => queue.add('test.numbered', { n })))).map(
    ({ id }) => id,
  );
  assert.equal(new Set(ids).size, 500);
  assert.ok((await world.bus.streamStatus('JOBS')).messages < 100);
  assert.equal((await queue.counts()).waiting, 500);
  const seen: number[] = [];
  const worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), { concurrency: 1 });
  await until(() => seen.length === 500, 'all jobs to be done');
  await worker.stop();
  assert.deepEqual(
    seen,
    Array.from({ length: 500 }, (_, n) => n),
  );
  const counts = await queue.counts();
  assert.deepEqual([counts.waiting, counts.active, counts.completed], [0, 0, 10]);
  assert.equal((await world.bus.streamStatus('JOBS')).messages, 0);
});

test('a job goes from waiting to completed, with its result in the reference form', async () => {
  const queue = await world.queues.open(freshName());
  const { id } = await queue.add('test.any', { x: 1 });
  const waiting = await queue.get(id);
  assert.deepEqual([waiting?.state, waiting?.data, waiting?.attempts], ['waiting', { x: 1 }, 3]);
  await using _worker = await world.queues.startWorker(queue.name, async (job) => ({ got: job.data }));
  const done = await untilState(queue, id, 'completed');
  assert.deepEqual(done.result?.data, { got: { x: 1 } });
  assert.deepEqual([done.result?.success, done.data, done.attemptsMade], [true, { x: 1 }, 1]);
  assert.deepEqual(
    (await queue.list('completed')).jobs.map((job) => job.id),
    [id],
  );
});

test('a job that fails is tried again with back-off and its own id, and fails with all stacks', async () => {
  const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 10 } });
  const { id } = await queue.add('test.any', {});
  let runs = 0;
  await using _worker = await world.queues.startWorker(queue.name, async () => {
    throw new Error(`bad ${++runs}`);
  });
  const failed = await untilState(queue, id, 'failed');
  assert.equal(runs, 3);
  assert.deepEqual(
    failed.failures.map(({ message, attempt }) => [message, attempt]),
    [
      ['bad 1', 1],
      ['bad 2', 2],
      ['bad 3', 3],
    ],
  );
  assert.match(failed.failures[0]?.stack ?? '', /job-queue\.test/);
  await until(async () => (await queue.counts()).failed === 1, 'it to be listed');
});

test('a terminal error, and a value that is no error, are told apart from what may pass', async () => {
  const queue = await world.queues.open(freshName());
  const terminal = await queue.add('test.numbered', { n: 1 }, { attempts: 5 });
  const strange = await queue.add('test.numbered', { n: 2 }, { attempts: 1 });
  await using _worker = await world.queues.startWorker(queue.name, async (job) => {
    if (numberOf(job) === 1) throw new TerminalError('TEST_OVER', 'never');
    throw 'a string';
  });
  assert.equal((await untilState(queue, terminal.id, 'failed')).attemptsMade, 1);
  assert.match((await untilState(queue, strange.id, 'failed')).error ?? '', /not an error: "a string"/);
});

test('a failed job is retried by hand, with other data, under the same id', async () => {
  const queue = await world.queues.open(freshName());
  const { id } = await queue.add('test.numbered', { n: 1 }, { attempts: 1 });
  await using _worker = await world.queues.startWorker(queue.name, async (job) => {
    if (numberOf(job) === 1) throw new Error('one');
    return numberOf(job);
  });
  await untilState(queue, id, 'failed');
  await assert.rejects(queue.retry(id, { n: 'x' }), { code: 'AW_DATA_INVALID' });
  await queue.retry(id, { n: 2 });
  assert.equal((await untilState(queue, id, 'completed')).result?.data, 2);
  assert.equal((await queue.counts()).failed, 0);
  await assert.rejects(queue.retry(id), { code: 'AW_JOB_STATE' });
});

test('LIFO jobs start newest first, before what waits with priority 0', async () => {
  const queue = await world.queues.open(freshName());
  await queue.add('test.numbered', { n: 100 });
  for (const n of [1, 2, 3]) await queue.add('test.numbered', { n }, { isLifo: true });
  assert.equal((await queue.counts()).waiting, 4);
  const seen: number[] = [];
  await queue.pause();
  await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), {
    concurrency: 1,
  });
  await queue.resume();
  await until(() => seen.length === 4, 'all to be done');
  assert.deepEqual(
    seen.filter((n) => n !== 100),
    [3, 2, 1],
  );
});
