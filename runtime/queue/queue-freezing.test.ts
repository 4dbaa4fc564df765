import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { numberOf, openQueueWorld, QUEUE_TENANT } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { type FreezeAnswer, THAW_CHANNEL } from '../actor/freezing.ts';
import { connectServer, makeDirectory, readAll, save } from '../bus/backup/backup-world.ts';
import { restoreStreams } from '../bus/backup/restore.ts';
import type { Bus } from '../bus/bus.ts';
import { systemClock } from '../clock/system-clock.ts';
import { decodeOutcome } from './outcome-record.ts';
import { QUEUES_FREEZE_CHANNEL } from './queue-freezing.ts';

/** As `cli/freeze.ts` does it. */
async function freeze(bus: Pick<Bus, 'ask' | 'broadcast'>, holdMs = 30_000): Promise<AsyncDisposable> {
  const order = new TextEncoder().encode(JSON.stringify({ holdMs }));
  const body = await bus.ask(QUEUES_FREEZE_CHANNEL, order, 20_000);
  const answer = JSON.parse(new TextDecoder().decode(body)) as FreezeAnswer;
  assert.deepEqual(answer, { isFrozen: true });
  return {
    async [Symbol.asyncDispose]() {
      bus.broadcast(THAW_CHANNEL, new Uint8Array());
    },
  };
}

/** How often each number has completed, as JOBLOG has it. */
async function completedIn(bus: Bus): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (const { subject, body } of await readAll(bus, 'JOBLOG')) {
    if (!subject.startsWith(`aw.${QUEUE_TENANT}.out.`) || subject.split('.')[4] !== 'completed') continue;
    for (const { d } of decodeOutcome(body)?.j ?? []) {
      const { n } = d as { readonly n: number };
      counts.set(n, (counts.get(n) ?? 0) + 1);
    }
  }
  return counts;
}

test('frozen queues of all processes begin nothing and write nothing, take new jobs, and go on', async () => {
  await using server = await startTestServer();
  await using first = await openQueueWorld(server.url);
  await using second = await openQueueWorld(server.url);
  const begun: number[] = [];
  const held = Promise.withResolvers<void>();
  const queue = await first.queues.open('q');
  for (const { queues } of [first, second]) {
    await queues.startWorker('q', async (job) => {
      begun.push(numberOf(job));
      if (numberOf(job) === 0) await held.promise;
    });
  }
  await queue.add('test.numbered', { n: 0 });
  await until(() => begun.length === 1, 'the first to begin');

  const frozen = await freeze(first.bus);
  const before = await first.bus.streamStatus('JOBLOG');
  held.resolve();
  await Promise.all([1, 2, 3].map((n) => queue.add('test.numbered', { n })));
  const configured = queue.configure({ attempts: 7 });
  // A second order, as a renewal, comes back after all that was under way before.
  await freeze(second.bus);
  assert.deepEqual(begun, [0]);
  assert.equal((await first.bus.streamStatus('JOBLOG')).lastSequence, before.lastSequence);
  assert.equal((await queue.settings()).attempts, 3);

  await frozen[Symbol.asyncDispose]();
  await configured;
  await until(() => begun.length === 4, 'the others to begin');
  await until(async () => (await completedIn(first.bus)).size === 4, 'all to be done');
  assert.equal((await queue.settings()).attempts, 7);
});

test('a freeze that nobody renews or ends is over after its time', async () => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url);
  const { queues, bus } = world;
  const queue = await queues.open('q');
  let done = 0;
  await queues.startWorker('q', () => void done++);
  await freeze(bus, 1_000);
  await queue.add('test.any', {});
  await until(() => done === 1, 'the job to be done');
});

test('a backup of a queue that is busy holds each job that was acknowledged before, once: done or still to do', async (t) => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  await using adding = await openQueueWorld(source.url);
  await using working = await openQueueWorld(source.url);
  const over = new AbortController();
  using _end = { [Symbol.dispose]: () => over.abort() };
  const queue = await adding.queues.open('q');
  const processor = async () => systemClock.sleep(1);
  const workers = await Promise.all([1, 2].map(() => working.queues.startWorker('q', processor, { concurrency: 20 })));
  const acknowledged: number[] = [];
  let next = 0;
  const add = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const n = next++;
      const isSingle = n % 7 === 0;
      await queue.add('test.numbered', { n }, isSingle ? { id: `own-${n}`, delayMs: n % 2 === 0 ? 0 : 20 } : {});
      acknowledged.push(n);
    }
  };
  // One that is there at the backup, whatever the workers have done by then.
  const left = await queue.add('test.numbered', { n: next++ }, { delayMs: 3_600_000 });
  const adders = Array.from({ length: 32 }, add);
  await until(async () => (await completedIn(adding.bus)).size > 500, 'the workers to be busy');

  const directory = join(await makeDirectory(t), 'backup');
  let before: readonly number[] = [];
  await save(await connectServer(source.url, t), directory, {
    async freeze() {
      before = [...acknowledged];
      return freeze(adding.bus);
    },
  });
  const atThaw = acknowledged.length;
  await until(() => acknowledged.length > atThaw + 500, 'the source to go on');
  over.abort();
  await Promise.all(adders);
  await Promise.all(workers.map((worker) => worker.stop()));

  await restoreStreams({ server: await connectServer(target.url, t), directory });
  await using restored = await openQueueWorld(target.url);
  const knownThen = await completedIn(restored.bus);
  const runs = new Map<number, number>();
  const run = (job: Parameters<typeof numberOf>[0]) => {
    runs.set(numberOf(job), (runs.get(numberOf(job)) ?? 0) + 1);
  };
  await restored.queues.startWorker('q', run, { concurrency: 20, stalledIntervalMs: 1_000 });
  await (await restored.queues.get('q')).promote(left.id);
  await until(async () => (await restored.bus.streamStatus('JOBS')).messages === 0, 'all to be done');
  const done = await completedIn(restored.bus);
  assert.ok(before.length > 500 && knownThen.size > 500, `${before.length} ${knownThen.size}`);
  assert.deepEqual(
    before.filter((n) => done.get(n) !== 1),
    [],
    'each has one outcome',
  );
  assert.deepEqual(
    [...done].filter(([, count]) => count !== 1),
    [],
  );
  assert.deepEqual(
    [...runs].filter(([n, count]) => count !== 1 || knownThen.has(n)),
    [],
    'no known outcome is worked for again',
  );
  assert.ok(runs.size > 0, 'something was left to do');
});

test('a backup of a busy queue that does not stand still is refused', async (t) => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url);
  const { queues } = world;
  const over = new AbortController();
  using _end = { [Symbol.dispose]: () => over.abort() };
  const queue = await queues.open('q');
  await queues.startWorker('q', () => null);
  const adder = (async () => {
    while (!over.signal.aborted) await queue.add('test.any', {});
  })();
  const directory = join(await makeDirectory(t), 'backup');
  await assert.rejects(save(await connectServer(server.url, t), directory), { code: 'AW_BACKUP_UNSTEADY' });
  over.abort();
  await adder;
});
