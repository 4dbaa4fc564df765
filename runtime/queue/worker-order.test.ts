import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { NewJob } from './job.ts';

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

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe('priority', () => {
  test('0 to 9 start in exact order, over several packs and singles, first in first out within each', async () => {
    const queue = await world.queues.open(freshName());
    const jobs: NewJob[] = [];
    // Three packs of each class, added lowest first, and singles among them.
    for (const priority of [9, 3, 7, 0, 5, 1, 8, 2, 6, 4]) {
      for (const n of numbers(priority * 1_000, 150))
        jobs.push({ type: 'test.numbered', data: { n }, options: { priority } });
    }
    await queue.addBulk(jobs);
    for (const priority of [9, 0, 5]) {
      for (const n of numbers(priority * 1_000 + 150, 3)) {
        await queue.add('test.numbered', { n }, { priority, id: `single-${n}` });
      }
    }
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), {
      concurrency: 1,
    });
    await until(() => seen.length === 1_509, 'all jobs');
    assert.deepEqual(
      seen,
      [...seen].sort((one, other) => one - other),
    );
  });

  test('above 9 goes by the power of ten, first in first out within one', async () => {
    const queue = await world.queues.open(freshName());
    const added = [2_097_152, 1_000_000, 150_000, 99_999, 10_000, 1_000, 999, 100, 99, 10, 11, 9];
    for (const priority of added) await queue.add('test.numbered', { n: priority }, { priority });
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), {
      concurrency: 1,
    });
    await until(() => seen.length === added.length, 'all jobs');
    assert.deepEqual(seen, [9, 99, 10, 11, 999, 100, 1_000, 99_999, 10_000, 150_000, 2_097_152, 1_000_000]);
  });

  test('that comes in while others run goes first, and what a slow worker has in its hand does not pass it', async () => {
    const queue = await world.queues.open(freshName());
    const seen: number[] = [];
    const release: (() => void)[] = [];
    const run = (n: number) => {
      seen.push(n);
      return new Promise<void>((resolve) => release.push(resolve));
    };
    await using _worker = await world.queues.startWorker(queue.name, (job) => run(numberOf(job)), { concurrency: 2 });
    await queue.addBulk(
      numbers(500, 20).map((n) => ({ type: 'test.numbered', data: { n }, options: { priority: 5 } })),
    );
    await until(() => seen.length === 2, 'two to run');
    // What no slot is free for leaves the pack.
    await until(
      async () => (await world.bus.count('JOBS', `aw.test.job.${queue.name}.*.s.*`, 1)) === 18,
      'the rest to be given to all',
    );
    await queue.addBulk(
      numbers(100, 10).map((n) => ({ type: 'test.numbered', data: { n }, options: { priority: 1 } })),
    );
    while (seen.length < 30 || release.length > 0) {
      await until(() => release.length > 0 || seen.length === 30, 'the next to run');
      release.shift()?.();
    }
    // Whatever was in the hand before the first came: not more than there are slots.
    const late = seen.slice(2, 6).filter((n) => n >= 500);
    assert.ok(late.length <= 2, `${seen}`);
    assert.deepEqual(
      seen.filter((n) => n < 500),
      numbers(100, 10),
    );
    assert.deepEqual(
      seen.filter((n) => n >= 500),
      numbers(500, 20),
    );
  });
});

describe('first in first out', () => {
  test('holds over packs and singles of one class', async () => {
    const queue = await world.queues.open(freshName());
    for (const n of numbers(0, 200)) {
      await queue.add('test.numbered', { n }, n % 3 === 0 ? { id: `named-${n}` } : undefined);
    }
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), {
      concurrency: 1,
    });
    await until(() => seen.length === 200, 'all jobs');
    assert.deepEqual(seen, numbers(0, 200));
  });

  test('holds for what is added in one turn by several callers', async () => {
    const queue = await world.queues.open(freshName());
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), {
      concurrency: 1,
    });
    await Promise.all(numbers(0, 300).map((n) => queue.add('test.numbered', { n })));
    await until(() => seen.length === 300, 'all jobs');
    assert.deepEqual(seen, numbers(0, 300));
  });
});

describe('delay', () => {
  test('holds a job until its time, and says when that is', async () => {
    const queue = await world.queues.open(freshName());
    let startedAt = 0;
    await using _worker = await world.queues.startWorker(queue.name, () => {
      startedAt = Date.now();
    });
    const addedAt = Date.now();
    const later = await queue.add('test.any', {}, { delayMs: 600_000 });
    const { state, dueAt = 0 } = (await queue.get(later.id))!;
    assert.equal(state, 'delayed');
    assert.ok(dueAt >= addedAt + 600_000 && dueAt <= Date.now() + 600_000, `${dueAt - addedAt} ms`);
    await until(async () => {
      const from = Date.now();
      const { id } = await queue.add('test.any', {}, { delayMs: 400 });
      const stored = Date.now();
      await untilState(queue, id, 'completed');
      assert.ok(startedAt >= from + 400, `${startedAt - from} ms`);
      // A busy machine may be later, but not each time.
      return startedAt <= stored + 400 + 333;
    }, 'one to begin within a third of a second');
    assert.equal((await queue.get(later.id))?.state, 'delayed');
  });

  test('of many that are due together ends for all', async () => {
    const queue = await world.queues.open(freshName());
    const seen = new Map<string, number>();
    await using _worker = await world.queues.startWorker(
      queue.name,
      ({ id }) => void seen.set(id, (seen.get(id) ?? 0) + 1),
    );
    const addedAt = Date.now();
    const added = await queue.addBulk(
      numbers(0, 500).map((n) => ({ type: 'test.numbered', data: { n }, options: { delayMs: 500 } })),
    );
    assert.ok(seen.size === 0 || Date.now() >= addedAt + 500);
    await until(() => seen.size === 500, 'all to be done');
    assert.deepEqual([...seen.keys()].sort(), added.map(({ id }) => id).sort());
    assert.ok([...seen.values()].every((count) => count === 1));
  });

  test('keeps the priority', async () => {
    const queue = await world.queues.open(freshName());
    await queue.add('test.numbered', { n: 2 }, { delayMs: 100, priority: 4 });
    await queue.add('test.numbered', { n: 1 }, { delayMs: 100, priority: 2 });
    await until(async () => (await queue.counts()).waiting === 2, 'both to be due');
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)), {
      concurrency: 1,
    });
    await until(() => seen.length === 2, 'both');
    assert.deepEqual(seen, [1, 2]);
  });
});
