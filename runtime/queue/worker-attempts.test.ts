import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { systemClock } from '../clock/system-clock.ts';
import { RetryableError, TerminalError } from '../errors/errors.ts';
import type { JobOptions } from './job.ts';
import type { JobQueue, WorkerOptions } from './queue-api.ts';

for (const isSyncedAlways of [false, true]) {
  describe(`at ${isSyncedAlways ? 'fsync' : 'interval'}`, () => {
    let server: TestServer;
    let world: QueueWorld;

    before(async () => {
      server = await startTestServer();
      world = await openQueueWorld(server.url, { isSyncedAlways });
    });

    after(async () => {
      await world[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    /** Runs one job that fails in each attempt; gives the times between the beginnings. */
    async function pauses(options: JobOptions, fail: (attempt: number) => unknown, workerOptions: WorkerOptions = {}) {
      const queue = await world.queues.open(freshName());
      const startedAt: number[] = [];
      await using _worker = await world.queues.startWorker(
        queue.name,
        ({ attempt }) => {
          startedAt.push(performance.now());
          throw fail(attempt);
        },
        workerOptions,
      );
      const { id } = await queue.add('test.any', {}, options);
      const job = await untilState(queue, id, 'failed');
      return { job, waitedMs: startedAt.slice(1).map((at, index) => at - startedAt[index]!), queue };
    }

    test('attempts are as many as the job says, else as the queue says', async () => {
      const { job } = await pauses({ attempts: 5, backoff: { type: 'fixed', delayMs: 0 } }, () => new Error('bad'));
      assert.deepEqual([job.attemptsMade, job.attempts, job.failures.length], [5, 5, 5]);
      const queue = await world.queues.open(freshName(), { attempts: 2, backoff: { type: 'fixed', delayMs: 0 } });
      await using _worker = await world.queues.startWorker(queue.name, () => {
        throw new Error('bad');
      });
      const { id } = await queue.add('test.any', {});
      assert.equal((await untilState(queue, id, 'failed')).attemptsMade, 2);
    });

    for (const [type, means, waits] of [
      ['fixed', 'the same time', [100_000, 100_000, 100_000]],
      ['exponential', 'twice as long', [100_000, 200_000, 400_000]],
    ] as const) {
      test(`a back-off that is ${type} waits ${means} each time`, async () => {
        const queue = await world.queues.open(freshName());
        let failedAt = 0;
        await using _worker = await world.queues.startWorker(queue.name, () => {
          failedAt = Date.now();
          throw new Error('bad');
        });
        const { id } = await queue.add('test.any', {}, { attempts: 4, backoff: { type, delayMs: 100_000 } });
        for (const [index, wait] of waits.entries()) {
          const { dueAt = 0 } = await until(async () => {
            const found = await queue.get(id);
            return found?.state === 'delayed' && found.attemptsMade === index + 1 && found;
          }, 'it to wait');
          assert.ok(dueAt >= failedAt + wait && dueAt <= Date.now() + wait, `${dueAt - failedAt} ms`);
          await queue.promote(id);
        }
        await untilState(queue, id, 'failed');
      });
    }

    test('a back-off is waited for', async () => {
      const { waitedMs } = await pauses(
        { attempts: 3, backoff: { type: 'fixed', delayMs: 200 } },
        () => new Error('bad'),
      );
      assert.equal(waitedMs.length, 2);
      for (const ms of waitedMs) assert.ok(ms >= 199, `${waitedMs}`);
    });

    test('a custom back-off is asked with attempt, failure and job, and ends it by -1', async () => {
      const asked: unknown[] = [];
      const { job } = await pauses(
        { attempts: 10, backoff: { type: 'custom', name: 'mine' } },
        (attempt) => new TypeError(`bad ${attempt}`),
        {
          backoffStrategies: {
            mine: (attempt, failure, { id, type }) => {
              asked.push([attempt, failure.message, typeof id, type]);
              return attempt === 3 ? -1 : 1;
            },
          },
        },
      );
      assert.equal(job.attemptsMade, 3);
      assert.deepEqual(
        asked,
        [1, 2, 3].map((attempt) => [attempt, `bad ${attempt}`, 'string', 'test.any']),
      );
    });

    test('a retryable error says how long, whatever the back-off is', async () => {
      const { waitedMs } = await pauses(
        { attempts: 2, backoff: { type: 'fixed', delayMs: 60_000 } },
        () => new RetryableError('TEST_LATER', 'not now', { retryAfterMs: 150 }),
      );
      // It comes at all: a minute is longer than a test waits.
      assert.ok(waitedMs[0]! >= 149, `${waitedMs}`);
    });

    test('a retryable error that names no time is tried again at once', async () => {
      const { job } = await pauses(
        { attempts: 3, backoff: { type: 'fixed', delayMs: 60_000 } },
        () => new RetryableError('TEST_LATER', 'not now', { retryAfterMs: Number.NaN }),
      );
      assert.equal(job.attemptsMade, 3);
    });

    test('a terminal error fails it at once', async () => {
      const { job } = await pauses({ attempts: 5 }, () => new TerminalError('TEST_OVER', 'never'));
      assert.deepEqual([job.attemptsMade, job.failures[0]?.code], [1, 'TEST_OVER']);
    });

    test('a job that waits for its next attempt is delayed, with its last error', async () => {
      const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 60_000 } });
      await using _worker = await world.queues.startWorker(queue.name, () => {
        throw new Error('bad');
      });
      const { id } = await queue.add('test.any', { a: 1 });
      const job = await untilState(queue, id, 'delayed');
      assert.deepEqual([job.error, job.attemptsMade, job.data], ['bad', 1, { a: 1 }]);
      const leftMs = (job.dueAt ?? 0) - Date.now();
      assert.ok(leftMs > 0 && leftMs <= 60_000, `${leftMs} ms`);
      await queue.promote(id);
      await until(async () => (await queue.get(id))?.attemptsMade === 2, 'the next attempt');
    });

    test('all of a pack fail and are tried again, each as often as it may', async () => {
      const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 10 } });
      const runs = new Map<number, number>();
      await using _worker = await world.queues.startWorker(queue.name, (job) => {
        const n = numberOf(job);
        assert.equal(job.attempt, (runs.get(n) ?? 0) + 1);
        runs.set(n, job.attempt);
        if (n % 3 === 0 || job.attempt < 2) throw new Error('bad');
      });
      await queue.addBulk(Array.from({ length: 150 }, (_, n) => ({ type: 'test.numbered', data: { n } })));
      await untilEmpty(world, queue);
      assert.deepEqual(
        [...runs].filter(([n, count]) => count !== (n % 3 === 0 ? 3 : 2)),
        [],
      );
      await until(async () => (await queue.counts()).failed === 50, 'fifty to be listed as failed');
    });

    test('an attempt that takes too long is aborted, frees its slot, and the next begins; its late result counts for nothing', async () => {
      const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 0 } });
      const reasons: unknown[] = [];
      let finishLate = (_value: string) => {};
      await using _worker = await world.queues.startWorker(
        queue.name,
        (job, { signal }) => {
          if (numberOf(job) === 1) return 'other';
          if (job.attempt === 2) return 'second';
          signal.addEventListener('abort', () => reasons.push(signal.reason));
          return new Promise<string>((resolve) => {
            finishLate = resolve;
          });
        },
        { concurrency: 1 },
      );
      const slow = await queue.add('test.numbered', { n: 0 }, { attemptTimeoutMs: 100 });
      const other = await queue.add('test.numbered', { n: 1 });
      await untilState(queue, other.id, 'completed');
      const done = await untilState(queue, slow.id, 'completed');
      finishLate('first');
      assert.equal(done.result?.data, 'second');
      assert.equal((reasons[0] as { code: string }).code, 'AW_JOB_TIMEOUT');
      const last = await queue.add('test.numbered', { n: 1 });
      await untilState(queue, last.id, 'completed');
      assert.equal((await queue.get(slow.id))?.result?.data, 'second');
    });

    test('time-outs use attempts up, and the last one fails the job', async () => {
      const queue = await world.queues.open(freshName(), {
        backoff: { type: 'fixed', delayMs: 0 },
        attemptTimeoutMs: 50,
      });
      await using _worker = await world.queues.startWorker(queue.name, () => new Promise(() => {}));
      const { id } = await queue.add('test.any', {}, { attempts: 2 });
      const job = await untilState(queue, id, 'failed');
      assert.deepEqual(
        job.failures.map(({ code }) => code),
        ['AW_JOB_TIMEOUT', 'AW_JOB_TIMEOUT'],
      );
    });

    test('a job whose time is up before it begins fails as expired, without a run', async () => {
      const queue = await world.queues.open(freshName());
      const { id } = await queue.add('test.any', {}, { totalTimeoutMs: 50 });
      const { id: late } = await queue.add('test.any', {}, { totalTimeoutMs: 50, delayMs: 100 });
      await until(async () => Date.now() > ((await queue.get(id))?.addedAt ?? 0) + 60, 'its time to be up');
      let runs = 0;
      await using _worker = await world.queues.startWorker(queue.name, () => void runs++);
      assert.equal((await untilState(queue, id, 'failed')).failures[0]?.code, 'AW_JOB_EXPIRED');
      assert.equal((await untilState(queue, late, 'failed')).failures[0]?.code, 'AW_JOB_EXPIRED');
      assert.equal(runs, 0);
    });

    test('a total time-out ends what runs, and there is no attempt beyond it', async () => {
      let aheadMs = 0;
      const clock = {
        ...systemClock,
        now: () => systemClock.now() + aheadMs,
        monotonic: () => systemClock.monotonic() + aheadMs,
      };
      await using ahead = await openQueueWorld(server.url, { isSyncedAlways, clock });
      const running = await ahead.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 0 } });
      let runs = 0;
      await using _slow = await ahead.queues.startWorker(running.name, () => {
        runs++;
        return new Promise(() => {});
      });
      const slow = await running.add('test.any', {}, { totalTimeoutMs: 600_000, attempts: 5 });
      await until(() => runs === 1, 'it to run');
      aheadMs = 600_000;
      const failed = await untilState(running, slow.id, 'failed');
      assert.deepEqual([failed.failures.map(({ code }) => code), runs], [['AW_JOB_TIMEOUT'], 1]);
      const queue = await world.queues.open(freshName());
      await using _worker = await world.queues.startWorker(queue.name, () => {
        throw new Error('bad');
      });
      const options: JobOptions = {
        totalTimeoutMs: 600_000,
        attempts: 5,
        backoff: { type: 'fixed', delayMs: 1_200_000 },
      };
      const waits = await queue.add('test.any', {}, options);
      assert.equal((await untilState(queue, waits.id, 'failed')).attemptsMade, 1);
    });

    test('what is slow, fast, failing and expiring ends all the same, in many packs', async () => {
      const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 5 }, attempts: 2 });
      const done = new Set<number>();
      await using _worker = await world.queues.startWorker(
        queue.name,
        async (job) => {
          const n = numberOf(job);
          if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
          if (n % 11 === 0 && job.attempt === 1) throw new Error('once');
          done.add(n);
        },
        { concurrency: 50 },
      );
      const jobs = Array.from({ length: 2_000 }, (_, n) => ({ type: 'test.numbered', data: { n } }));
      await Promise.all([
        queue.addBulk(jobs.slice(0, 1_000)),
        ...jobs.slice(1_000).map(({ data }) => queue.add('test.numbered', data)),
      ]);
      await untilEmpty(world, queue);
      assert.equal(done.size, 2_000);
    });
  });
}

function untilEmpty(world: QueueWorld, queue: JobQueue) {
  return until(async () => (await world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1)) === 0, 'all to end');
}
