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

async function numbers(queue: JobQueue): Promise<readonly number[]> {
  const { waiting, active, delayed, completed, failed } = await queue.counts();
  return [waiting, active, delayed, completed, failed];
}

/** Fills a queue with a bit of everything: 95 that wait, 5 that are delayed. */
async function fill(queue: JobQueue): Promise<void> {
  await queue.addBulk(numbered(70));
  await queue.addBulk(numbered(10, { priority: 3 }));
  await queue.addBulk(numbered(10, { isLifo: true }));
  await queue.addBulk(numbered(5, { delayMs: 600_000 }));
  for (let n = 0; n < 5; n++) await queue.add('test.any', {}, { id: `named ${n}` });
}

const turnOf = (name: string, turn: number) => ({
  tenant: QUEUE_TENANT,
  queue: name,
  type: 'test.any',
  data: {},
  addedAt: Date.now(),
  options: { sch: { id: `sched-${name}`, turn } },
});

describe('drain', () => {
  test('removes all that waits, and what is delayed when asked to', async () => {
    const queue = await world.queues.open(freshName());
    await fill(queue);
    assert.equal(await queue.drain(), 95);
    assert.deepEqual(await numbers(queue), [0, 0, 5, 0, 0]);
    assert.deepEqual((await queue.list('waiting')).jobs, []);
    assert.equal(await queue.drain(), 0);
    assert.equal(await queue.drain({ withDelayed: true }), 5);
    assert.equal(await world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1), 0);
  });

  test('of a paused queue leaves it paused, and without what workers may have had ready', async () => {
    const queue = await world.queues.open(freshName());
    const seen: string[] = [];
    await using _worker = await world.queues.startWorker(queue.name, (job) => void seen.push(job.id));
    await queue.pause();
    await fill(queue);
    assert.equal(await queue.drain({ withDelayed: true }), 100);
    assert.deepEqual([...(await numbers(queue)), (await queue.counts()).isPaused], [0, 0, 0, 0, 0, true]);
    await queue.resume();
    const { id } = await queue.add('test.any', {});
    await untilState(queue, id, 'completed');
    assert.deepEqual(seen, [id]);
  });

  test('leaves alone what runs and what has ended, also of a pack that is partly done', async () => {
    const queue = await world.queues.open(freshName());
    const added = await queue.addBulk(numbered(50));
    const end = Promise.withResolvers<void>();
    const seen: number[] = [];
    await using _worker = await world.queues.startWorker(
      queue.name,
      (job) => {
        seen.push(numberOf(job));
        return numberOf(job) < 10 ? undefined : end.promise;
      },
      { concurrency: 2 },
    );
    await until(async () => (await numbers(queue)).join() === '38,2,0,10,0', 'two to run');
    assert.equal(await queue.drain(), 38);
    await until(async () => (await numbers(queue)).join() === '0,2,0,10,0', 'only those to be there');
    end.resolve();
    for (const { id } of added.slice(10, 12)) await untilState(queue, id, 'completed');
    await until(async () => (await world.bus.count('JOBS', `aw.test.job.${queue.name}.>`, 1)) === 0, 'the pack to go');
    assert.equal(seen.length, 12);
    assert.equal((await queue.get(added[30]!.id))?.state, 'removed');
  });

  test('tells schedules that their jobs have ended, also delayed ones', async () => {
    const queue = await world.queues.open(freshName());
    const ready = encodeSingle({ ...turnOf(queue.name, 1), id: 'turn-1' });
    const later = encodeSingle({ ...turnOf(queue.name, 2), id: 'turn-2', at: Date.now() + 600_000 });
    await world.bus.commit(
      'JOBS',
      [ready, later].map(({ body, ...message }) => ({ ...message, body: Buffer.from(body) })),
    );
    const told = async () => {
      const filter = `aw.test.cmd.*.*.sched-${queue.name}`;
      const found = await world.bus.page('MAILBOX', { from: 1, filter, limit: 10 });
      return found.map(({ body }) => JSON.parse(Buffer.from(body).toString()).turn);
    };
    assert.equal(await queue.drain(), 1);
    await until(async () => (await told()).join() === '1', 'the first turn to be told');
    assert.equal(await queue.drain({ withDelayed: true }), 1);
    await until(async () => (await told()).join() === '1,2', 'the second turn to be told');
    const found = await queue.get('turn-1');
    assert.deepEqual([found?.state, found?.type], ['removed', 'test.any']);
  });
});

describe('clean', () => {
  test('forgets the oldest finished ones, by age and limit', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 100 } });
    const added = await queue.addBulk(numbered(30, { attempts: 1 }));
    await using _worker = await world.queues.startWorker(queue.name, (job) => {
      if (numberOf(job) >= 20) throw new Error('late');
    });
    await until(async () => (await numbers(queue)).join() === '0,0,0,20,10', 'all to have ended');
    for (const state of ['completed', 'failed'] as const) {
      assert.equal(await queue.clean(state, 600_000), 0);
      assert.equal(await queue.clean(state, 0, 0), 0);
      await assert.rejects(queue.clean(state, -1), { code: 'AW_ARGUMENT_INVALID' });
      await assert.rejects(queue.clean(state, 0, -1), { code: 'AW_ARGUMENT_INVALID' });
    }
    assert.equal(await queue.clean('completed', 0, 3), 3);
    assert.equal(await queue.clean('failed', 0, 4), 4);
    assert.deepEqual(await numbers(queue), [0, 0, 0, 17, 6]);
    const left = (await queue.list('completed')).jobs.map(({ id }) => id);
    assert.deepEqual(
      [...left].reverse(),
      added.slice(3, 20).map(({ id }) => id),
    );
    assert.equal(await queue.clean('completed', 0, 5), 5);
    assert.equal(await queue.clean('completed', 0), 12);
    assert.equal(await queue.clean('failed', 0), 6);
    assert.deepEqual(await numbers(queue), [0, 0, 0, 0, 0]);
    const { id } = await queue.add('test.numbered', { n: 1 });
    await untilState(queue, id, 'completed');
    assert.equal((await queue.counts()).completed, 1);
  });
});

describe('obliterate', () => {
  test('removes all of a queue, and nothing of others; it can be made anew', async () => {
    const name = freshName('gone');
    const queue = await world.queues.open(name, { attempts: 7 });
    const other = await world.queues.open(`${name}-2`);
    await fill(queue);
    await fill(other);
    await queue.add('test.any', {}, { deduplicate: { mode: 'throttle', id: 'd', ttlMs: 600_000 } });
    await assert.rejects(queue.obliterate('other'), { code: 'AW_QUEUE_UNCONFIRMED' });
    assert.equal((await queue.counts()).waiting, 96);
    await queue.obliterate(name);
    assert.equal((await world.queues.list()).includes(name), false);
    for (const filter of ['job', 'out', 'jev', 'queue', 'dedup'].map((kind) => `aw.test.${kind}.${name}.>`)) {
      for (const stream of ['JOBS', 'JOBLOG', 'FAILED', 'CONTROL'] as const) {
        // The record says that it is gone, to those that were away.
        const left = [...(await world.bus.subjects(stream, filter)).keys()].filter((one) => !one.endsWith('.record'));
        assert.deepEqual(left, []);
      }
    }
    for (const jobClass of ['f', 'r0', 'r3', 'd', 'l']) {
      assert.equal(await world.bus.jobs.consumerStatus(`test=${name}=${jobClass}`), undefined);
    }
    await assert.rejects(world.queues.get(name), { code: 'AW_QUEUE_UNKNOWN' });
    for (const use of [
      () => queue.add('test.any', {}),
      () => queue.configure({ attempts: 2 }),
      () => queue.pause(),
      () => queue.resume(),
    ]) {
      await assert.rejects(use, { code: 'AW_QUEUE_UNKNOWN' });
    }
    assert.equal((await world.queues.list()).includes(name), false);
    assert.deepEqual(await numbers(other), [95, 0, 5, 0, 0]);
    const again = await world.queues.open(name);
    assert.equal((await again.settings()).attempts, 3);
    assert.deepEqual(await numbers(again), [0, 0, 0, 0, 0]);
    const { id } = await again.add('test.any', {});
    await using _worker = await world.queues.startWorker(name, () => 'done');
    await untilState(again, id, 'completed');
  });

  test('that is still going on is waited for by whoever makes the queue anew: nothing of his is removed', async () => {
    const name = freshName();
    const first = await world.queues.open(name);
    await first.addBulk(
      Array.from({ length: 500 }, (_, n) => ({ type: 'test.numbered', data: { n }, options: { priority: n % 9 } })),
    );
    const going = first.obliterate(name);
    await until(async () => !(await world.queues.list()).includes(name), 'the queue to be gone');
    const again = await world.queues.open(name);
    const { id } = await again.add('test.numbered', { n: 1 });
    await going;
    assert.equal((await again.get(id))?.state, 'waiting');
    assert.equal((await again.counts()).waiting, 1);
  });

  test('ends what its workers do, in other processes too, and they go on when it is made anew', async () => {
    const name = freshName('gone');
    const queue = await world.queues.open(name);
    await using other = await openQueueWorld(server.url);
    const seen: string[] = [];
    const end = Promise.withResolvers<void>();
    await using _worker = await other.queues.startWorker(
      name,
      (job) => {
        seen.push(job.id);
        return job.type === 'test.numbered' ? end.promise : 'done';
      },
      { concurrency: 2 },
    );
    await queue.addBulk(numbered(20));
    await until(() => seen.length === 2, 'two to run');
    await queue.obliterate(name);
    end.resolve();
    const again = await world.queues.open(name);
    const { id } = await again.add('test.any', {});
    assert.equal((await untilState(again, id, 'completed')).result?.data, 'done');
    assert.equal(seen.filter((one) => one !== id).length, 2, 'nothing of the old queue has begun');
  });

  test('ends a job that runs as removed: who waits for it, and its schedule, are told', async () => {
    const queue = await world.queues.open(freshName());
    const begun = Promise.withResolvers<AbortSignal>();
    await using _worker = await world.queues.startWorker(queue.name, (_job, { signal }) => {
      begun.resolve(signal);
      return new Promise(() => {});
    });
    const turn = turnOf(queue.name, 1);
    const options = { ...turn.options, nt: { a: 'waiter', k: queue.name, r: 'r' } };
    const { subject, body } = encodeSingle({ ...turn, options, id: 'slow' });
    await world.bus.commit('JOBS', [{ subject, body: Buffer.from(body) }]);
    const signal = await begun.promise;
    await queue.obliterate(queue.name);
    // They are there when it resolves: with their outcome they would be gone.
    const [told, turned] = await Promise.all([
      world.bus.last('MAILBOX', `aw.test.cmd.*.waiter.${queue.name}`),
      world.bus.last('MAILBOX', `aw.test.cmd.*.*.sched-${queue.name}`),
    ]);
    const { outcome, error } = JSON.parse(Buffer.from(told?.body ?? '{}').toString());
    assert.deepEqual([outcome, error?.code, turned !== undefined], ['removed', 'AW_JOB_REMOVED', true]);
    await until(() => signal.aborted, 'it to be told');
  });
});
