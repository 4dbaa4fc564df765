import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { StreamName } from '../bus/bus.ts';
import type { NatsBus } from '../bus/nats-bus.ts';
import { packHome, singleSubject } from '../message/job-message.ts';
import type { Job } from './job.ts';
import { outcomeSubject } from './outcome-record.ts';
import type { BulkOperation, JobQueue } from './queue-api.ts';

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
const any = (count: number, options = {}) =>
  Array.from({ length: count }, () => ({ type: 'test.any', data: {}, options }));

/** Holds what is committed to a stream until it is let go. */
function holdCommit(bus: NatsBus, held: StreamName, about = '') {
  const { commit } = bus;
  const [reached, going, done] = [1, 2, 3].map(() => Promise.withResolvers<void>());
  bus.commit = async (stream, messages) => {
    if (stream !== held || !messages[0]?.subject.includes(about)) return commit(stream, messages);
    reached!.resolve();
    await going!.promise;
    const result = await commit(stream, messages);
    done!.resolve();
    return result;
  };
  return { isReached: reached!.promise, letGo: going!.resolve, isDone: done!.promise };
}

/**
 * Resolves when an order has come, and was obeyed.
 *
 * @param isHeard false for a process that misses them, as one that connects anew does
 */
function watchOrders(bus: NatsBus, isHeard: boolean): Promise<void> {
  const { listen } = bus;
  const come = Promise.withResolvers<void>();
  bus.listen = (channel, onMessage) =>
    listen(channel, (message) => {
      const isOrder = Buffer.from(message.body).toString().includes('"is":"order"');
      if (!isOrder || isHeard) onMessage(message);
      if (isOrder) come.resolve();
    });
  return come.promise;
}

/** Outcomes that are stored, and messages of jobs that have one for themselves. */
const outcomesOf = async ({ name }: JobQueue) =>
  [...(await world.bus.subjects('JOBLOG', `aw.test.out.${name}.>`)).keys()]
    .map((subject) => subject.replace(`aw.test.out.${name}.`, ''))
    .sort();
const singlesOf = async ({ name }: JobQueue) => [
  ...(await world.bus.subjects('JOBS', `aw.test.job.${name}.*.s.>`)).keys(),
];
const untilAllGone = ({ name }: JobQueue) =>
  until(async () => (await world.bus.count('JOBS', `aw.test.job.${name}.>`, 1)) === 0, 'all to be gone');

describe('bulk', () => {
  test('says in a dry run what it then does, by type, age and limit', async () => {
    const queue = await world.queues.open(freshName());
    await queue.addBulk([...numbered(90), ...any(40)]);
    await queue.addBulk(any(10, { delayMs: 600_000 }));
    const times = (await queue.list('waiting', { first: 1_000 })).jobs.map(({ addedAt }) => addedAt);
    const [oldest, newest] = [Math.min(...times), Math.max(...times)];
    const cases = [
      ['remove', { state: 'waiting', type: 'test.any' }, 40],
      ['cancel', { state: 'waiting', limit: 7 }, 7],
      ['remove', { state: 'waiting', addedBefore: oldest }, 0],
      ['remove', { state: 'waiting', limit: 0 }, 0],
      ['promote', { state: 'delayed', limit: 4 }, 4],
      ['remove', { state: 'delayed', addedBefore: Number.MAX_SAFE_INTEGER }, 6],
      ['cancel', { state: 'waiting', type: 'test.numbered', addedBefore: newest + 1 }, 83],
      ['remove', { state: 'waiting', type: 'nothing.such' }, 0],
    ] as const;
    for (const [operation, filter, count] of cases) {
      const before = await queue.counts();
      assert.equal(await queue.bulk(operation, filter, { isDryRun: true }), count, JSON.stringify(filter));
      assert.deepEqual(await queue.counts(), before, 'a dry run does nothing');
      assert.equal(await queue.bulk(operation, filter), count, JSON.stringify(filter));
    }
    const { waiting, delayed } = await queue.counts();
    assert.deepEqual([waiting, delayed], [4, 0]);
  });

  test('tries failed ones again and forgets finished ones', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 100 } });
    let isBad = true;
    await using _worker = await world.queues.startWorker(queue.name, (job) => {
      if (isBad && job.type === 'test.any') throw new Error('bad');
    });
    await queue.addBulk([...numbered(20), ...any(20, { attempts: 1 })]);
    await until(async () => (await queue.counts()).failed === 20, 'them to fail');
    isBad = false;
    assert.equal(await queue.bulk('retry', { state: 'failed', limit: 15 }), 15);
    await until(async () => (await queue.counts()).completed === 35, 'those tried again to be done');
    assert.equal(await queue.bulk('remove', { state: 'failed' }), 5);
    assert.equal(await queue.bulk('remove', { state: 'completed', type: 'test.any' }), 15);
    const { failed, completed } = await queue.counts();
    assert.deepEqual([failed, completed], [0, 20]);
  });

  test('leaves out what has gone on meanwhile', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 1_000 } });
    await queue.pause();
    const added = await queue.addBulk(numbered(300));
    const over = Promise.withResolvers<void>();
    const process = (job: Job) => (numberOf(job) < 64 ? undefined : over.promise);
    await using _worker = await world.queues.startWorker(queue.name, process, { concurrency: 1 });
    const operator = queue.bulk('remove', { state: 'waiting' });
    await queue.resume();
    const removed = await operator;
    assert.ok(removed > 200);
    over.resolve();
    await until(async () => {
      const { waiting, active } = await queue.counts();
      return waiting + active === 0;
    }, 'each job to be done or removed');
    const ends = await Promise.all(added.map(async ({ id }) => (await queue.get(id))?.state));
    const [done, gone] = ['completed', 'removed'].map((state) => ends.filter((end) => end === state).length);
    assert.equal(done! + gone!, 300, 'each has ended in one way');
    assert.equal(removed, gone);
  });

  for (const [operation, act] of [
    ['removal of what waits', (queue: JobQueue) => queue.bulk('remove', { state: 'waiting' })],
    ['drain', (queue: JobQueue) => queue.drain()],
  ] as const) {
    test(`leaves alone what is done after it was looked up: ${operation}`, async () => {
      const queue = await world.queues.open(freshName(), { completed: { count: 10 } });
      const added = await queue.addBulk(numbered(2));
      const over = Promise.withResolvers<void>();
      await using _worker = await world.queues.startWorker(queue.name, () => over.promise, { concurrency: 1 });
      await using other = await openQueueWorld(server.url);
      const operator = await other.queues.get(queue.name);
      await until(async () => (await operator.counts()).active === 1, 'the first to run');
      const { last } = other.bus;
      other.bus.last = async (stream, subject) => {
        if (stream === 'JOBS') {
          over.resolve();
          for (const { id } of added) await untilState(queue, id, 'completed');
        }
        return last(stream, subject);
      };
      assert.equal(await act(operator), 0);
      assert.equal((await queue.counts()).completed, 2);
    });
  }

  for (const [isHeard, what] of [
    [true, 'hears of it'],
    [false, 'does not hear of it'],
  ] as const) {
    test(`leaves nothing of a job that gets a message of its own just then, where its worker ${what}`, async () => {
      const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 7_200_000 } });
      const [first, second] = await queue.addBulk(numbered(2));
      await using other = await openQueueWorld(server.url);
      const ordered = watchOrders(other.bus, isHeard);
      const leaving = holdCommit(other.bus, 'JOBS');
      const [runs, over] = [[] as number[], Promise.withResolvers<void>()];
      await using _worker = await other.queues.startWorker(queue.name, (job) => {
        runs.push(numberOf(job));
        if (numberOf(job) === 0) throw new Error('Again');
        return over.promise;
      });
      await leaving.isReached;
      await until(async () => (await queue.list('waiting')).jobs.length === 1, 'one to run');
      assert.equal(await queue.bulk('remove', { state: 'waiting' }), 1);
      await ordered;
      leaving.letGo();
      await leaving.isDone;
      await until(async () => (await singlesOf(queue)).length === 0, 'its message to be gone');
      over.resolve();
      await untilState(queue, second!.id, 'completed');
      await untilAllGone(queue);
      assert.deepEqual([(await queue.get(first!.id))?.state, runs.sort()], ['removed', [0, 1]]);
      const pack = `~${first!.id.split('~')[0]}`;
      const expected = [`completed.n.${pack}`, `moved.n.${pack}`, `removed.n.${first!.id}`, `taken.n.${pack}`];
      assert.deepEqual(await outcomesOf(queue), expected);
    });
  }

  test('leaves nothing of a job that has just got a message of its own, where its worker dies over that', async () => {
    const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 7_200_000 } });
    const [job] = await queue.addBulk(numbered(2));
    await using worker = await openQueueWorld(server.url);
    await using other = await openQueueWorld(server.url);
    void watchOrders(worker.bus, false);
    const leaving = holdCommit(worker.bus, 'JOBS');
    await worker.queues.startWorker(queue.name, ({ id }) => {
      if (id === job!.id) throw new Error('Again');
    });
    await leaving.isReached;
    const ending = holdCommit(other.bus, 'JOBLOG');
    const removal = (await other.queues.get(queue.name)).remove(job!.id);
    await ending.isReached;
    const noting = holdCommit(worker.bus, 'JOBLOG');
    leaving.letGo();
    await noting.isReached;
    assert.equal((await singlesOf(queue)).length, 1);
    ending.letGo();
    await removal;
    const left = await singlesOf(queue);
    noting.letGo();
    assert.deepEqual(left, []);
    await untilAllGone(queue);
  });

  test('leaves nothing of a job that gets a message of its own as its pack is taken over', async () => {
    const queue = await world.queues.open(freshName());
    const [first, second] = await queue.addBulk(numbered(2));
    const pack = Number.parseInt(first!.id, 36);
    await world.bus.commit('JOBLOG', [
      {
        subject: outcomeSubject('test', queue.name, 'taken', false, packHome(pack)),
        body: Buffer.from(JSON.stringify({ w: 'former-worker', j: [] })),
      },
    ]);
    await queue.remove(first!.id);
    // Where nobody pulls it from: the former worker was about to store that when it died.
    const late = singleSubject('test', queue.name, 'd', first!.id);
    await world.bus.commit('JOBS', [
      { subject: late, body: Buffer.from(JSON.stringify([{ i: first!.id, t: 'test.numbered', d: { n: 0 }, n: 1 }])) },
    ]);
    await using other = await openQueueWorld(server.url);
    const ordered = watchOrders(other.bus, true);
    const moving = holdCommit(other.bus, 'JOBS');
    const seen: string[] = [];
    await using _worker = await other.queues.startWorker(queue.name, ({ id }) => void seen.push(id));
    await moving.isReached;
    const left = await singlesOf(queue);
    await queue.pause();
    await queue.remove(second!.id);
    await ordered;
    moving.letGo();
    await moving.isDone;
    assert.deepEqual(left, []);
    await untilAllGone(queue);
    assert.deepEqual(seen, []);
  });

  test('keeps a job that an operator ends from leaving its pack at all', async () => {
    const queue = await world.queues.open(freshName());
    const [job] = await queue.addBulk(numbered(2));
    await using other = await openQueueWorld(server.url);
    const ordered = watchOrders(other.bus, true);
    const owning = holdCommit(other.bus, 'JOBLOG');
    const leaving = holdCommit(other.bus, 'JOBS');
    leaving.letGo();
    let hasLeft = false;
    void leaving.isReached.then(() => {
      hasLeft = true;
    });
    const over = Promise.withResolvers<void>();
    const worker = await other.queues.startWorker(queue.name, ({ id }) => {
      if (id === job!.id) throw new Error('Again');
      return over.promise;
    });
    await owning.isReached;
    await queue.remove(job!.id);
    await ordered;
    owning.letGo();
    over.resolve();
    await worker.stop();
    assert.deepEqual([hasLeft, (await queue.get(job!.id))?.state], [false, 'removed']);
  });

  test('removes a job also where its worker has written of others of its pack meanwhile', async () => {
    const queue = await world.queues.open(freshName());
    const added = await queue.addBulk(numbered(3));
    const [first, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const process = (job: Job) => (numberOf(job) === 0 ? first.promise : over.promise);
    await using _worker = await world.queues.startWorker(queue.name, process, { concurrency: 1 });
    await until(async () => (await queue.counts()).active === 1, 'the first to run');
    await using other = await openQueueWorld(server.url);
    const ending = holdCommit(other.bus, 'JOBLOG');
    const operator = (await other.queues.get(queue.name)).bulk('remove', { state: 'waiting', limit: 1 });
    await ending.isReached;
    first.resolve();
    await untilState(queue, added[0]!.id, 'completed');
    ending.letGo();
    assert.equal(await operator, 1);
    over.resolve();
    await untilState(queue, added[2]!.id, 'completed');
    assert.equal((await queue.get(added[1]!.id))?.state, 'removed');
  });

  test('cancels what runs, as far as the limit goes', async () => {
    const queue = await world.queues.open(freshName());
    let aborted = 0;
    await using _worker = await world.queues.startWorker(
      queue.name,
      (_, { signal }) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            aborted++;
            resolve();
          });
        }),
      { concurrency: 6 },
    );
    await queue.addBulk(numbered(6));
    await until(async () => (await queue.counts()).active === 6, 'all to run');
    assert.equal(await queue.bulk('cancel', { state: 'active', limit: 4 }), 4);
    await until(() => aborted === 4, 'four to be told');
    assert.equal(await queue.bulk('cancel', { state: 'active' }, { isDryRun: true }), (await queue.counts()).active);
    await until(async () => (await queue.counts()).active === 2, 'four to end');
    assert.equal(await queue.bulk('cancel', { state: 'active' }), 2);
    await until(() => aborted === 6, 'all to be told');
  });

  test('refuses what makes no sense', async () => {
    const queue = await world.queues.open(freshName());
    const cases = [
      ['retry', { state: 'waiting' }],
      ['promote', { state: 'failed' }],
      ['cancel', { state: 'completed' }],
      ['remove', { state: 'active' }],
      ['explode', { state: 'waiting' }],
      ['remove', { state: 'waiting', limit: -1 }],
      ['remove', { state: 'waiting', limit: Number.NaN }],
    ] as const;
    for (const [operation, filter] of cases) {
      await assert.rejects(queue.bulk(operation as BulkOperation, filter), { code: 'AW_ARGUMENT_INVALID' }, operation);
    }
  });
});
