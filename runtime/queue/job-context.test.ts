import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { JobEvent } from './job.ts';
import { decodeOutcome } from './outcome-record.ts';
import type { JobQueue } from './queue-api.ts';

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

    const facts = (queue: JobQueue, verb: string) =>
      world.bus.page('JOBLOG', { from: 1, filter: `aw.test.jev.${queue.name}.${verb}.*`, limit: 1_000 });

    test('progress is told at most ten times a second, and its last value is kept', async () => {
      const queue = await world.queues.open(freshName());
      const from = performance.now();
      await using _worker = await world.queues.startWorker(queue.name, async (_job, ctx) => {
        for (let percent = 0; percent <= 100; percent++) {
          ctx.progress({ percent });
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
      const { id } = await queue.add('test.any', {});
      await untilState(queue, id, 'completed');
      const job = await until(async () => {
        const found = await queue.get(id);
        return (found?.progress as { percent: number } | undefined)?.percent === 100 && found;
      }, 'the last value');
      assert.deepEqual(job.progress, { percent: 100 });
      const told = (await facts(queue, 'progress')).length;
      const most = (performance.now() - from) / 100 + 2;
      assert.ok(told >= 2 && told <= most, `${told} of at most ${most}`);
    });

    test('lines of its log are kept in order, up to a bound that is told', async () => {
      const queue = await world.queues.open(freshName());
      await using _worker = await world.queues.startWorker(queue.name, (_job, ctx) => {
        for (let line = 0; line < 1_500; line++) ctx.write(`line ${line}`);
      });
      const { id } = await queue.add('test.any', {});
      await untilState(queue, id, 'completed');
      await until(async () => (await facts(queue, 'log')).length === 1_000, 'its lines');
      await until(async () => (await world.bus.count('JOBLOG', `aw.test.jev.${queue.name}.log.*`, 1)) === 1_001, 'all');
      const { logs = [] } = (await queue.get(id)) ?? {};
      assert.deepEqual([logs[0], logs[999]], ['line 0', 'line 999']);
    });

    test('partial results come in order, before the outcome', async () => {
      const queue = await world.queues.open(freshName());
      const end = new AbortController();
      const seen: JobEvent[] = [];
      const following = (async () => {
        for await (const event of queue.events(undefined, end.signal)) seen.push(event);
      })();
      await using _worker = await world.queues.startWorker(queue.name, async (_job, ctx) => {
        for (let n = 0; n < 20; n++) await ctx.partial({ n });
        await Promise.all([ctx.partial({ n: 20 }), ctx.partial({ n: 21 })]);
        return 'whole';
      });
      const { id } = await queue.add('test.any', {});
      await until(() => seen.some(({ type }) => type === 'completed'), 'its end');
      end.abort();
      await following;
      const told = seen.filter(({ type }) => type === 'partial' || type === 'completed');
      assert.deepEqual(
        told.map(({ type, data }) => (type === 'partial' ? (data as { n: number }).n : type)),
        [...Array.from({ length: 22 }, (_, n) => n), 'completed'],
      );
      const job = await queue.get(id);
      assert.equal(job?.partials.length, 22);
      assert.equal(job?.result?.data, 'whole');
    });

    test('what it tells after its end counts for nothing', async () => {
      const queue = await world.queues.open(freshName());
      let late = () => {};
      await using _worker = await world.queues.startWorker(queue.name, (_job, ctx) => {
        late = () => {
          ctx.progress(1);
          ctx.write('late');
          ctx.emit('counter.added', {}, { key: 'k' });
          void ctx.partial(1);
        };
      });
      const { id } = await queue.add('test.any', {});
      await untilState(queue, id, 'completed');
      late();
      const { id: next } = await queue.add('test.any', {});
      await untilState(queue, next, 'completed');
      assert.deepEqual([(await facts(queue, 'progress')).length, (await facts(queue, 'log')).length], [0, 0]);
    });

    test('effects stand once in the record of its outcome, in order, and none of an attempt that failed', async () => {
      const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 0 } });
      await using _worker = await world.queues.startWorker(queue.name, (job, ctx) => {
        ctx.emit('counter.added', { attempt: job.attempt }, { key: queue.name });
        ctx.cast('counter', 'k', 'counter.add', { attempt: job.attempt });
        ctx.enqueue('other', 'test.any', { attempt: job.attempt }, { delayMs: 1_000, priority: 2 });
        if (job.attempt < 3) throw new Error('again');
      });
      const { id } = await queue.add('test.any', {});
      await untilState(queue, id, 'completed');
      const records = await world.bus.page('JOBLOG', { from: 1, filter: `aw.test.out.${queue.name}.>`, limit: 100 });
      const effects = records.flatMap(({ body }) => decodeOutcome(body)?.x ?? []);
      assert.deepEqual(
        effects.map(({ to, body }) => [to, /"attempt":(\d)/.exec(body)?.[1]]),
        [
          ['EVENTS', '3'],
          ['MAILBOX', '3'],
          ['JOBS', '3'],
        ],
      );
      assert.match(effects[2]!.subject, /^aw\.test\.job\.other\.d\.s\./);
      assert.match(effects[2]!.deliver?.to ?? '', /\.r2\.s\./);
      assert.ok(records.some(({ subject }) => subject.includes('.completed.x.')));
    });

    test('effects leave once the job has completed, each once', async () => {
      const queue = await world.queues.open(freshName());
      const next = await world.queues.open(freshName());
      let enqueued = '';
      const seen: unknown[] = [];
      await using _worker = await world.queues.startWorker(queue.name, (_job, ctx) => {
        ctx.emit('counter.added', { by: 1 }, { key: queue.name });
        enqueued = ctx.enqueue(next.name, 'test.any', { from: queue.name });
      });
      await using _other = await world.queues.startWorker(next.name, ({ data, id }) => void seen.push([id, data]));
      const { id } = await queue.add('test.any', {});
      await untilState(queue, id, 'completed');
      await until(() => seen.length === 1, 'the other job');
      assert.deepEqual(seen, [[enqueued, { from: queue.name }]]);
      const subject = `aw.test.evt.counter.added.${queue.name}`;
      await until(async () => (await world.bus.count('EVENTS', subject, 1)) === 1, 'the event');
    });

    test('no effect is more than a job may have', async () => {
      const queue = await world.queues.open(freshName());
      await using _worker = await world.queues.startWorker(queue.name, (_job, ctx) => {
        for (let n = 0; n < 401; n++) ctx.emit('counter.added', {}, { key: 'k' });
      });
      const { id } = await queue.add('test.any', {});
      assert.equal((await untilState(queue, id, 'failed')).failures[0]?.code, 'AW_OUTBOX_TOO_LARGE');
    });
  });
}
