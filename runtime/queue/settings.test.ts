import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { DEFAULT_SETTINGS, type QueueSettings } from './job.ts';

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

describe('pause', () => {
  test('lets no job begin anywhere once it has resolved, and leaves what runs alone', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 10_000 } });
    await using second = await openQueueWorld(server.url);
    await using third = await openQueueWorld(server.url);
    const begun: string[] = [];
    let isPaused = false;
    const late: string[] = [];
    const end = Promise.withResolvers<void>();
    const process = async (job: { readonly id: string; readonly type: string }) => {
      begun.push(job.id);
      if (isPaused) late.push(job.id);
      if (job.type === 'test.any') await end.promise;
    };
    const { id: long } = await queue.add('test.any', {});
    const workers = await Promise.all(
      [world, second, third].map((one) => one.queues.startWorker(queue.name, process, { concurrency: 2 })),
    );
    await until(() => begun.includes(long), 'the long one to begin');
    await queue.addBulk(numbered(2_000));
    await until(() => begun.length > 100, 'some to be done');
    const operator = await third.queues.get(queue.name);
    await operator.pause();
    isPaused = true;
    const before = begun.length;
    assert.equal((await queue.counts()).isPaused, true);
    await queue.addBulk(numbered(10));
    // Time for two words of every worker: who wanted to begin something would have.
    for (let n = 0; n < 20; n++) await operator.counts();
    end.resolve();
    await untilState(queue, long, 'completed');
    assert.deepEqual([late, begun.length], [[], before]);
    isPaused = false;
    await queue.resume();
    await until(() => begun.length === 2_011, 'all to be done');
    assert.equal(new Set(begun).size, 2_011);
    await Promise.all(workers.map((worker) => worker.stop()));
  });

  test('of workers that wait ends for the first of what came meanwhile, in the order of priorities', async () => {
    const queue = await world.queues.open(freshName());
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), {
      concurrency: 1,
    });
    await queue.pause();
    await queue.addBulk(
      Array.from({ length: 40 }, (_, n) => ({
        type: 'test.numbered',
        data: { n: 3 - (n % 4) },
        options: { priority: 3 - (n % 4) },
      })),
    );
    await queue.resume();
    await until(() => seen.length === 40, 'all to be done');
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
  });

  test('and resume at the same moment leave no job waiting for ever', async () => {
    const queue = await world.queues.open(freshName());
    let done = 0;
    await using _worker = await world.queues.startWorker(queue.name, () => void done++);
    for (let round = 1; round <= 10; round++) {
      await Promise.all([queue.pause(), queue.resume()]);
      if ((await queue.counts()).isPaused) await queue.resume();
      await queue.add('test.numbered', { n: round });
      await until(() => done === round, 'the job to be done');
    }
  });

  test('outlasts processes and the broker', async () => {
    const name = freshName();
    {
      await using first = await openQueueWorld(server.url);
      const queue = await first.queues.open(name);
      await queue.pause();
      await queue.addBulk(numbered(5));
    }
    await server.kill();
    await server.restart();
    await using later = await openQueueWorld(server.url);
    const queue = await later.queues.get(name);
    const seen: string[] = [];
    await using _worker = await later.queues.startWorker(name, (job) => void seen.push(job.id));
    const { waiting, isPaused } = await queue.counts();
    assert.deepEqual([waiting, isPaused], [5, true]);
    const other = await later.queues.open(freshName());
    await using _other = await later.queues.startWorker(other.name, () => undefined);
    await untilState(other, (await other.add('test.any', {})).id, 'completed');
    assert.deepEqual(seen, []);
    await queue.resume();
    await until(() => seen.length === 5, 'all to be done');
    const isBack = () => world.bus.streamStatus('JOBS').catch(() => undefined);
    await until(isBack, 'the others to be connected again');
  });

  test('may be asked for again and again, at once and by turns', async () => {
    const queue = await world.queues.open(freshName());
    await Promise.all([queue.pause(), queue.pause(), queue.pause()]);
    await queue.pause();
    assert.equal((await queue.counts()).isPaused, true);
    await Promise.all([queue.resume(), queue.resume()]);
    assert.equal((await queue.counts()).isPaused, false);
    const { id } = await queue.add('test.any', {});
    await using _worker = await world.queues.startWorker(queue.name, () => undefined);
    await untilState(queue, id, 'completed');
  });
});

describe('configure', () => {
  test('changes only what it is given, and loses nothing that others change at the same time', async () => {
    const queue = await world.queues.open(freshName(), { attempts: 5 });
    await using other = await openQueueWorld(server.url);
    const elsewhere = await other.queues.get(queue.name);
    assert.deepEqual(await queue.settings(), { ...DEFAULT_SETTINGS, attempts: 5 });
    const changes: readonly Partial<QueueSettings>[] = [
      { attempts: 6 },
      { backoff: { type: 'fixed', delayMs: 7, jitter: 0.5 } },
      { attemptTimeoutMs: 8 },
      { totalTimeoutMs: 9 },
      { completed: { count: 11, ageMs: 12 } },
      { failed: { count: 13 } },
      { globalConcurrency: 14 },
      { rateLimit: { max: 15, windowMs: 16 } },
    ];
    await Promise.all([
      ...changes.map((change, at) => (at % 2 === 0 ? queue : elsewhere).configure(change)),
      queue.pause(),
      elsewhere.add('test.any', {}, { priority: 4 }),
    ]);
    const expected = { ...DEFAULT_SETTINGS, ...Object.assign({}, ...changes) };
    for (const one of [queue, elsewhere]) {
      await until(async () => JSON.stringify(await one.settings()) === JSON.stringify({ ...expected }), 'all settings');
      await until(async () => {
        const { isPaused, byPriority } = await one.counts();
        return isPaused && JSON.stringify(byPriority) === JSON.stringify([{ priority: 4, waiting: 1 }]);
      }, 'the pause and the priority, of which it may hear after the settings');
    }
    assert.deepEqual(await elsewhere.configure({ globalConcurrency: null, rateLimit: null }), {
      ...expected,
      globalConcurrency: null,
      rateLimit: null,
    });
  });

  test('refuses bad settings and changes nothing', async () => {
    const queue = await world.queues.open(freshName());
    const bad: readonly unknown[] = [
      { attempts: 0 },
      { attempts: 1.5 },
      { attempts: '3' },
      { backoff: { type: 'linear', delayMs: 1 } },
      { backoff: { type: 'fixed', delayMs: -1 } },
      { attemptTimeoutMs: -1 },
      { completed: { count: -1 } },
      { completed: { count: 1, ageMs: Number.NaN } },
      { failed: { count: 1e9 } },
      { globalConcurrency: 0 },
      { rateLimit: { max: 0, windowMs: 1 } },
      { rateLimit: { max: 1, windowMs: 0 } },
      { types: 'test.any' },
      { types: [1] },
      { attempts: 2, globalConcurrency: -1 },
    ];
    for (const settings of bad) {
      const asked = queue.configure(settings as Partial<QueueSettings>);
      await assert.rejects(asked, { code: 'AW_JOB_OPTIONS_INVALID' }, JSON.stringify(settings));
    }
    assert.deepEqual(await queue.settings(), DEFAULT_SETTINGS);
  });

  test('holds at once for workers that run, in all processes', async () => {
    const queue = await world.queues.open(freshName(), {
      globalConcurrency: 1,
      backoff: { type: 'fixed', delayMs: 1 },
    });
    await using other = await openQueueWorld(server.url);
    let running = 0;
    let most = 0;
    const end = Promise.withResolvers<void>();
    const process = async (job: { readonly type: string }) => {
      if (job.type === 'test.any') throw new Error('always');
      most = Math.max(most, ++running);
      await end.promise;
      running--;
    };
    await using _one = await world.queues.startWorker(queue.name, process);
    await using _two = await other.queues.startWorker(queue.name, process);
    await queue.addBulk(numbered(30));
    await until(async () => (await queue.counts()).active === 1, 'one to run');
    await queue.configure({ globalConcurrency: 4 });
    await until(() => running === 4, 'four to run');
    assert.equal(most, 4);
    await queue.configure({ globalConcurrency: null, attempts: 2 });
    await until(() => running > 4, 'as many to run as like');
    end.resolve();
    const { id } = await queue.add('test.any', {});
    assert.equal((await untilState(queue, id, 'failed')).attemptsMade, 2);
    await queue.configure({ types: ['test.numbered'] });
    await assert.rejects(queue.add('test.any', {}), { code: 'AW_JOB_TYPE_UNKNOWN' });
  });

  test('and what is opened, added and done is seen by another process', async () => {
    await using other = await openQueueWorld(server.url);
    const name = freshName('seen');
    await assert.rejects(other.queues.get(name), { code: 'AW_QUEUE_UNKNOWN' });
    await world.queues.open(name, { attempts: 9 });
    const queue = await other.queues.get(name);
    assert.equal((await queue.settings()).attempts, 9);
    assert.ok((await other.queues.list()).includes(name));
    const { id } = await (await world.queues.get(name)).add('test.any', { x: 1 });
    assert.deepEqual((await queue.get(id))?.data, { x: 1 });
    await using _worker = await world.queues.startWorker(name, () => 1);
    await untilState(queue, id, 'completed');
    await queue.obliterate(name);
    await until(async () => !(await world.queues.list()).includes(name), 'it to be gone here');
  });
});
