import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { JobQueue } from './queue-api.ts';

let server: TestServer;
let world: QueueWorld;
let other: QueueWorld;

before(async () => {
  server = await startTestServer();
  world = await openQueueWorld(server.url);
  other = await openQueueWorld(server.url);
});

after(async () => {
  await other[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const jobsIn = (queue: JobQueue) => world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1);
const addNumbers = (queue: JobQueue, count: number, from = 0) =>
  queue.addBulk(Array.from({ length: count }, (_, n) => ({ type: 'test.numbered', data: { n: from + n } })));

function gate() {
  const opened: (() => void)[] = [];
  let isOpen = false;
  return {
    wait: () => (isOpen ? Promise.resolve() : new Promise<void>((resolve) => opened.push(resolve))),
    open() {
      isOpen = true;
      for (const resolve of opened.splice(0)) resolve();
    },
  };
}

describe('stop', () => {
  test('finishes what runs, and gives back what has not begun, which another begins promptly and in order', async () => {
    const queue = await world.queues.open(freshName());
    const hanging = gate();
    const began: number[] = [];
    const worker = await world.queues.startWorker(
      queue.name,
      async (job) => {
        began.push(numberOf(job));
        await hanging.wait();
      },
      { concurrency: 4 },
    );
    await addNumbers(queue, 200);
    await until(() => began.length === 4, 'four to run');
    const stopping = worker.stop();
    const seen: number[] = [];
    await using _next = await other.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), {
      concurrency: 1,
    });
    await until(() => seen.length === 196, 'the rest, while the first ones still run');
    assert.equal(worker.running, 4);
    hanging.open();
    const { returned } = await stopping;
    assert.equal(returned, 60);
    assert.deepEqual(began, [0, 1, 2, 3]);
    // What was given back passes what waits; the packs that nobody had taken come as they were.
    assert.deepEqual(
      seen.filter((n) => n < 64),
      Array.from({ length: 60 }, (_, index) => index + 4),
    );
    assert.deepEqual(
      seen.filter((n) => n >= 64),
      Array.from({ length: 136 }, (_, index) => index + 64),
    );
    await until(async () => (await jobsIn(queue)) === 0, 'all to be done');
    assert.equal((await queue.counts()).completed, 10);
  });

  test('gives back what outlasts the grace, and tells it by its signal', async () => {
    const queue = await world.queues.open(freshName());
    const hanging = gate();
    let reason: unknown;
    const worker = await world.queues.startWorker(queue.name, async (_job, { signal }) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      await hanging.wait();
      return 'late';
    });
    const { id } = await queue.add('test.any', { a: 1 });
    await until(() => worker.running === 1, 'it to run');
    assert.deepEqual(await worker.stop(50), { returned: 1 });
    assert.equal((reason as { code: string }).code, 'AW_WORKER_STOPPING');
    await using _next = await other.queues.startWorker(queue.name, (job) => [job.attempt, job.stalledCount]);
    // Not an attempt, and nobody has stalled.
    assert.deepEqual((await untilState(queue, id, 'completed')).result?.data, [1, 0]);
    hanging.open();
    assert.equal(await jobsIn(queue), 0);
  });

  test('waits for outcomes, so that what has ended is completed when it resolves', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 1_000 } });
    let count = 0;
    const worker = await world.queues.startWorker(queue.name, () => void count++, { concurrency: 100 });
    await addNumbers(queue, 500);
    await until(() => count > 100, 'some to run');
    const { returned } = await worker.stop();
    assert.equal((await queue.counts()).completed, count);
    assert.equal(await waitingIn(queue), 500 - count, `${returned} returned`);
  });

  test('asked for twice waits twice', async () => {
    const queue = await world.queues.open(freshName());
    const hanging = gate();
    const worker = await world.queues.startWorker(queue.name, () => hanging.wait());
    const { id } = await queue.add('test.any', {});
    await until(() => worker.running === 1, 'it to run');
    const [first, second] = [worker.stop(), worker.stop()];
    let isOver = false;
    void second.then(() => {
      isOver = true;
    });
    await queue.counts();
    assert.equal(isOver, false);
    hanging.open();
    assert.deepEqual(await Promise.all([first, second]), [{ returned: 0 }, { returned: 0 }]);
    assert.equal((await queue.get(id))?.state, 'completed');
  });

  test('does not wait for a broker that is away, and what it held comes again', async () => {
    await using here = await startTestServer();
    await using apart = await openQueueWorld(here.url);
    const queue = await apart.queues.open(freshName());
    const hanging = gate();
    const worker = await apart.queues.startWorker(queue.name, () => hanging.wait(), { concurrency: 1 });
    const { id } = await queue.add('test.any', {});
    await queue.add('test.any', {});
    await until(() => worker.running === 1, 'it to run');
    await here.kill();
    hanging.open();
    const from = performance.now();
    // The broker comes back only then.
    await worker.stop(100);
    assert.ok(performance.now() - from < 20_000, `${performance.now() - from} ms`);
    await here.restart();
    await until(() => apart.bus.status.isConnected, 'the connection to be back');
    await using _next = await apart.queues.startWorker(queue.name, () => 'again', { stalledIntervalMs: 1_000 });
    await untilState(queue, id, 'completed');
    await until(async () => (await apart.bus.streamStatus('JOBS')).messages === 0, 'all to be done');
  });

  test('of all queues of a process ends what it has added', async () => {
    const apart = await openQueueWorld(server.url);
    const queue = await apart.queues.open(freshName());
    const adding = Array.from({ length: 300 }, (_, n) => queue.add('test.numbered', { n }));
    await apart[Symbol.asyncDispose]();
    await Promise.all(adding);
    assert.equal(await waitingIn(await world.queues.get(queue.name)), 300);
  });
});

async function waitingIn(queue: JobQueue): Promise<number> {
  return (await queue.counts()).waiting;
}

describe('a pack of slow jobs', () => {
  test('is shared with other workers after a while, in which the first ones still run', async () => {
    const queue = await world.queues.open(freshName());
    const hanging = gate();
    const began = new Map<number, number>();
    const note = (n: number) => void began.set(n, performance.now());
    const slow = await world.queues.startWorker(
      queue.name,
      (job) => {
        note(numberOf(job));
        return hanging.wait();
      },
      { concurrency: 2 },
    );
    await addNumbers(queue, 40);
    await until(() => began.size === 2, 'two to run');
    await using _helper = await other.queues.startWorker(queue.name, (job) => note(numberOf(job)), { concurrency: 1 });
    await until(() => began.size === 40, 'the others to be done by another');
    assert.equal(slow.running, 2);
    // Long before the lease of a worker runs out that says nothing.
    const waitedMs = began.get(2)! - began.get(0)!;
    assert.ok(waitedMs < 10_000, `${waitedMs} ms`);
    assert.deepEqual(
      [...began.keys()],
      Array.from({ length: 40 }, (_, n) => n),
    );
    hanging.open();
    await slow.stop();
    assert.equal(await jobsIn(queue), 0);
  });

  test('does not keep a busy worker in front of an idle one', async () => {
    const queue = await world.queues.open(freshName());
    const hanging = gate();
    const busy = await world.queues.startWorker(queue.name, () => hanging.wait(), { concurrency: 1 });
    await queue.add('test.any', {});
    await until(() => busy.running === 1, 'it to be busy');
    const seen: number[] = [];
    await using _idle = await other.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    for (let n = 0; n < 10; n++) {
      await queue.add('test.numbered', { n });
      await until(() => seen.length === n + 1, 'the idle one');
    }
    const given = await world.bus.count('JOBLOG', `aw.test.out.${queue.name}.moved.>`, 1);
    assert.equal(given, 0, 'none has been in the hand of the busy one');
    hanging.open();
    await busy.stop();
  });
});
