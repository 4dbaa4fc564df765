import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { numberOf, openQueueWorld, QUEUE_TENANT, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { createVirtualClock } from '../../test/harness/virtual-clock.ts';
import type { Bus, Heard, Stored } from '../bus/bus.ts';
import { unavailable } from '../bus/bus-errors.ts';
import type { JobBus } from '../bus/jobs/job-bus.ts';
import type { Clock } from '../clock/clock.ts';
import { systemRandom } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { packHome, parsePackedId, singleSubject } from '../message/job-message.ts';
import { noLog } from '../telemetry/log.ts';
import { consumerName } from './consumers.ts';
import { goneSubject, noteGone } from './gone-notes.ts';
import type { JobOptions } from './job.ts';
import { outcomeSubject, outcomesFilter } from './outcome-record.ts';
import type { Processor } from './queue-api.ts';
import { startSweeping } from './sweeping.ts';

const [WAITS, FAILS, FAILS_THEN_WAITS] = [0, 1_000, 2_000];

/**
 * A worker has moved a job out of its pack, for another attempt, and has not noted that yet, when the broker is killed
 * and forgets that it has given the pack out: another worker gets it as if for the first time.
 */
test('a pack that another worker has written to is taken over, also where it comes as if for the first time', async () => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url);
  const { bus } = world;
  const queue = await world.queues.open('mail');
  const added = await queue.addBulk([1, 2, 3].map((n) => ({ type: 'test.numbered', data: { n } })));
  const [moved, , removed] = added.map(({ id }) => id);
  // Whoever gets the pack asks first what is known of it, as it does after the broker was away.
  await queue.remove(removed!);
  const home = packHome(parsePackedId(moved!)!.sequence);
  const any = outcomeSubject(QUEUE_TENANT, 'mail', '*', '*', home);
  await bus.commit('JOBLOG', [
    {
      subject: outcomeSubject(QUEUE_TENANT, 'mail', 'taken', false, home),
      body: Buffer.from(JSON.stringify({ w: 'another-worker', j: [] })),
      expectLastOn: any,
      expectLastSequence: (await bus.last('JOBLOG', any))!.sequence,
    },
  ]);
  await bus.commit('JOBS', [
    {
      subject: singleSubject(QUEUE_TENANT, 'mail', 'r0', moved!),
      body: Buffer.from(JSON.stringify([{ t: 'test.numbered', d: { n: 1 }, i: moved, n: 1 }])),
    },
  ]);

  const seen: string[] = [];
  await using _worker = await world.queues.startWorker('mail', (job) => {
    seen.push(`${numberOf(job)}, attempt ${job.attempt}`);
  });
  await until(async () => (await bus.streamStatus('JOBS')).messages === 0, 'all to be done');
  assert.deepEqual(seen.toSorted(), ['1, attempt 2', '2, attempt 1']);
});

const LONG = { stalledIntervalMs: 600_000 } as const;
/** Time that stands still: whoever has it sweeps nothing. */
const still: Clock = { ...systemClock, monotonic: () => 0 };

/** Waits of seconds last for hundredths; once it is told to, nobody was heard for long. */
function createHastyClock(): Clock & { skip(): void } {
  let aheadMs = 0;
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + aheadMs,
    sleep: (ms, signal) => systemClock.sleep(ms > 5_000 ? ms : ms / 100, signal),
    skip() {
      aheadMs = 600_000;
    },
  };
}

/**
 * As of a broker whose disk was full: what was acknowledged is there again, and is not given out. Here its
 * acknowledgement is lost, and it would be given out long after the test.
 */
test('what has been done and is still there is taken away once a broker is found, and nothing else is', async () => {
  await using server = await startTestServer();
  await using lossy = await openQueueWorld(server.url, { isLossy: true, clock: still });
  const queue = await lossy.queues.open('mail', { backoff: { type: 'fixed', delayMs: 600_000 } });
  const { bus } = lossy;
  const over = Promise.withResolvers<void>();
  using stack = new DisposableStack();
  stack.defer(over.resolve);
  /** By its number: it ends at once, waits for the end of the test, or fails the first time and waits then. */
  const process: Processor = (job) => {
    const n = numberOf(job);
    if (n === FAILS || (n === FAILS_THEN_WAITS && job.attempt === 1)) throw new Error('bad');
    return n === WAITS || n === FAILS_THEN_WAITS ? over.promise : undefined;
  };
  const bulk = (numbers: readonly number[], options: JobOptions = {}) =>
    queue.addBulk(numbers.map((n) => ({ type: 'test.numbered', data: { n }, options })));
  const single = (n: number, id: string, options: JobOptions = {}) =>
    queue.add('test.numbered', { n }, { id, ...options });
  const sequenceOf = (id: string) => parsePackedId(id)!.sequence;

  const touched = await bulk([1, 2]);
  await queue.remove(touched[1]!.id);
  const slow = await lossy.queues.startWorker('mail', process, { ...LONG, concurrency: 50 });
  const done = await bulk([3, 4]);
  const running = await bulk([WAITS, 5]);
  const moved = await bulk([FAILS, 6], { attempts: 2 });
  const many = Array.from({ length: 120 }, (_, n) => `many-${n}`);
  for (const [n, id] of many.entries()) await single(n + 100, id);
  await single(7, 'urgent', { priority: 5 });
  await single(WAITS, 'waits');
  await single(FAILS, 'delayed', { attempts: 2 });
  await single(FAILS_THEN_WAITS, 'again', { attempts: 2, backoff: { type: 'fixed', delayMs: 0 } });
  for (const { id } of [touched[0]!, ...done, running[1]!, moved[1]!]) await untilState(queue, id, 'completed');
  for (const id of ['urgent', ...many]) await untilState(queue, id, 'completed');
  for (const id of [moved[0]!.id, 'delayed']) await untilState(queue, id, 'delayed');
  await until(() => slow.running === 3, 'what waits to run');
  const movedFilter = outcomesFilter(QUEUE_TENANT, 'mail', 'moved');
  await until(async () => (await bus.count('JOBLOG', movedFilter, 1)) === 1, 'what has left its pack to be noted');
  await noteGone({ bus, tenant: QUEUE_TENANT, queue: 'mail' }, sequenceOf(touched[1]!.id), 1);
  // What was never given out is whoever's who ends it.
  const idle = await lossy.queues.open('idle');
  for (const id of ['given', 'waiting']) {
    await idle.add('test.any', {}, { id });
    const body = Buffer.from(JSON.stringify({ w: 'another-worker', j: [{ t: 'test.any' }] }));
    await bus.commit('JOBLOG', [{ subject: outcomeSubject(QUEUE_TENANT, 'idle', 'completed', false, id), body }]);
  }
  await bus.jobs.fetch(consumerName(QUEUE_TENANT, 'idle', 'r0'), 1);

  /** What stands in JOBS, less what ends its subject. */
  const left = async () => {
    const found = await bus.page('JOBS', { from: 1, filter: `aw.${QUEUE_TENANT}.job.>`, limit: 1_000 });
    return found.map(({ subject }) => subject.split('.').slice(3).join('.'));
  };
  const all = await left();
  assert.equal(all.length, 3 + 1 + 120 + 1 + 1 + 2 + 2 + 1 + 2, `${all.filter((one) => !one.includes('many'))}`);
  const noted = async () => (await bus.subjects('CONTROL', goneSubject(QUEUE_TENANT, 'mail', '*'))).size;
  assert.equal(await noted(), 1);

  const clock = createHastyClock();
  await using world = await openQueueWorld(server.url, { clock });
  clock.skip();
  const stays = ['idle.r0.s.waiting', `mail.d.s.${moved[0]!.id}`, 'mail.d.s.delayed'];
  const staysYet = [...stays, 'mail.r0.p.2', 'mail.r0.s.again', 'mail.r0.s.waits'];
  await until(async () => (await left()).length <= staysYet.length, 'what is done to be gone');
  assert.deepEqual((await left()).toSorted(), staysYet.toSorted());
  assert.equal(await noted(), 0);

  over.resolve();
  for (const id of [running[0]!.id, 'waits', 'again']) await untilState(queue, id, 'completed');
  await slow.stop();
  await server.kill();
  await until(() => !world.bus.status.isConnected, 'the loss to be noticed');
  await server.restart();
  await until(async () => (await left().catch(() => all)).length <= stays.length, 'the rest to be gone');
  assert.deepEqual((await left()).toSorted(), stays.toSorted());
});

test('of several processes one sweeps, each time that the broker is found, and waits for nothing when it ends', async () => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url, { clock: still });
  const clock = createVirtualClock();
  const ears = new Set<(heard: Heard) => void>();
  const finders = new Set<() => void>();
  const began: string[] = [];
  let isAway = false;
  let failsOnce = false;
  let hanging: Promise<void> | undefined;
  let pages = 0;
  const start = (self: string) => {
    const bus: Bus = {
      ...world.bus,
      listen(_channel, ear) {
        ears.add(ear);
        return { [Symbol.dispose]: () => void ears.delete(ear) };
      },
      broadcast(_channel, body) {
        for (const ear of isAway ? [] : ears) ear({ body, reply: () => undefined });
      },
      async streamStatus() {
        if (isAway) throw unavailable('it is away');
        return { messages: 300, firstSequence: 1, lastSequence: 300, incarnation: 'one' };
      },
      async page(_stream, { from, limit }) {
        pages++;
        if (from === 1) began.push(self);
        const fails = failsOnce;
        failsOnce = false;
        if (fails) throw unavailable('it is away for a moment');
        await hanging;
        return Array.from({ length: limit }, (_, index) => noJob(from + index));
      },
    };
    const jobs: JobBus = {
      ...world.bus.jobs,
      onReconnect(finder) {
        finders.add(finder);
        return { [Symbol.dispose]: () => void finders.delete(finder) };
      },
      async consumerStatus(name) {
        return name.endsWith('=r0') ? { name, pending: 0, held: 0, deliveredUpTo: 300, isPaused: false } : undefined;
      },
    };
    const directory = { names: () => ['mail'], get: () => undefined };
    const parts = { bus, jobs, clock, random: systemRandom, log: noLog, tenant: 'test', self, directory };
    return startSweeping({ ...parts, isHeld: () => false });
  };
  const find = () => {
    isAway = false;
    for (const finder of finders) finder();
  };
  const advance = () => clock.advance(30_000);
  using _first = start('b');
  await advance();
  const second = start('a');
  await advance();
  assert.deepEqual(began.splice(0), ['b']);
  find();
  await advance();
  assert.deepEqual(began.splice(0), ['b']);
  // Neither hears the other meanwhile.
  isAway = true;
  await advance();
  find();
  await advance();
  assert.deepEqual(began.splice(0), ['a']);
  failsOnce = true;
  find();
  await advance();
  assert.deepEqual(began.splice(0), ['a', 'a']);
  const answer = Promise.withResolvers<void>();
  hanging = answer.promise;
  find();
  await advance();
  const before = pages;
  second[Symbol.dispose]();
  answer.resolve();
  await clock.advance(100);
  assert.deepEqual([pages, began.splice(0)], [before, ['a']]);
  await advance();
  assert.deepEqual(began, ['b']);
});

/** In JOBS, by a stranger. */
function noJob(sequence: number): Stored {
  return {
    stream: 'JOBS',
    sequence,
    subject: 'aw.test.job.mail.r0.s.x',
    headers: {},
    body: Buffer.from('?'),
    storedAt: 1,
  };
}
