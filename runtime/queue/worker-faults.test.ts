import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import {
  freshName,
  numberOf,
  openQueueWorld,
  QUEUE_TENANT,
  type QueueWorld,
  untilState,
} from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { encodeSingle } from '../message/job-message.ts';
import { noInstruments } from '../telemetry/instruments.ts';
import type { JobQueue, Processor } from './queue-api.ts';

/** What a processor, its data or a stranger may do wrong: the job comes to a stated end, and all others go on. */

let server: TestServer;
let world: QueueWorld;
const surprises: unknown[] = [];
const noteSurprise = (error: unknown) => void surprises.push(error);

before(async () => {
  process.on('unhandledRejection', noteSurprise);
  process.on('uncaughtException', noteSurprise);
  server = await startTestServer();
  world = await openQueueWorld(server.url);
});

after(async () => {
  await world[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  process.off('unhandledRejection', noteSurprise);
  process.off('uncaughtException', noteSurprise);
  assert.deepEqual(surprises, []);
});

const cyclic = (): object => {
  const found: { self?: unknown } = {};
  found.self = found;
  return found;
};

/** One job of a processor, and one after it that shows that the worker goes on. */
async function runOne(process: Processor, options: { readonly attempts?: number } = {}) {
  const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 0 } });
  const worker = await world.queues.startWorker(
    queue.name,
    (job, ctx) => (numberOf(job) === 0 ? process(job, ctx) : 'fine'),
    { concurrency: 1 },
  );
  const { id } = await queue.add('test.numbered', { n: 0 }, { attempts: 1, ...options });
  const next = await queue.add('test.numbered', { n: 1 });
  await untilState(queue, next.id, 'completed');
  return { queue, id, worker };
}

async function ended(queue: JobQueue, id: string) {
  return until(async () => {
    const job = await queue.get(id);
    return job?.state === 'failed' || job?.state === 'completed' ? job : undefined;
  }, `${id} to end`);
}

describe('a result', () => {
  const bad: readonly (readonly [what: string, give: () => unknown])[] = [
    ['a cycle', cyclic],
    ['a BigInt', () => 1n],
    ['an object whose toJSON throws', () => ({ toJSON: () => assert.fail('no') })],
    ['more than the limit', () => 'x'.repeat(world.bus.maxBodyBytes + 1)],
    ['more bytes than the limit', () => '…'.repeat(world.bus.maxBodyBytes / 2)],
  ];
  for (const [what, give] of bad) {
    test(`that is ${what} fails its job for good, with a code`, async () => {
      let runs = 0;
      const { queue, id, worker } = await runOne(
        async () => {
          runs++;
          return give();
        },
        { attempts: 3 },
      );
      const job = await untilState(queue, id, 'failed');
      assert.equal(job.failures[0]?.code, 'AW_JOB_RESULT_INVALID');
      assert.equal(runs, 1);
      await worker.stop();
    });
  }

  test('that fits, but not also with what is told to whoever waits, fails its job for good and tells so', async () => {
    const queue = await world.queues.open(freshName());
    const runs: string[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job, ctx) => {
      runs.push(job.id);
      for (const key of ['a', 'b']) ctx.emit('counter.added', { x: 'x'.repeat(200_000) }, { key });
      return '"'.repeat(125_000);
    });
    const waits = { nt: { a: 'waiter', k: queue.name, r: 'r' } };
    for (const [id, options] of [
      ['control', {}],
      ['awaited', waits],
    ] as const) {
      const parts = { tenant: QUEUE_TENANT, queue: queue.name, id, type: 'test.any', data: {}, addedAt: 1, options };
      const { subject, body } = encodeSingle(parts);
      await world.bus.commit('JOBS', [{ subject, body: Buffer.from(body) }]);
    }
    await untilState(queue, 'control', 'completed');
    const [failure] = (await untilState(queue, 'awaited', 'failed')).failures;
    assert.match(
      `${failure!.code} ${failure!.message}`,
      /^AW_JOB_RESULT_INVALID .* 250002 bytes become 1\d{6} of at most/,
    );
    assert.deepEqual(runs.toSorted(), ['awaited', 'control']);
    const { body } = await until(
      () => world.bus.last('MAILBOX', `aw.${QUEUE_TENANT}.cmd.*.waiter.${queue.name}`),
      'the waiter to be told',
    );
    const { outcome, result, error } = JSON.parse(Buffer.from(body).toString());
    assert.deepEqual([outcome, result, error.code], ['failed', undefined, 'AW_JOB_RESULT_INVALID']);
  });

  const fine: readonly (readonly [what: string, give: () => unknown, data: unknown])[] = [
    ['nothing', () => undefined, null],
    ['a function', () => () => 1, null],
    ['null', () => null, null],
    ['false', () => false, false],
    ['a date', () => new Date(0), '1970-01-01T00:00:00.000Z'],
  ];
  for (const [what, give, data] of fine) {
    test(`that is ${what} is kept as JSON has it`, async () => {
      const { queue, id, worker } = await runOne(async () => give());
      const job = await untilState(queue, id, 'completed');
      assert.deepEqual([job.result?.success, job.result?.data], [true, data]);
      await worker.stop();
    });
  }

  test('is waited for from any thenable', async () => {
    const { queue, id, worker } = await runOne(() => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what is tried
      then: (resolve: (value: string) => void) => void queueMicrotask(() => resolve('later')),
    }));
    assert.equal((await untilState(queue, id, 'completed')).result?.data, 'later');
    await worker.stop();
  });
});

describe('a thrown value', () => {
  const odd: readonly (readonly [what: string, value: unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['an object without a prototype', Object.create(null)],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
    ['an error whose message is an object', Object.assign(new Error('x'), { message: { a: 1 } })],
    ['an error whose stack is a number', Object.assign(new Error('x'), { stack: 7 })],
    [
      'an error whose message throws',
      Object.defineProperty(new Error('x'), 'message', { get: () => assert.fail('no') }),
    ],
    ['an error without a message', new Error('')],
    ['a long error', new Error('x'.repeat(1_000_000))],
  ];
  for (const [what, value] of odd) {
    for (const kind of ['thrown', 'rejected'] as const) {
      test(`${kind} that is ${what} fails its job, with a sentence`, async () => {
        const { queue, id, worker } = await runOne(
          kind === 'thrown'
            ? () => {
                throw value;
              }
            : () => Promise.reject(value),
        );
        const job = await untilState(queue, id, 'failed');
        assert.equal(typeof job.error, 'string');
        assert.ok(job.error!.length > 0 && job.error!.length <= 1_000);
        await worker.stop();
      });
    }
  }
});

describe('data', () => {
  test('that a processor changes is as it was at the next attempt, and in what is kept', async () => {
    const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 0 } });
    const seen: unknown[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => {
      const data = job.data as { list: number[]; more?: unknown };
      seen.push(structuredClone(data));
      data.list.push(job.attempt);
      data.more = cyclic();
      if (job.attempt < 3) throw new Error('again');
    });
    const { id } = await queue.add('test.any', { list: [0] });
    const job = await untilState(queue, id, 'completed');
    assert.deepEqual(seen, [{ list: [0] }, { list: [0] }, { list: [0] }]);
    assert.deepEqual(job.data, { list: [0] });
  });

  test('that a processor changes is as it was when the job has failed', async () => {
    const queue = await world.queues.open(freshName());
    await using _worker = await world.queues.startWorker(queue.name, (job) => {
      Object.assign(job.data as object, { more: cyclic() });
      throw new Error('bad');
    });
    const { id } = await queue.add('test.any', { a: 1 }, { attempts: 1 });
    assert.deepEqual((await untilState(queue, id, 'failed')).data, { a: 1 });
  });

  test('near the limit goes through attempts that fail with long stacks, to its failed end', async () => {
    const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 0 } });
    const long = 'x'.repeat(world.bus.maxBodyBytes - 1_100);
    const { id } = await queue.add('test.any', { long }, { attempts: 12 });
    let runs = 0;
    await using _worker = await world.queues.startWorker(queue.name, () => {
      runs++;
      const error = new Error('m'.repeat(2_000));
      error.stack = 's'.repeat(10_000);
      throw error;
    });
    const job = await untilState(queue, id, 'failed');
    assert.equal(runs, 12);
    assert.equal((job.data as { long: string }).long.length, long.length);
    assert.equal(job.failures.at(-1)?.attempt, 12);
  });
});

describe('the end of a job', () => {
  test('that throws leaves the worker at work', async () => {
    let isBroken = true;
    const jobsFinished = {
      ...noInstruments.jobsFinished,
      add() {
        if (isBroken) throw new Error(`broken ${(isBroken = false)}`);
      },
    };
    await using broken = await openQueueWorld(server.url, { instruments: { ...noInstruments, jobsFinished } });
    const queue = await broken.queues.open(freshName());
    await using _worker = await broken.queues.startWorker(queue.name, async () => 'done', { concurrency: 1 });
    await queue.add('test.any', {});
    await until(() => !isBroken, 'it to throw');
    const { id } = await queue.add('test.any', {});
    await untilState(queue, id, 'completed');
  });
});

describe('what a job tells', () => {
  test('that is no JSON is left out, and the job goes on', async () => {
    const { queue, id, worker } = await runOne(async (_job, ctx) => {
      ctx.progress(1n);
      ctx.progress(cyclic());
      ctx.progress({ at: 1n });
      await assert.rejects(ctx.partial(1n), { code: 'AW_JOB_NOT_JSON' });
      await assert.rejects(ctx.partial('x'.repeat(2 * 1024 * 1024)), { code: 'AW_MESSAGE_TOO_LARGE' });
      ctx.write('x'.repeat(2 * 1024 * 1024));
      ctx.progress(() => 1);
      return 'done';
    });
    assert.equal((await ended(queue, id)).result?.data, 'done');
    await worker.stop();
  });
});

describe('effects', () => {
  test('that together are more than one record may have fail the job, with a code', async () => {
    const { queue, id, worker } = await runOne(async (_job, ctx) => {
      const long = 'x'.repeat(world.bus.maxBodyBytes / 2);
      for (let n = 0; n < 20; n++) ctx.emit('counter.added', { long }, { key: `${n}` });
    });
    assert.equal((await ended(queue, id)).failures[0]?.code, 'AW_OUTBOX_TOO_LARGE');
    await worker.stop();
  });

  test('of which one is more than a message may have fail the job, with a code', async () => {
    const { queue, id, worker } = await runOne(async (_job, ctx) => {
      ctx.emit('counter.added', { long: 'x'.repeat(world.bus.maxBodyBytes) }, { key: 'k' });
    });
    assert.equal((await ended(queue, id)).failures[0]?.code, 'AW_MESSAGE_TOO_LARGE');
    await worker.stop();
  });

  test('against their schema, of an unknown type, to a bad name, or with deduplication, fail the job, with a code', async () => {
    const cases: readonly (readonly [process: Processor, code: string])[] = [
      [(_job, ctx) => ctx.enqueue('other', 'test.numbered', { n: 'x' }), 'AW_DATA_INVALID'],
      [(_job, ctx) => ctx.enqueue('other', 'test.unknown', {}), 'AW_JOB_TYPE_UNKNOWN'],
      [(_job, ctx) => ctx.enqueue('Other', 'test.any', {}), 'AW_NAME_INVALID'],
      [(_job, ctx) => ctx.enqueue('other', 'test.any', {}, { delayMs: -1 }), 'AW_JOB_OPTIONS_INVALID'],
      [
        (_job, ctx) => ctx.enqueue('other', 'test.any', {}, { deduplicate: { mode: 'simple', id: 'x' } } as object),
        'AW_JOB_OPTIONS_INVALID',
      ],
      [(_job, ctx) => ctx.enqueue('other', 'test.any', cyclic()), 'AW_JOB_NOT_JSON'],
      [(_job, ctx) => ctx.emit('counter.added', cyclic(), { key: 'k' }), 'AW_JOB_NOT_JSON'],
      [(_job, ctx) => ctx.emit('counter.unknown', {}, { key: 'k' }), 'AW_TYPE_UNKNOWN'],
      [(_job, ctx) => ctx.cast('counter', 'k', 'counter.unknown', {}), 'AW_TYPE_UNKNOWN'],
    ];
    for (const [process, code] of cases) {
      let runs = 0;
      const { queue, id, worker } = await runOne(
        async (job, ctx) => {
          runs++;
          await process(job, ctx);
        },
        { attempts: 3 },
      );
      assert.equal((await ended(queue, id)).failures[0]?.code, code);
      assert.equal(runs, 1, code);
      await worker.stop();
    }
  });
});

describe('back-off', () => {
  test('whose strategy throws, gives a promise or no number, is the stated delay', async () => {
    const queue = await world.queues.open(freshName());
    let runs = 0;
    await using _worker = await world.queues.startWorker(
      queue.name,
      () => {
        runs++;
        throw new Error('bad');
      },
      {
        backoffStrategies: {
          odd: (attempt) => {
            if (attempt === 1) throw new Error('strategy');
            return (attempt === 2 ? Promise.resolve(5) : 'soon') as unknown as number;
          },
        },
      },
    );
    const { id } = await queue.add(
      'test.any',
      {},
      { attempts: 4, backoff: { type: 'custom', name: 'odd', delayMs: 1 } },
    );
    await untilState(queue, id, 'failed');
    assert.equal(runs, 4);
  });
});

describe('a raw client', () => {
  const put = (queue: JobQueue, subject: string, body: string) =>
    world.bus.commit('JOBS', [{ subject: `aw.test.job.${queue.name}.${subject}`, body: Buffer.from(body) }]);

  test('that puts an unknown type or invalid data there makes it fail without a run', async () => {
    const queue = await world.queues.open(freshName());
    let runs = 0;
    await using _worker = await world.queues.startWorker(queue.name, () => void runs++);
    await put(queue, 'r0.s.unknown', '[{"t":"test.unknown","d":{}}]');
    await put(queue, 'r0.s.invalid', '[{"t":"test.numbered","d":{"n":"x"}}]');
    await put(queue, 'r0.s.missing', '[{"t":"test.numbered"}]');
    for (const [id, code] of [
      ['unknown', 'AW_TYPE_UNKNOWN'],
      ['invalid', 'AW_DATA_INVALID'],
      ['missing', 'AW_DATA_INVALID'],
    ] as const) {
      assert.equal((await untilState(queue, id, 'failed')).failures[0]?.code, code);
    }
    assert.equal(runs, 0);
  });

  const malformed: readonly (readonly [what: string, subject: string, body: string])[] = [
    ['no JSON', 'r0.p.1', 'hello'],
    ['no body', 'r0.s.empty', ''],
    ['no list', 'r0.s.object', '{"t":"test.any","d":{}}'],
    ['an empty list', 'r0.p.1', '[]'],
    ['a job that is no object', 'r0.p.2', '[{"t":"test.any","d":{}},5]'],
    ['a single with two jobs', 'r0.s.two', '[{"t":"test.any","d":{}},{"t":"test.any","d":{}}]'],
    ['a size that is not its own', 'r0.p.7', '[{"t":"test.any","d":{}}]'],
    ['a subject of another form', 'r0.x.1', '[{"t":"test.any","d":{}}]'],
    ['attempts as text', 'r0.s.attempts', '[{"t":"test.any","d":{},"n":"x"}]'],
    ['options that are none', 'r0.s.options', '[{"t":"test.any","d":{},"o":5}]'],
    ['a back-off that is none', 'r0.s.backoff', '[{"t":"test.any","d":{},"o":{"b":"zzz"}}]'],
    ['failures that are no list', 'r0.s.failures', '[{"t":"test.any","d":{},"e":7}]'],
    ['a trace context with quotes', 'r0.s.trace', '[{"t":"test.any","d":{},"p":"\\"}"}]'],
    ['a turn of a schedule that is none', 'r0.s.turn', '[{"t":"test.any","d":{},"o":{"sch":{}}}]'],
    ['a time that is none', 'r0.s.time', '[{"t":"test.any","d":{},"a":"yesterday"}]'],
  ];
  const many = JSON.stringify(Array.from({ length: 257 }, () => ({ t: 'test.any', d: {} })));
  for (const [what, subject, body] of [...malformed, ['more jobs than a pack may have', 'r0.p.257', many] as const]) {
    test(`that puts ${what} there has it among the dead letters, and nothing is stuck`, async () => {
      const queue = await world.queues.open(freshName());
      const runs: number[] = [];
      await using _worker = await world.queues.startWorker(queue.name, (job) => void runs.push(job.attempt));
      await put(queue, subject, body);
      const { id } = await queue.add('test.any', {});
      await untilState(queue, id, 'completed');
      await until(async () => (await world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1)) === 0, 'it to be gone');
      assert.equal(await world.bus.count('DEAD', `aw.test.dead.job.${queue.name}`, 1), 1);
      assert.deepEqual(runs, [1]);
    });
  }

  test('that puts a pack of 256 failing jobs there has them all fail', async () => {
    const queue = await world.queues.open(freshName());
    const entries = Array.from({ length: 256 }, (_, n) => `{"t":"test.numbered","d":{"n":${n}},"o":{"a":1}}`);
    await put(queue, 'r0.p.256', `[${entries.join(',')}]`);
    const seen = new Set<number>();
    await using _worker = await world.queues.startWorker(queue.name, (job) => {
      seen.add(numberOf(job));
      throw new Error('bad');
    });
    await until(async () => (await world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1)) === 0, 'all to end');
    assert.equal(seen.size, 256);
  });
});
