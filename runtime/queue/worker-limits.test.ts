import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, openQueueWorld, type QueueWorld } from '../../test/harness/queue-world.ts';
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

const addNumbers = (queue: JobQueue, count: number) =>
  queue.addBulk(Array.from({ length: count }, (_, n) => ({ type: 'test.numbered', data: { n } })));

/** A processor that counts how many run at once. */
function counter() {
  const found = { now: 0, peak: 0, total: 0, startedAt: [] as number[] };
  const process = async () => {
    found.now++;
    found.total++;
    found.startedAt.push(performance.now());
    found.peak = Math.max(found.peak, found.now);
    await new Promise((resolve) => setImmediate(resolve));
    found.now--;
  };
  return { found, process };
}

describe('concurrency', () => {
  for (const concurrency of [1, 3, 10]) {
    test(`of ${concurrency} is reached and never exceeded`, async () => {
      const queue = await world.queues.open(freshName());
      const { found, process } = counter();
      await addNumbers(queue, 300);
      await using _worker = await world.queues.startWorker(queue.name, process, { concurrency });
      await until(() => found.total === 300 && found.now === 0, 'all');
      assert.equal(found.peak, concurrency);
    });
  }

  test('is ten where nobody says otherwise', async () => {
    const queue = await world.queues.open(freshName());
    const { found, process } = counter();
    await addNumbers(queue, 100);
    await using _worker = await world.queues.startWorker(queue.name, process);
    await until(() => found.total === 100 && found.now === 0, 'all');
    assert.equal(found.peak, 10);
  });

  test('that can not be is refused', async () => {
    for (const concurrency of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(
        world.queues.startWorker(freshName(), () => 1, { concurrency }),
        { code: 'AW_JOB_OPTIONS_INVALID' },
      );
    }
  });
});

describe('global concurrency', () => {
  for (const globalConcurrency of [1, 3]) {
    test(`of ${globalConcurrency} holds over two workers in two processes`, async () => {
      const queue = await world.queues.open(freshName(), { globalConcurrency });
      await other.queues.open(queue.name);
      const { found, process } = counter();
      await using _one = await world.queues.startWorker(queue.name, process, { concurrency: 10 });
      await using _two = await other.queues.startWorker(queue.name, process, { concurrency: 10 });
      await addNumbers(queue, 200);
      await until(() => found.total === 200 && found.now === 0, 'all');
      assert.ok(found.peak <= globalConcurrency, `${found.peak}`);
    });
  }

  test('is exceeded where there is none (control)', async () => {
    const queue = await world.queues.open(freshName());
    const { found, process } = counter();
    await addNumbers(queue, 200);
    await using _one = await world.queues.startWorker(queue.name, process, { concurrency: 10 });
    await using _two = await other.queues.startWorker(queue.name, process, { concurrency: 10 });
    await until(() => found.total === 200 && found.now === 0, 'all');
    assert.ok(found.peak > 3, `${found.peak}`);
  });
});

describe('a rate limit', () => {
  test('holds over two workers in two processes', async () => {
    const queue = await world.queues.open(freshName(), { rateLimit: { max: 10, windowMs: 500 } });
    await other.queues.open(queue.name);
    const { found, process } = counter();
    await using _one = await world.queues.startWorker(queue.name, process);
    await using _two = await other.queues.startWorker(queue.name, process);
    await addNumbers(queue, 35);
    await until(() => found.total === 35, 'all');
    // Fixed windows: 35 need four of them, of which the first and the last may be short.
    const lasted = found.startedAt.at(-1)! - found.startedAt[0]!;
    assert.ok(lasted >= 990, `${lasted} ms`);
    // No two windows' worth and more within less than one window.
    for (const [index, at] of found.startedAt.entries()) {
      const later = found.startedAt[index + 20];
      if (later !== undefined) assert.ok(later - at >= 490, `21 starts within ${later - at} ms`);
    }
  });
});
