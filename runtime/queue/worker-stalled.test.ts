import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBlockingWorker } from '../../test/harness/blocking-worker.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { JobQueue, Worker, WorkerOptions } from './queue-api.ts';

/** A worker that falls silent, as one whose process has died or is paused, and what becomes of its jobs. */

const STALLED = { stalledIntervalMs: 300 } as const;
/** Leaves a worker on a busy machine time to say that it is there. */
const ALIVE = { stalledIntervalMs: 1_500 } as const;

let server: TestServer;
/** Its workers say nothing of what they work on. */
let silent: QueueWorld;
let world: QueueWorld;

before(async () => {
  server = await startTestServer();
  silent = await openQueueWorld(server.url, { isSilent: true });
  world = await openQueueWorld(server.url);
});

after(async () => {
  await silent[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const jobsIn = (queue: JobQueue) => world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1);

/** What hangs until the test lets it go. */
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

/** Starts a worker that falls silent over the next job that it gets. */
async function loseTo(
  queue: JobQueue,
  hang: () => Promise<unknown>,
  interval: Pick<WorkerOptions, 'stalledIntervalMs'> = STALLED,
): Promise<Worker> {
  let isRunning = false;
  const worker = await silent.queues.startWorker(
    queue.name,
    () => {
      isRunning = true;
      return hang();
    },
    { ...interval, concurrency: 1, maxStalledCount: 10 },
  );
  await until(() => isRunning, 'it to run');
  return worker;
}

/** Resolves when what workers that fall silent have had at the same time has come back, twice. */
async function twoIntervals(): Promise<void> {
  const queue = await silent.queues.open(freshName());
  const lost = gate();
  await using stack = new AsyncDisposableStack();
  const { id } = await queue.add('test.any', {});
  for (const _ of [1, 2]) stack.use(await loseTo(queue, lost.wait, ALIVE));
  stack.use(await world.queues.startWorker(queue.name, () => 1, ALIVE));
  stack.defer(lost.open);
  await untilState(queue, id, 'failed');
}

describe('a job of a silent worker', () => {
  for (const [form, options] of [
    ['a pack', undefined],
    ['a single', { id: 'named' }],
  ] as const) {
    test(`in ${form} is given to another after the interval, not before, and counts as stalled`, async () => {
      const queue = await silent.queues.open(freshName());
      const hanging = gate();
      const startedAt: number[] = [];
      const lost = await silent.queues.startWorker(
        queue.name,
        async (job) => {
          startedAt.push(performance.now());
          await hanging.wait();
          return `late ${job.id}`;
        },
        { ...STALLED, concurrency: 1 },
      );
      const addedAt = performance.now();
      const { id } = await queue.add('test.any', { a: 1 }, options);
      await until(() => startedAt.length === 1, 'it to run');
      await using _worker = await world.queues.startWorker(
        queue.name,
        (job) => {
          startedAt.push(performance.now());
          return [job.attempt, job.stalledCount, job.data];
        },
        STALLED,
      );
      const done = await untilState(queue, id, 'completed');
      assert.deepEqual(done.result?.data, [1, 1, { a: 1 }]);
      assert.ok(startedAt[1]! - addedAt >= 290, `${addedAt} ${startedAt}`);
      hanging.open();
      await lost.stop();
      assert.deepEqual((await queue.get(id))?.result?.data, [1, 1, { a: 1 }]);
      await until(async () => (await jobsIn(queue)) === 0, 'nothing to be left');
    });

    test(`in ${form} fails at the second time, with a code`, async () => {
      const queue = await silent.queues.open(freshName());
      const hanging = gate();
      const { id } = await queue.add('test.any', {}, options);
      await using stack = new AsyncDisposableStack();
      for (const _ of [1, 2]) stack.use(await loseTo(queue, hanging.wait));
      let runs = 0;
      stack.use(await world.queues.startWorker(queue.name, () => void runs++, STALLED));
      stack.defer(hanging.open);
      const failed = await untilState(queue, id, 'failed');
      assert.deepEqual([failed.failures.at(-1)?.code, failed.stalledCount], ['AW_JOB_STALLED', 2]);
      assert.equal(runs, 0);
    });

    test(`in ${form} may stall as often as the worker allows`, async () => {
      const queue = await silent.queues.open(freshName());
      const hanging = gate();
      const { id } = await queue.add('test.any', {}, options);
      await using stack = new AsyncDisposableStack();
      for (const _ of [1, 2, 3]) stack.use(await loseTo(queue, hanging.wait));
      stack.use(
        await world.queues.startWorker(queue.name, (job) => job.stalledCount, { ...STALLED, maxStalledCount: 3 }),
      );
      stack.defer(hanging.open);
      assert.equal((await untilState(queue, id, 'completed')).result?.data, 3);
    });
  }

  test('that ends late is refused with its effects, and those of the other count once', async () => {
    const queue = await silent.queues.open(freshName());
    const hanging = gate();
    let isRunning = false;
    const lost = await silent.queues.startWorker(
      queue.name,
      async (_job, ctx) => {
        isRunning = true;
        await hanging.wait();
        ctx.emit('counter.added', { by: 'late' }, { key: queue.name });
        return 'late';
      },
      { ...STALLED, concurrency: 1 },
    );
    const { id } = await queue.add('test.any', {});
    await until(() => isRunning, 'it to run');
    await using _worker = await world.queues.startWorker(
      queue.name,
      (_job, ctx) => {
        ctx.emit('counter.added', { by: 'second' }, { key: queue.name });
        return 'second';
      },
      STALLED,
    );
    await untilState(queue, id, 'completed');
    hanging.open();
    await lost.stop();
    assert.equal((await queue.get(id))?.result?.data, 'second');
    const records = await world.bus.page('JOBLOG', { from: 1, filter: `aw.test.out.${queue.name}.*.x.*`, limit: 10 });
    assert.equal(records.length, 1);
    assert.match(Buffer.from(records[0]!.body).toString(), /second/);
  });

  test('that can not be put on probation is let go of: others go on, and it is done elsewhere', async () => {
    await using refusing = await openQueueWorld(server.url);
    const { commit } = refusing.bus;
    let refused = 0;
    refusing.bus.commit = async (stream, messages) => {
      if (messages[0]?.subject.includes('.begun.') !== true) return commit(stream, messages);
      refused++;
      throw new AutoWeaveError('AW_BROKER_REFUSED', 'No');
    };
    const queue = await silent.queues.open(freshName());
    const hanging = gate();
    const { id } = await queue.add('test.any', {}, { id: 'suspect' });
    const lost = await loseTo(queue, hanging.wait);
    await using _refusing = await refusing.queues.startWorker(queue.name, () => 'here', STALLED);
    await until(() => refused > 0, 'the refusal');
    const { id: next } = await queue.add('test.any', {});
    assert.equal((await untilState(queue, next, 'completed')).result?.data, 'here');
    await using _worker = await world.queues.startWorker(queue.name, () => 'elsewhere', STALLED);
    assert.equal((await untilState(queue, id, 'completed')).result?.data, 'elsewhere');
    hanging.open();
    await lost.stop();
  });

  test('that fails late is not tried again', async () => {
    const queue = await silent.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 0 } });
    for (const options of [undefined, { id: 'named' }]) {
      const hanging = gate();
      let isRunning = false;
      const lost = await silent.queues.startWorker(
        queue.name,
        async () => {
          isRunning = true;
          await hanging.wait();
          throw new Error('late');
        },
        { ...STALLED, concurrency: 1 },
      );
      const { id } = await queue.add('test.any', {}, options);
      await until(() => isRunning, 'it to run');
      let runs = 0;
      const worker = await world.queues.startWorker(queue.name, () => void runs++, STALLED);
      await untilState(queue, id, 'completed');
      hanging.open();
      await lost.stop();
      await until(async () => (await jobsIn(queue)) === 0, 'nothing to be left');
      assert.equal(runs, 1);
      await worker.stop();
      const retried = await world.bus.count('JOBLOG', `aw.test.jev.${queue.name}.retrying.*`, 1);
      assert.equal(retried, 0);
    }
  });

  test('and the rest of its pack are each done once', async () => {
    const queue = await silent.queues.open(freshName());
    const hanging = gate();
    const lost = await silent.queues.startWorker(
      queue.name,
      async (job) => {
        // The first ones end; their outcomes stand.
        if (numberOf(job) >= 20) await hanging.wait();
        return 'first';
      },
      { ...STALLED, concurrency: 10 },
    );
    const added = await queue.addBulk(Array.from({ length: 60 }, (_, n) => ({ type: 'test.numbered', data: { n } })));
    await until(async () => (await queue.counts()).completed >= 10, 'the first ones');
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), STALLED);
    await until(async () => (await jobsIn(queue)) === 0, 'all to end');
    hanging.open();
    await lost.stop();
    assert.deepEqual(
      seen.sort((one, other) => one - other),
      Array.from({ length: 40 }, (_, index) => index + 20),
    );
    const states = await Promise.all(added.map(async ({ id }) => (await queue.get(id))?.state));
    assert.ok(states.every((state) => state === 'completed'));
    assert.equal((await queue.counts()).active, 0);
  });
});

describe('a worker that is alive', () => {
  test('keeps a job that lasts for several intervals', async () => {
    const queue = await world.queues.open(freshName());
    let runs = 0;
    let hasEnded = false;
    const hanging = gate();
    const process = async () => {
      runs++;
      await hanging.wait();
      hasEnded = true;
    };
    await using _one = await world.queues.startWorker(queue.name, process, ALIVE);
    await using _two = await world.queues.startWorker(queue.name, process, ALIVE);
    const { id } = await queue.add('test.any', {});
    await until(() => runs === 1, 'it to run');
    await twoIntervals();
    assert.equal(runs, 1);
    hanging.open();
    await untilState(queue, id, 'completed');
    assert.ok(hasEnded);
  });

  for (const [isSilent, what] of [
    [false, 'keeps a job whose processor blocks the thread for longer than the interval'],
    [true, 'loses such a job without a thread that says that it is alive (control)'],
  ] as const) {
    test(what, async () => {
      const queue = await world.queues.open(freshName());
      await using blocking = await startBlockingWorker({
        url: server.url,
        queue: queue.name,
        isSilent,
        ...ALIVE,
      });
      const { id } = await queue.add('test.any', {});
      await blocking.whenBlocked();
      let runs = 0;
      const take = () => {
        runs++;
        return 'taken';
      };
      await using _other = await world.queues.startWorker(queue.name, take, ALIVE);
      // A silent one is let go when the other has its job, one that is not when it should have lost it long ago.
      if (isSilent) await untilState(queue, id, 'completed');
      else await twoIntervals();
      blocking.release();
      const done = await untilState(queue, id, 'completed');
      assert.deepEqual([done.result?.data, runs], isSilent ? ['taken', 1] : ['blocked', 0]);
    });
  }

  test('keeps what it has for a class that came to be after it had started', async () => {
    const queue = await world.queues.open(freshName());
    const hanging = gate();
    let runs = 0;
    const lost = await silent.queues.startWorker(queue.name, () => hanging.wait(), { ...STALLED, concurrency: 1 });
    const { id } = await queue.add('test.any', {}, { priority: 7 });
    await until(async () => (await queue.counts()).active === 1, 'it to run');
    await using _worker = await world.queues.startWorker(queue.name, () => void runs++, STALLED);
    await untilState(queue, id, 'completed');
    assert.equal(runs, 1);
    hanging.open();
    await lost.stop();
  });
});
