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
import { systemClock } from '../clock/system-clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { packHome, parsePackedId } from '../message/job-message.ts';
import { openLiveChannel } from './live-channel.ts';
import { OPERATOR, outcomeSubject } from './outcome-record.ts';
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

async function untilCounts(queue: JobQueue, expected: Partial<Awaited<ReturnType<JobQueue['counts']>>>): Promise<void> {
  await until(
    async () => {
      const counts = await queue.counts();
      return Object.entries(expected).every(([key, value]) => counts[key as keyof typeof counts] === value);
    },
    `counts to be ${JSON.stringify(expected)}`,
  );
}

/** A failed job of a pack of three, the failed record having arrived where it is kept. */
async function oneFailed(queue: JobQueue, options = { attempts: 1 }): Promise<string> {
  const added = await queue.addBulk(numbered(3, options));
  const worker = await world.queues.startWorker(queue.name, (job) => {
    if (numberOf(job) === 1) throw new Error('one');
  });
  await untilState(queue, added[1]!.id, 'failed');
  await untilCounts(queue, { failed: 1, completed: 2 });
  await worker.stop();
  return added[1]!.id;
}

/** What JOBLOG does by itself after an hour. */
async function forget(queue: JobQueue): Promise<void> {
  await world.bus.jobs.purge('JOBLOG', `aw.test.out.${queue.name}.>`);
}

describe('promote', () => {
  test('makes a delayed job ready, once', async () => {
    const queue = await world.queues.open(freshName());
    const addedAt = Date.now();
    const { id } = await queue.add('test.numbered', { n: 1 }, { delayMs: 600_000, priority: 4 });
    const due = (await queue.get(id))?.dueAt ?? 0;
    assert.ok(due >= addedAt + 600_000 && due <= Date.now() + 600_000);
    const results = await Promise.allSettled([queue.promote(id), queue.promote(id)]);
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await assert.rejects(queue.promote(id), { code: 'AW_JOB_STATE' });
    const found = await queue.get(id);
    assert.deepEqual([found?.state, found?.priority, found?.dueAt], ['waiting', 4, undefined]);
    assert.deepEqual((await queue.counts()).byPriority, [{ priority: 4, waiting: 1 }]);
  });

  test('makes a job ready that waits for its next attempt', async () => {
    const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 600_000 } });
    const { id } = await queue.add('test.any', {});
    await using _worker = await world.queues.startWorker(queue.name, (job) => {
      if (job.attempt === 1) throw new Error('first');
      return job.attempt;
    });
    const delayed = await untilState(queue, id, 'delayed');
    assert.deepEqual([delayed.attemptsMade, delayed.error], [1, 'first']);
    await queue.promote(id);
    const done = await untilState(queue, id, 'completed');
    assert.deepEqual([done.result?.data, done.attemptsMade], [2, 2]);
  });

  test('refuses what is not delayed', async () => {
    const queue = await world.queues.open(freshName());
    const waiting = await queue.add('test.any', {});
    const single = await queue.add('test.any', {}, { id: 'a b' });
    for (const id of [waiting.id, single.id]) await assert.rejects(queue.promote(id), { code: 'AW_JOB_STATE' });
    for (const id of ['never', '1~0', 'zzz~1', '', 'a.b']) {
      await assert.rejects(queue.promote(id), { code: 'AW_JOB_UNKNOWN' }, id);
    }
  });

  test('at the moment it becomes due runs it once', async () => {
    const queue = await world.queues.open(freshName());
    const runs: string[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void runs.push(job.id));
    const ids = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => (await queue.add('test.any', {}, { delayMs: 200 + 2 * n })).id),
    );
    await until(() => runs.length > 0, 'the first to be due');
    await Promise.allSettled(ids.map((id) => queue.promote(id)));
    await untilCounts(queue, { waiting: 0, delayed: 0, active: 0 });
    assert.deepEqual([...runs].sort(), [...ids].sort());
  });
});

describe('retry', () => {
  test('of a failed job of a pack that is asked for twice at once runs it once', async () => {
    const queue = await world.queues.open(freshName());
    const id = await oneFailed(queue);
    const runs: string[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void runs.push(job.id));
    const results = await Promise.allSettled(Array.from({ length: 5 }, (_, n) => queue.retry(id, { n: n + 10 })));
    await untilState(queue, id, 'completed');
    await untilCounts(queue, { waiting: 0, active: 0, failed: 0 });
    assert.deepEqual(runs, [id]);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) if (result.status === 'rejected') assert.equal(result.reason.code, 'AW_JOB_STATE');
    await assert.rejects(queue.retry(id), { code: 'AW_JOB_STATE' });
  });

  test('finds a failed job that the log has forgotten', async () => {
    const queue = await world.queues.open(freshName());
    const id = await oneFailed(queue);
    await forget(queue);
    const found = await queue.get(id);
    assert.deepEqual([found?.state, found?.error, found?.data, found?.failures.length], ['failed', 'one', { n: 1 }, 1]);
    await queue.retry(id, { n: 7 });
    await using _worker = await world.queues.startWorker(queue.name, (job) => numberOf(job));
    assert.equal((await untilState(queue, id, 'completed')).result?.data, 7);
    await untilCounts(queue, { failed: 0 });
  });

  test('takes a job whose failed record is gone, as long as the log has it', async () => {
    const queue = await world.queues.open(freshName());
    const id = await oneFailed(queue);
    await world.bus.jobs.purge('FAILED', `aw.test.out.${queue.name}.>`);
    await queue.retry(id);
    assert.equal((await queue.get(id))?.state, 'waiting');
    await assert.rejects(queue.retry(id), { code: 'AW_JOB_STATE' });
  });

  test('fails again under the same id, and can be tried again then', async () => {
    const queue = await world.queues.open(freshName());
    const id = await oneFailed(queue);
    await using _worker = await world.queues.startWorker(queue.name, (job) => {
      if (numberOf(job) !== 9) throw new Error('again');
    });
    await queue.retry(id, { n: 8 });
    await until(async () => (await queue.get(id))?.error === 'again', 'it to fail again');
    await untilCounts(queue, { failed: 1 });
    await queue.retry(id, { n: 9 });
    await untilState(queue, id, 'completed');
    await untilCounts(queue, { failed: 0 });
  });
});

describe('remove', () => {
  test('of a waiting job of a pack keeps it from ever running, and from being counted and listed', async () => {
    const queue = await world.queues.open(freshName());
    const added = await queue.addBulk(numbered(5));
    await queue.remove(added[2]!.id);
    await assert.rejects(queue.remove(added[2]!.id), { code: 'AW_JOB_STATE' });
    assert.equal((await queue.get(added[2]!.id))?.state, 'removed');
    assert.equal((await queue.list('waiting')).jobs.length, 4);
    assert.equal((await queue.counts()).waiting, 4);
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    await untilCounts(queue, { completed: 4, waiting: 0, active: 0 });
    assert.deepEqual(seen, [0, 1, 3, 4]);
    await until(async () => (await world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1)) === 0, 'the pack to go');
  });

  test('of a waiting job of a pack holds also when the log has forgotten it', async () => {
    const queue = await world.queues.open(freshName());
    const added = await queue.addBulk([1, 2, 3].map((n) => ({ type: 'test.numbered', data: { n } })));
    await queue.remove(added[1]!.id);
    await world.bus.jobs.purge('JOBLOG', `aw.${QUEUE_TENANT}.out.${queue.name}.>`);
    assert.equal((await queue.counts()).waiting, 2);
    assert.equal((await queue.list('waiting')).jobs.length, 2);
    assert.equal(await queue.get(added[1]!.id), undefined);
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    await until(async () => (await queue.counts()).completed === 2, 'the others to be done');
    assert.deepEqual(seen, [1, 3]);
    const note = `aw.${QUEUE_TENANT}.gone.${queue.name}.*`;
    await until(async () => (await world.bus.count('CONTROL', note, 1)) === 0, 'its note to go');
  });

  for (const [failure, isOver] of [
    [new AutoWeaveError('AW_BROKER_UNAVAILABLE', 'It was away'), false],
    [new Error('The operator is gone'), true],
  ] as const) {
    test(`holds also where the outcome stands and the rest fails at first: ${failure.message}`, async () => {
      const queue = await world.queues.open(freshName());
      const [, job] = await queue.addBulk(numbered(3));
      await using other = await openQueueWorld(server.url);
      const { commit } = other.bus;
      let failures = 1;
      other.bus.commit = async (stream, messages) => {
        if (messages[0]?.subject.includes('.gone.') && failures-- > 0) throw failure;
        return commit(stream, messages);
      };
      const removal = (await other.queues.get(queue.name)).remove(job!.id);
      if (isOver) {
        await assert.rejects(removal, failure);
        await assert.rejects(queue.remove(job!.id), { code: 'AW_JOB_STATE', message: /removed already/ });
      } else await removal;
      assert.equal((await queue.counts()).waiting, 2);
      await forget(queue);
      assert.deepEqual([(await queue.list('waiting')).jobs.length, await queue.get(job!.id)], [2, undefined]);
    });
  }

  test('of a job whose pack is done with before that is noted leaves no note', async () => {
    const queue = await world.queues.open(freshName());
    const [, job] = await queue.addBulk(numbered(2));
    const over = Promise.withResolvers<void>();
    await using _worker = await world.queues.startWorker(queue.name, () => over.promise, { concurrency: 1 });
    await untilCounts(queue, { active: 1 });
    await using other = await openQueueWorld(server.url);
    const { commit } = other.bus;
    other.bus.commit = async (stream, messages) => {
      if (messages[0]?.subject.includes('.gone.')) {
        over.resolve();
        await until(async () => (await world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1)) === 0, 'it to go');
        await forget(queue);
      }
      return commit(stream, messages);
    };
    await (await other.queues.get(queue.name)).remove(job!.id);
    assert.equal(await world.bus.count('CONTROL', `aw.${QUEUE_TENANT}.gone.${queue.name}.*`, 1), 0);
  });

  test('leaves alone what has been added under the same id just then', async () => {
    const queue = await world.queues.open(freshName());
    await queue.pause();
    const { id } = await queue.add('test.numbered', { n: 1 }, { id: 'named' });
    await using other = await openQueueWorld(server.url);
    const operator = await other.queues.get(queue.name);
    const { last } = other.bus;
    let isAdded = false;
    other.bus.last = async (stream, subject) => {
      if (stream === 'JOBS' && !isAdded && (await queue.get(id))?.state === 'removed') {
        isAdded = true;
        // As its worker does, which has heard of it.
        await world.bus.jobs.purge('JOBS', `aw.test.job.${queue.name}.>`);
        await queue.add('test.numbered', { n: 2 }, { id });
      }
      return last(stream, subject);
    };
    await operator.remove(id);
    const found = await queue.get(id);
    assert.deepEqual([found?.state, found?.data], ['waiting', { n: 2 }]);
  });

  test('is asked about by a worker that has heard of it before it gets the job', async () => {
    const queue = await world.queues.open(freshName());
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(numberOf(job)));
    await queue.pause();
    const [first, second] = await queue.addBulk(numbered(2));
    const heard = Promise.withResolvers<void>();
    const { bus } = world;
    await using live = openLiveChannel({ bus, clock: systemClock, tenant: QUEUE_TENANT }, queue.name);
    live.onOrder(() => heard.resolve());
    // As by an operator who has not heard of the worker, so that it does not know that its queue was touched.
    const home = packHome(parsePackedId(first!.id)!.sequence);
    await bus.commit('JOBLOG', [
      {
        subject: outcomeSubject(QUEUE_TENANT, queue.name, 'removed', false, home),
        body: Buffer.from(JSON.stringify({ w: OPERATOR, j: [{ i: 0, t: 'test.numbered' }] })),
      },
    ]);
    live.order({ kind: 'removed', id: first!.id, reason: 'It was removed' });
    await heard.promise;
    await queue.resume();
    await untilState(queue, second!.id, 'completed');
    assert.deepEqual(seen, [1]);
  });

  test('of the last jobs of a pack takes the pack out of the stream', async () => {
    const queue = await world.queues.open(freshName());
    const added = await queue.addBulk(numbered(3));
    await Promise.all(added.map(({ id }) => queue.remove(id)));
    assert.equal(await world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1), 0);
    assert.equal((await queue.counts()).waiting, 0);
  });

  test('takes delayed, failed and completed ones, also those that the log has forgotten', async () => {
    const queue = await world.queues.open(freshName());
    const delayed = await queue.add('test.any', {}, { delayMs: 600_000 });
    await queue.remove(delayed.id);
    assert.deepEqual([(await queue.get(delayed.id))?.state, (await queue.counts()).delayed], ['removed', 0]);
    const failed = await oneFailed(queue);
    const [completed] = (await queue.list('completed')).jobs;
    await queue.remove(completed!.id);
    assert.equal((await queue.counts()).completed, 1);
    await forget(queue);
    await queue.remove(failed);
    assert.equal((await queue.counts()).failed, 0);
    assert.equal((await queue.get(failed))?.state, 'removed');
    await assert.rejects(queue.retry(failed), { code: 'AW_JOB_STATE' });
  });

  test('at the moment a delayed one becomes due does not let it run', async () => {
    const queue = await world.queues.open(freshName());
    const runs = new Set<string>();
    await using _worker = await world.queues.startWorker(queue.name, (job) => void runs.add(job.id));
    const ids = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => (await queue.add('test.any', {}, { delayMs: 200 + 2 * n })).id),
    );
    await until(() => runs.size > 0, 'the first to be due');
    await Promise.allSettled(ids.map((id) => queue.cancel(id)));
    await untilCounts(queue, { waiting: 0, delayed: 0, active: 0 });
    for (const id of ids) assert.ok(['cancelled', 'completed'].includes((await queue.get(id))?.state ?? ''));
  });

  test('refuses a job that runs', async () => {
    const queue = await world.queues.open(freshName());
    const { id } = await queue.add('test.any', {});
    const running = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    await using _worker = await world.queues.startWorker(queue.name, () => {
      running.resolve();
      return end.promise;
    });
    await running.promise;
    await assert.rejects(queue.remove(id), { code: 'AW_JOB_STATE', message: /cancel it/ });
    end.resolve();
    await untilState(queue, id, 'completed');
  });
});

describe('cancel', () => {
  test('ends waiting ones, ones in the hand and running ones, also from another process', async () => {
    const queue = await world.queues.open(freshName());
    await using other = await openQueueWorld(server.url);
    const operator = await other.queues.get(queue.name);
    const added = await queue.addBulk(numbered(3));
    const begun: number[] = [];
    const aborted = Promise.withResolvers<string>();
    const end = Promise.withResolvers<void>();
    await using _worker = await world.queues.startWorker(
      queue.name,
      (job, { signal }) => {
        begun.push(numberOf(job));
        if (numberOf(job) > 0) return;
        signal.addEventListener('abort', () => aborted.resolve(String(signal.reason.message)));
        return end.promise;
      },
      { concurrency: 1 },
    );
    await until(() => begun.length === 1, 'the first to begin');
    const waiting = await queue.add('test.numbered', { n: 9 });
    await operator.cancel(waiting.id);
    await operator.cancel(added[1]!.id, 'in the hand');
    await operator.cancel(added[0]!.id, 'it runs');
    assert.match(await aborted.promise, /it runs/);
    end.resolve();
    await untilState(queue, added[2]!.id, 'completed');
    assert.deepEqual(begun, [0, 2]);
    for (const { id } of [added[0]!, added[1]!, waiting]) {
      assert.equal((await queue.get(id))?.state, 'cancelled');
      await assert.rejects(operator.cancel(id), { code: 'AW_JOB_STATE' });
    }
    assert.match((await queue.get(added[0]!.id))?.error ?? '', /it runs/);
    await untilCounts(queue, { waiting: 0, active: 0, completed: 1 });
  });

  test('ends a delayed one, and refuses unknown and finished ones', async () => {
    const queue = await world.queues.open(freshName());
    const { id } = await queue.add('test.any', {}, { delayMs: 600_000 });
    await queue.cancel(id);
    assert.equal((await queue.get(id))?.state, 'cancelled');
    await assert.rejects(queue.cancel(id), { code: 'AW_JOB_STATE' });
    await assert.rejects(queue.cancel('nothing'), { code: 'AW_JOB_UNKNOWN' });
    await assert.rejects(queue.remove('nothing'), { code: 'AW_JOB_UNKNOWN' });
    await assert.rejects(queue.retry('nothing'), { code: 'AW_JOB_UNKNOWN' });
  });
});
