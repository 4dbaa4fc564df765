import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { JobOptions, NewJob } from './job.ts';

let server: TestServer;
let world: QueueWorld;
/** Another process. */
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

const numbered = (n: number, options?: JobOptions): NewJob => ({
  type: 'test.numbered',
  data: { n },
  ...(options === undefined ? {} : { options }),
});
const manyNumbered = (count: number) => Array.from({ length: count }, (_, n) => numbered(n));
const jobsIn = (name: string) => world.bus.count('JOBS', `aw.test.job.${name}.>`, 1);

describe('bad input', () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const cases: readonly (readonly [what: string, type: string, data: unknown, code: string])[] = [
    ['a cycle', 'test.any', cyclic, 'AW_JOB_NOT_JSON'],
    ['a BigInt', 'test.any', { n: 1n }, 'AW_JOB_NOT_JSON'],
    ['undefined', 'test.any', undefined, 'AW_JOB_NOT_JSON'],
    ['a function', 'test.any', () => 1, 'AW_JOB_NOT_JSON'],
    ['a symbol', 'test.any', Symbol('x'), 'AW_JOB_NOT_JSON'],
    ['data against its schema', 'test.numbered', { n: 'one' }, 'AW_DATA_INVALID'],
    ['data with more than its schema knows', 'test.numbered', { n: 1, m: 2 }, 'AW_DATA_INVALID'],
    ['null where an object is wanted', 'test.any', null, 'AW_DATA_INVALID'],
    ['an unknown type', 'test.unknown', {}, 'AW_JOB_TYPE_UNKNOWN'],
    ['a type that every object has', 'constructor', {}, 'AW_JOB_TYPE_UNKNOWN'],
    ['no type', undefined as unknown as string, {}, 'AW_JOB_TYPE_UNKNOWN'],
    ['data over the limit', 'test.any', { long: 'x'.repeat(1024 * 1024) }, 'AW_MESSAGE_TOO_LARGE'],
    ['data over the limit in bytes', 'test.any', { long: '…'.repeat(100 * 1024) }, 'AW_MESSAGE_TOO_LARGE'],
  ];
  for (const [what, type, data, code] of cases) {
    test(`add refuses ${what}, alone and in bulk, and stores nothing`, async () => {
      const queue = await world.queues.open(freshName());
      await assert.rejects(queue.add(type, data), { code });
      await assert.rejects(queue.addBulk([numbered(1), { type, data }, numbered(2)]), { code });
      assert.equal(await jobsIn(queue.name), 0);
    });
  }

  const badOptions: readonly (readonly [what: string, options: object])[] = [
    ['a negative delay', { delayMs: -1 }],
    ['a delay that is no number', { delayMs: Number.NaN }],
    ['an endless delay', { delayMs: Number.POSITIVE_INFINITY }],
    ['a delay as text', { delayMs: '5' }],
    ['a delay of ten years', { delayMs: 10 * 366 * 24 * 3_600_000 }],
    ['a negative priority', { priority: -1 }],
    ['a priority of a half', { priority: 0.5 }],
    ['a priority beyond the largest', { priority: 2_097_153 }],
    ['no attempts', { attempts: 0 }],
    ['a negative time-out', { attemptTimeoutMs: -1 }],
    ['a total time-out that is no number', { totalTimeoutMs: Number.NaN }],
    ['an unknown back-off', { backoff: { type: 'linear', delayMs: 1 } }],
    ['a back-off without a delay', { backoff: { type: 'fixed' } }],
    ['a negative back-off', { backoff: { type: 'exponential', delayMs: -5 } }],
    ['a jitter above one', { backoff: { type: 'fixed', delayMs: 5, jitter: 1.5 } }],
    ['a custom back-off without a name', { backoff: { type: 'custom' } }],
    ['a custom back-off with a bad delay', { backoff: { type: 'custom', name: 'mine', delayMs: 'soon' } }],
    ['a back-off that is nothing', { backoff: null }],
    ['an empty id', { id: '' }],
    ['an id that is too long', { id: 'x'.repeat(201) }],
    ['an id whose bytes are too many', { id: '…'.repeat(190) }],
    ['an id of the form that is given here', { id: '3f2k~7' }],
    ['an id that is no text', { id: 7 }],
    ['half a character as id', { id: '\ud800' }],
    ['LIFO with a priority', { isLifo: true, priority: 3 }],
    ['an id beside deduplication', { id: 'a', deduplicate: { mode: 'simple', id: 'b' } }],
    ['an unknown deduplication', { deduplicate: { mode: 'sometimes', id: 'b' } }],
    ['a throttle without a time', { deduplicate: { mode: 'throttle', id: 'b' } }],
    ['a debounce with a delay of its own', { delayMs: 5, deduplicate: { mode: 'debounce', id: 'b', ttlMs: 5 } }],
    ['a deduplication without an id', { deduplicate: { mode: 'simple' } }],
  ];
  for (const [what, options] of badOptions) {
    test(`add refuses ${what}`, async () => {
      const queue = await world.queues.open(freshName());
      await assert.rejects(queue.add('test.any', {}, options as JobOptions), { code: 'AW_JOB_OPTIONS_INVALID' });
      await assert.rejects(
        queue.addBulk([numbered(1), { type: 'test.any', data: {}, options: options as JobOptions }]),
        {
          code: 'AW_JOB_OPTIONS_INVALID',
        },
      );
      assert.equal(await jobsIn(queue.name), 0);
    });
  }

  for (const name of ['', 'Upper', 'a.b', 'a b', '*', '>', '-x', '9x', 'x'.repeat(64), '../x', 'ä']) {
    test(`open refuses "${name.slice(0, 12)}" as the name of a queue`, async () => {
      await assert.rejects(world.queues.open(name), { code: 'AW_NAME_INVALID' });
      await assert.rejects(world.queues.get(name), { code: 'AW_NAME_INVALID' });
      await assert.rejects(
        world.queues.startWorker(name, () => 1),
        { code: 'AW_NAME_INVALID' },
      );
    });
  }

  test('get refuses a queue that there is not', async () => {
    await assert.rejects(world.queues.get('nowhere'), { code: 'AW_QUEUE_UNKNOWN' });
  });

  test('open refuses bad settings', async () => {
    for (const settings of [{ attempts: 0 }, { globalConcurrency: 0 }, { rateLimit: { max: 0, windowMs: 1 } }]) {
      await assert.rejects(world.queues.open(freshName(), settings), { code: 'AW_JOB_OPTIONS_INVALID' });
    }
  });

  test('a queue takes only the types of its settings', async () => {
    const queue = await world.queues.open(freshName(), { types: ['test.numbered'] });
    await assert.rejects(queue.add('test.any', {}), { code: 'AW_JOB_TYPE_UNKNOWN' });
    await queue.add('test.numbered', { n: 1 });
  });

  test('data just below the limit is taken, done and given back', async () => {
    const queue = await world.queues.open(freshName());
    const long = 'x'.repeat(world.bus.maxBodyBytes - 2_048);
    const { id } = await queue.add('test.any', { long });
    await using _worker = await world.queues.startWorker(
      queue.name,
      (job) => (job.data as { long: string }).long.length,
    );
    assert.equal((await untilState(queue, id, 'completed')).result?.data, long.length);
  });
});

describe('an id by the caller', () => {
  test('lets no second job in while the first waits, runs or has completed', async () => {
    const queue = await world.queues.open(freshName());
    const options = { id: 'order 7/ä' };
    assert.deepEqual(await queue.add('test.numbered', { n: 1 }, options), { id: options.id, isDuplicate: false });
    assert.deepEqual(await queue.add('test.numbered', { n: 2 }, options), { id: options.id, isDuplicate: true });
    let release = () => {};
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, async (job) => {
      seen.push(numberOf(job));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await until(() => seen.length === 1, 'it to run');
    assert.equal((await queue.add('test.numbered', { n: 3 }, options)).isDuplicate, true);
    release();
    await untilState(queue, options.id, 'completed');
    assert.equal((await queue.add('test.numbered', { n: 4 }, options)).isDuplicate, true);
    assert.deepEqual(seen, [1]);
  });

  test('is free again once its job was removed or cancelled', async () => {
    const queue = await world.queues.open(freshName());
    await queue.add('test.numbered', { n: 1 }, { id: 'a' });
    await queue.remove('a');
    assert.equal((await queue.add('test.numbered', { n: 2 }, { id: 'a' })).isDuplicate, false);
    await queue.cancel('a');
    assert.equal((await queue.add('test.numbered', { n: 3 }, { id: 'a' })).isDuplicate, false);
    await using _worker = await world.queues.startWorker(queue.name, numberOf);
    assert.equal((await untilState(queue, 'a', 'completed')).result?.data, 3);
    await queue.remove('a');
    assert.equal((await queue.add('test.numbered', { n: 4 }, { id: 'a' })).isDuplicate, false);
    assert.equal((await untilState(queue, 'a', 'completed')).result?.data, 4);
  });

  test('holds while the job is delayed, and when it has failed', async () => {
    const queue = await world.queues.open(freshName());
    await queue.add('test.any', {}, { id: 'late', delayMs: 100_000 });
    assert.equal((await queue.add('test.any', {}, { id: 'late' })).isDuplicate, true);
    await queue.add('test.any', {}, { id: 'bad', attempts: 1 });
    await using _worker = await world.queues.startWorker(queue.name, () => {
      throw new Error('bad');
    });
    await untilState(queue, 'bad', 'failed');
    assert.equal((await queue.add('test.any', {}, { id: 'bad' })).isDuplicate, true);
  });

  test('lets one of many in that are added at once from two processes', async () => {
    const queue = await world.queues.open(freshName());
    const there = await other.queues.open(queue.name);
    const added = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 ? queue : there).add('test.numbered', { n }, { id: 'only' })),
    );
    assert.equal(added.filter(({ isDuplicate }) => !isDuplicate).length, 1);
    assert.equal(await jobsIn(queue.name), 1);
  });

  test('is the same in another queue', async () => {
    const [one, two] = [await world.queues.open(freshName()), await world.queues.open(freshName())];
    assert.equal((await one.add('test.any', {}, { id: 'same' })).isDuplicate, false);
    assert.equal((await two.add('test.any', {}, { id: 'same' })).isDuplicate, false);
  });
});

describe('deduplication', () => {
  test('simple ignores the new one as long as the first is there, and takes it afterwards', async () => {
    const queue = await world.queues.open(freshName());
    const options: JobOptions = { deduplicate: { mode: 'simple', id: 'k' } };
    assert.equal((await queue.add('test.numbered', { n: 1 }, options)).isDuplicate, false);
    assert.equal((await queue.add('test.numbered', { n: 2 }, options)).isDuplicate, true);
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    await until(async () => (await jobsIn(queue.name)) === 0, 'it to be done');
    assert.equal((await queue.add('test.numbered', { n: 3 }, options)).isDuplicate, false);
    await until(() => seen.length === 2, 'the second');
    assert.deepEqual(seen, [1, 3]);
  });

  test('simple lets one of many in at once from two processes', async () => {
    const queue = await world.queues.open(freshName());
    const there = await other.queues.open(queue.name);
    const added = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 ? queue : there).add('test.numbered', { n }, { deduplicate: { mode: 'simple', id: 'k' } }),
      ),
    );
    assert.equal(added.filter(({ isDuplicate }) => !isDuplicate).length, 1);
    assert.equal(await jobsIn(queue.name), 1);
  });

  test('throttle ignores for its time, also when the first is done, and not for longer', async () => {
    const queue = await world.queues.open(freshName());
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    const options: JobOptions = { deduplicate: { mode: 'throttle', id: 'k', ttlMs: 700 } };
    const from = performance.now();
    const first = await queue.add('test.numbered', { n: 1 }, options);
    await untilState(queue, first.id, 'completed');
    const second = await queue.add('test.numbered', { n: 2 }, options);
    if (performance.now() - from < 600) assert.deepEqual(second, { id: first.id, isDuplicate: true });
    await until(
      async () => !(await queue.add('test.numbered', { n: 3 }, options)).isDuplicate,
      'the next to be let in',
    );
    assert.ok(performance.now() - from >= 690, `${performance.now() - from} ms`);
    await until(() => seen.length === 2, 'the next to be done');
    assert.deepEqual(seen, [1, 3]);
  });

  test('throttle lets one of many in at once from two processes', async () => {
    const queue = await world.queues.open(freshName());
    const there = await other.queues.open(queue.name);
    const added = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 ? queue : there).add(
          'test.numbered',
          { n },
          { deduplicate: { mode: 'throttle', id: 'k', ttlMs: 60_000 } },
        ),
      ),
    );
    assert.equal(added.filter(({ isDuplicate }) => !isDuplicate).length, 1);
    assert.equal(new Set(added.map(({ id }) => id)).size, 1);
    assert.equal(await jobsIn(queue.name), 1);
  });

  test('throttle stores the job of somebody who died between the marker and the job', async () => {
    const queue = await world.queues.open(freshName());
    const marker = Buffer.from(JSON.stringify({ id: 'orphan', ttlMs: 60_000 }));
    await world.bus.commit('CONTROL', [{ subject: `aw.test.dedup.${queue.name}.k`, body: marker }]);
    const options: JobOptions = { deduplicate: { mode: 'throttle', id: 'k', ttlMs: 60_000 } };
    assert.deepEqual(await queue.add('test.numbered', { n: 1 }, options), { id: 'orphan', isDuplicate: false });
    assert.deepEqual(await queue.add('test.numbered', { n: 2 }, options), { id: 'orphan', isDuplicate: true });
    assert.equal(await jobsIn(queue.name), 1);
  });

  test('debounce runs the last one, its time after it was added', async () => {
    const queue = await world.queues.open(freshName());
    const seen: { n: number; at: number }[] = [];
    await using _worker = await world.queues.startWorker(
      queue.name,
      (job) => void seen.push({ n: numberOf(job), at: Date.now() }),
    );
    const within = (ttlMs: number): JobOptions => ({ deduplicate: { mode: 'debounce', id: 'k', ttlMs } });
    for (let n = 1; n <= 4; n++) await queue.add('test.numbered', { n }, within(600_000));
    const last = Date.now();
    await queue.add('test.numbered', { n: 5 }, within(400));
    await until(() => seen.length > 0, 'the last');
    assert.equal(seen[0]!.n, 5);
    assert.ok(seen[0]!.at >= last + 390, `${seen[0]!.at - last} ms`);
    await until(async () => (await jobsIn(queue.name)) === 0, 'all to be gone');
    assert.equal(seen.length, 1);
    await queue.add('test.numbered', { n: 6 }, within(400));
    await until(() => seen.length === 2, 'one of another burst');
  });

  test('replace takes the place of what waits', async () => {
    const queue = await world.queues.open(freshName());
    const options: JobOptions = { deduplicate: { mode: 'replace', id: 'k' } };
    for (let n = 1; n <= 4; n++) await queue.add('test.numbered', { n }, options);
    assert.equal(await jobsIn(queue.name), 1);
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    await until(() => seen.length > 0, 'it to be done');
    assert.deepEqual(seen, [4]);
  });

  test('replace takes the place of what is delayed, which never comes then', async () => {
    const queue = await world.queues.open(freshName());
    const deduplicate = { mode: 'replace', id: 'k' } as const;
    await queue.add('test.numbered', { n: 1 }, { deduplicate, delayMs: 300 });
    await queue.add('test.numbered', { n: 2 }, { deduplicate, priority: 3 });
    await queue.add('test.numbered', { n: 3 }, { deduplicate, delayMs: 400 });
    assert.equal(await jobsIn(queue.name), 1);
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    // Due after all of them: the server puts nothing out of order.
    const after = await queue.add('test.numbered', { n: 9 }, { delayMs: 900 });
    await untilState(queue, after.id, 'completed');
    assert.deepEqual(seen, [3, 9]);
  });

  test('replace leaves what runs alone, however many do, and goes on replacing what waits', async () => {
    const queue = await world.queues.open(freshName());
    const options: JobOptions = { deduplicate: { mode: 'replace', id: 'k' } };
    const seen: number[] = [];
    const release: (() => void)[] = [];
    await using _worker = await world.queues.startWorker(
      queue.name,
      (job) => {
        seen.push(numberOf(job));
        return new Promise<void>((resolve) => release.push(resolve));
      },
      { concurrency: 5 },
    );
    for (let n = 1; n <= 5; n++) {
      await queue.add('test.numbered', { n }, options);
      await until(() => seen.length === n, `job ${n} to run`);
    }
    for (let n = 6; n <= 9; n++) await queue.add('test.numbered', { n }, options);
    assert.equal(await jobsIn(queue.name), 6);
    for (const one of release.splice(0)) one();
    await until(() => seen.length === 6, 'the last of those that wait');
    for (const one of release.splice(0)) one();
    await until(async () => (await jobsIn(queue.name)) === 0, 'all to be done');
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 9]);
  });

  test('replace leaves one waiting of many that are added at once from two processes, and none is acknowledged in vain', async () => {
    const queue = await world.queues.open(freshName());
    const there = await other.queues.open(queue.name);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        (n % 2 ? queue : there).add('test.numbered', { n }, { deduplicate: { mode: 'replace', id: 'k' } }),
      ),
    );
    assert.equal(await jobsIn(queue.name), 1);
  });

  test('replace leaves a job of another kind alone whose id is like its own', async () => {
    const queue = await world.queues.open(freshName());
    await queue.add('test.numbered', { n: 1 }, { id: 'k+' });
    await queue.add('test.numbered', { n: 2 }, { deduplicate: { mode: 'replace', id: 'k' } });
    assert.equal(await jobsIn(queue.name), 2);
  });
});

describe('addBulk', () => {
  test('gives an id for each, in order, over more than a thousand', async () => {
    const queue = await world.queues.open(freshName());
    const added = await queue.addBulk(manyNumbered(2_345));
    assert.equal(new Set(added.map(({ id }) => id)).size, 2_345);
    const seen: string[] = [];
    await using _worker = await world.queues.startWorker(queue.name, ({ id }) => void seen.push(id), {
      concurrency: 1,
    });
    await until(() => seen.length === 2_345, 'all to be done');
    assert.deepEqual(
      seen,
      added.map(({ id }) => id),
    );
  });

  test('of nothing adds nothing', async () => {
    const queue = await world.queues.open(freshName());
    assert.deepEqual(await queue.addBulk([]), []);
  });

  test('tells duplicates in it, and of what is there', async () => {
    const queue = await world.queues.open(freshName());
    await queue.add('test.numbered', { n: 0 }, { id: 'there' });
    const added = await queue.addBulk([
      numbered(1, { id: 'a' }),
      numbered(2),
      numbered(3, { id: 'a' }),
      numbered(4, { id: 'there' }),
      numbered(5, { deduplicate: { mode: 'simple', id: 'd' } }),
      numbered(6, { deduplicate: { mode: 'simple', id: 'd' } }),
    ]);
    assert.deepEqual(
      added.map(({ isDuplicate }) => isDuplicate),
      [false, false, true, true, false, true],
    );
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    await until(async () => (await jobsIn(queue.name)) === 0, 'all to be done');
    assert.deepEqual(
      seen.sort((one, two) => one - two),
      [0, 1, 2, 5],
    );
  });

  test('takes priorities, delays and ids together, and each is found under its id', async () => {
    const queue = await world.queues.open(freshName());
    const jobs = Array.from({ length: 400 }, (_, n) =>
      numbered(
        n,
        n % 5 === 0
          ? { priority: n % 10 }
          : n % 5 === 1
            ? { delayMs: 100_000 }
            : n % 5 === 2
              ? { id: `id-${n}` }
              : undefined,
      ),
    );
    const added = await queue.addBulk(jobs);
    const found = await Promise.all(added.map(({ id }) => queue.get(id)));
    assert.deepEqual(
      found.map((job) => [(job as { data: { n: number } }).data.n, job?.state]),
      jobs.map((_, n) => [n, n % 5 === 1 ? 'delayed' : 'waiting']),
    );
  });

  test('of large data keeps packs within bounds', async () => {
    const queue = await world.queues.open(freshName());
    const long = 'x'.repeat(50 * 1024);
    const added = await queue.addBulk(Array.from({ length: 100 }, (_, n) => ({ type: 'test.any', data: { n, long } })));
    const seen = new Set<string>();
    await using _worker = await world.queues.startWorker(queue.name, ({ id }) => void seen.add(id));
    await until(() => seen.size === added.length, 'all to be done');
  });
});
