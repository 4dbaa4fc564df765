import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import type { Queues } from '../../runtime/queue/queue-api.ts';
import { openQueues } from '../../runtime/queue/queues.ts';
import { connectTestBus } from '../harness/actor-world.ts';
import { startTestServer, type TestServer } from '../harness/nats-server.ts';
import { until } from '../harness/until.ts';
import { createFakeServices } from './fake-services.ts';
import { openDoors } from './gateway-world.ts';

let server: TestServer;
let bus: NatsBus;
let queues: Queues;

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
  const contracts = createContracts({ 'a.b': { type: 'object' } });
  queues = await openQueues({ bus, tenant: 'default', contracts, clock: systemClock, random: systemRandom });
});
after(async () => {
  await queues[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test('the GraphQL face works on the queue as it is: jobs are added, seen, moved, retried and forgotten', async (t) => {
  const { query } = await openDoors(t, { ...createFakeServices(bus), queues });
  const run = async (document: string) => {
    const { data, errors } = await query(document);
    assert.equal(errors, undefined, `${document}: ${JSON.stringify(errors)}`);
    return data;
  };
  const code = async (document: string) => (await query(document)).errors?.[0]?.extensions.code;

  assert.equal(await code('{ jobs(queue: "mail", state: WAITING) { next } }'), 'AW_QUEUE_UNKNOWN');
  const add = (options: string) => `addJob(queue: "mail", type: "a.b", data: {n: 1}, options: {${options}})`;
  const added = await run(`mutation {
    packed: ${add('attempts: 1')} { id isDuplicate }
    own: ${add('id: "own", priority: 3')} { id isDuplicate }
    again: ${add('id: "own"')} { isDuplicate }
    late: ${add('id: "late", delayMs: 3600000')} { id }
    gone: ${add('id: "gone", delayMs: 3600000')} { id }
  }`);
  assert.deepEqual([added.own, added.again], [{ id: 'own', isDuplicate: false }, { isDuplicate: true }]);
  assert.equal(await code(`mutation { ${add('priority: -1')} { id } }`), 'AW_JOB_OPTIONS_INVALID');
  assert.equal(await code(`mutation { ${add('backoff: 5')} { id } }`), 'AW_JOB_OPTIONS_INVALID');
  assert.equal(await code('mutation { addJob(queue: "mail", type: "x.y", data: {}) { id } }'), 'AW_JOB_TYPE_UNKNOWN');
  assert.equal(await code('mutation { addJob(queue: "mail", type: "a.b", data: 5) { id } }'), 'AW_DATA_INVALID');
  assert.equal(
    await code(`mutation { ${add('deduplicate: {mode: THROTTLE, id: "x"}')} { id } }`),
    'AW_JOB_OPTIONS_INVALID',
  );

  const { queue, late } = await run(`{
    queue(name: "mail") { counts { waiting delayed active } settings { attempts } }
    late: jobs(queue: "mail", state: DELAYED) { jobs { id state dueAt } }
  }`);
  assert.deepEqual(queue, { counts: { waiting: 2, delayed: 2, active: 0 }, settings: { attempts: 3 } });
  assert.deepEqual(late.jobs.map(({ id }: { id: string }) => id).sort(), ['gone', 'late']);
  const own = await run('{ job(queue: "mail", id: "own") { state priority data options } }');
  assert.deepEqual(own.job, { state: 'WAITING', priority: 3, data: { n: 1 }, options: { id: 'own', priority: 3 } });

  const filter = '{state: DELAYED}';
  assert.deepEqual(await run(`{ bulkJobsDryRun(queue: "mail", operation: PROMOTE, filter: ${filter}) }`), {
    bulkJobsDryRun: 2,
  });
  await run('mutation { removeJob(queue: "mail", id: "gone") promoteJob(queue: "mail", id: "late") }');
  assert.equal(await code('mutation { promoteJob(queue: "mail", id: "nothing") }'), 'AW_JOB_UNKNOWN');
  await run('mutation { pauseQueue(queue: "mail") { name } cancelJob(queue: "mail", id: "own", reason: "late") }');

  await using _worker = await queues.startWorker('mail', ({ id }) => {
    if (id === added.packed.id) throw new TypeError('Broken');
    return { done: id };
  });
  await run('mutation { resumeQueue(queue: "mail") { counts { isPaused } } }');
  const detail = '{ state attemptsMade error result { success data error } failures { attempt message stack } }';
  const ended = async (id: string) => (await run(`{ job(queue: "mail", id: "${id}") ${detail} }`)).job;
  const done = await until(async () => {
    const job = await ended('late');
    return job?.state === 'COMPLETED' && job;
  }, 'the promoted job to complete');
  assert.deepEqual(done.result, { success: true, data: { done: 'late' }, error: null });
  const failed = await until(async () => {
    const job = await ended(added.packed.id);
    return job?.state === 'FAILED' && job;
  }, 'the packed job to fail');
  assert.deepEqual([failed.attemptsMade, failed.error, failed.result.success], [1, 'Broken', false]);
  assert.match(failed.failures[0].stack, /Broken/);
  assert.equal((await ended('own')).state, 'CANCELLED');

  const retried = await run('mutation { bulkJobs(queue: "mail", operation: RETRY, filter: {state: FAILED}) }');
  assert.deepEqual(retried, { bulkJobs: 1 });
  await until(async () => (await ended(added.packed.id))?.attemptsMade >= 1, 'it to be tried again');
  const settings = await run(`mutation {
    configureQueue(queue: "mail", settings: {globalConcurrency: 2, rateLimit: {max: 5, windowMs: 1000}}) {
      settings { globalConcurrency rateLimit { max windowMs } attempts }
    }
    none: configureQueue(queue: "mail", settings: {globalConcurrency: 0, rateLimit: {max: 0, windowMs: 0}}) {
      settings { globalConcurrency rateLimit { max } }
    }
  }`);
  assert.deepEqual(settings.configureQueue.settings, {
    globalConcurrency: 2,
    rateLimit: { max: 5, windowMs: 1000 },
    attempts: 3,
  });
  assert.deepEqual(settings.none.settings, { globalConcurrency: null, rateLimit: null });

  assert.equal(await code('mutation { obliterateQueue(queue: "mail", confirm: "male") }'), 'AW_QUEUE_UNCONFIRMED');
  await run('mutation { drainQueue(queue: "mail", withDelayed: true) cleanQueue(queue: "mail", state: COMPLETED) }');
  await run('mutation { obliterateQueue(queue: "mail", confirm: "mail") }');
  assert.deepEqual(await run('{ queues { name } }'), { queues: [] });
});
