import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { JobState, JobSummary } from './job.ts';
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

async function listAll(
  queue: JobQueue,
  state: JobState,
  first: number,
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<readonly JobSummary[]> {
  const found: JobSummary[] = [];
  let after: string | undefined;
  let count = 0;
  do {
    const page = await queue.list(state, { first, ...(after === undefined ? {} : { after }) });
    assert.ok(page.jobs.length <= first);
    found.push(...page.jobs);
    after = page.next;
    await between(++count);
    assert.ok(count < 1_000, 'the pages come to an end');
  } while (after !== undefined);
  return found;
}

const idsOf = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);

describe('list', () => {
  test('gives waiting ones over packs, singles and priorities in the order in which they start', async () => {
    const queue = await world.queues.open(freshName());
    const low = idsOf(await queue.addBulk(numbered(70, { priority: 5 })));
    const normal = idsOf(await queue.addBulk(numbered(70)));
    const named = idsOf(
      await queue.addBulk([1, 2, 3].map((n) => ({ type: 'test.any', data: {}, options: { id: `n${n}` } }))),
    );
    const lifo: string[] = [];
    for (let n = 0; n < 5; n++) lifo.unshift((await queue.add('test.any', {}, { isLifo: true })).id);
    const expected = [...lifo, ...normal, ...named, ...low];
    for (const first of [7, 64, 1_000]) {
      assert.deepEqual(idsOf(await listAll(queue, 'waiting', first)), expected, `pages of ${first}`);
    }
    assert.deepEqual(idsOf((await queue.list('waiting', { first: 2 })).jobs), lifo.slice(0, 2));
    const seen: string[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(job.id), {
      concurrency: 1,
    });
    await until(() => seen.length === expected.length, 'all to be done');
    // A worker moves LIFO jobs to the front while it takes the others already.
    assert.deepEqual(
      seen.filter((id) => !lifo.includes(id)),
      expected.slice(5),
    );
  });

  test('of waiting ones has neither duplicates nor holes while jobs are added and done', async () => {
    const queue = await world.queues.open(freshName());
    const ids = idsOf(await queue.addBulk(numbered(200)));
    const begun: string[] = [];
    let end = Promise.withResolvers<void>();
    const worker = await world.queues.startWorker(
      queue.name,
      async (job) => {
        begun.push(job.id);
        await end.promise;
      },
      { concurrency: 5 },
    );
    await until(() => begun.length === 5, 'the first to begin');
    const listed = await listAll(queue, 'waiting', 30, async (page) => {
      if (page > 3) return;
      await queue.addBulk(numbered(3));
      const before = begun.length;
      const last = end;
      end = Promise.withResolvers();
      last.resolve();
      await until(() => begun.length > before, 'others to begin');
    });
    const found = idsOf(listed);
    assert.equal(new Set(found).size, found.length, 'no duplicates');
    const missing = ids.filter((id) => !found.includes(id) && !begun.includes(id));
    assert.deepEqual(missing, []);
    end.resolve();
    await worker.stop();
  });

  test('of waiting ones leaves out those that begin just then', async () => {
    const queue = await world.queues.open(freshName());
    await queue.addBulk(numbered(3));
    await using other = await openQueueWorld(server.url);
    const lister = await other.queues.get(queue.name);
    const { page } = other.bus;
    const over = Promise.withResolvers<void>();
    let isStarted = false;
    other.bus.page = async (stream, options) => {
      const found = await page(stream, options);
      if (stream === 'JOBS' && found.length > 0 && !isStarted) {
        isStarted = true;
        await world.queues.startWorker(queue.name, () => over.promise, { concurrency: 2 });
        await until(async () => (await lister.counts()).active === 2, 'two to run');
      }
      return found;
    };
    const { jobs } = await lister.list('waiting');
    assert.deepEqual(
      jobs.map(({ state }) => state),
      ['waiting'],
    );
    over.resolve();
  });

  test('gives delayed and active ones by page', async () => {
    const queue = await world.queues.open(freshName());
    const delayed = idsOf(await queue.addBulk(numbered(12, { delayMs: 600_000 })));
    assert.deepEqual(idsOf(await listAll(queue, 'delayed', 5)), delayed);
    const active = idsOf(await queue.addBulk(numbered(9)));
    const ends = new Map<string, () => void>();
    const worker = await world.queues.startWorker(
      queue.name,
      (job) => new Promise<void>((resolve) => ends.set(job.id, resolve)),
      { concurrency: 9 },
    );
    await until(async () => (await queue.counts()).active === 9, 'all to run');
    assert.deepEqual(idsOf(await listAll(queue, 'active', 4)), active);
    // Those that the cursor names end between two pages.
    const found = await listAll(queue, 'active', 3, async (page) => {
      if (page > 1) return;
      ends.get(active[2]!)?.();
      await until(async () => (await queue.counts()).active === 8, 'one to end');
    });
    assert.deepEqual(idsOf(found), active);
    for (const end of ends.values()) end();
    await worker.stop();
  });

  test('gives completed and failed ones newest first, also while more come', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 30 }, failed: { count: 100 } });
    await using _worker = await world.queues.startWorker(
      queue.name,
      (job) => {
        if (numberOf(job) % 2 === 1) throw new Error('odd');
      },
      { concurrency: 1 },
    );
    const added = idsOf(await queue.addBulk(numbered(40, { attempts: 1 })));
    await until(async () => (await queue.counts()).failed === 20, 'all to have ended');
    const even = added.filter((_, n) => n % 2 === 0).reverse();
    const odd = added.filter((_, n) => n % 2 === 1).reverse();
    assert.deepEqual(idsOf(await listAll(queue, 'completed', 7)), even);
    assert.deepEqual(idsOf(await listAll(queue, 'failed', 7)), odd);
    const more = async (page: number) => {
      if (page > 2) return;
      const [first, second] = await queue.addBulk(numbered(2, { attempts: 1 }));
      await untilState(queue, first!.id, 'completed');
      await untilState(queue, second!.id, 'failed');
    };
    assert.deepEqual(idsOf(await listAll(queue, 'failed', 7, more)), odd);
    const completed = idsOf(await listAll(queue, 'completed', 7, more));
    assert.equal(new Set(completed).size, completed.length);
    assert.deepEqual(completed.slice(-20), even);
  });

  test('of completed ones goes on where it was when those it named are no longer kept', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 4 } });
    await using _worker = await world.queues.startWorker(queue.name, () => undefined);
    await queue.addBulk(numbered(4));
    await until(async () => (await queue.counts()).completed === 4, 'all to be done');
    const { next } = await queue.list('completed', { first: 2 });
    const later = idsOf(await queue.addBulk(numbered(4)));
    for (const id of later) await untilState(queue, id, 'completed');
    const page = await queue.list('completed', { first: 4, after: next ?? '' });
    assert.deepEqual(
      page.jobs.filter(({ id }) => later.includes(id)),
      [],
    );
  });

  test('refuses what is no cursor and no size', async () => {
    const queue = await world.queues.open(freshName());
    for (const state of ['waiting', 'delayed', 'active', 'completed', 'failed'] as const) {
      for (const after of ['?', 'r0.x.1', 'zz.1.1', '']) {
        await assert.rejects(queue.list(state, { after }), { code: 'AW_ARGUMENT_INVALID' }, `${state} ${after}`);
      }
      for (const first of [0, -1, 1.5, 1_001, Number.NaN]) {
        await assert.rejects(queue.list(state, { first }), { code: 'AW_ARGUMENT_INVALID' });
      }
    }
    await assert.rejects(queue.list('strange' as JobState), { code: 'AW_ARGUMENT_INVALID' });
  });
});
