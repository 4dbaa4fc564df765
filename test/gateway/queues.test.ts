import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { DEFAULT_SETTINGS } from '../../runtime/queue/job.ts';
import { isSampled } from '../../runtime/telemetry/spans.ts';
import { startTelemetry } from '../../runtime/telemetry/telemetry.ts';
import { fakeJob } from './fake-queues.ts';
import { startWorld } from './gateway-world.ts';

const AT = Date.UTC(2026, 0, 2);
const INSTANT = '2026-01-02T00:00:00.000Z';
/** Literals of a document become objects without a prototype. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test('queues come with counts and settings, each only when it is asked for', async (t) => {
  const { query, services } = await startWorld(t);
  assert.deepEqual((await query('{ queues { name } }')).data.queues, []);
  const mail = await services.queues.open('mail');
  await services.queues.open('agents');
  await mail.add('system.cleanup', {});
  await mail.pause();
  const { data, errors } = await query(`{
    queues { name counts { waiting failed isPaused byPriority { priority waiting } } }
    queue(name: "mail") { settings {
      attempts backoff attemptTimeoutMs completed { count ageMs } globalConcurrency rateLimit { max } types
    } }
    none: queue(name: "none") { name }
    jobTypes { type description schema }
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    queues: [
      {
        name: 'agents',
        counts: { waiting: 0, failed: 0, isPaused: false, byPriority: [{ priority: 0, waiting: 0 }] },
      },
      { name: 'mail', counts: { waiting: 1, failed: 0, isPaused: true, byPriority: [{ priority: 0, waiting: 1 }] } },
    ],
    queue: {
      settings: {
        attempts: 3,
        backoff: { type: 'exponential', delayMs: 2000 },
        attemptTimeoutMs: 0,
        completed: { count: 10, ageMs: null },
        globalConcurrency: null,
        rateLimit: null,
        types: [],
      },
    },
    none: null,
    jobTypes: [{ type: 'system.cleanup', description: 'Tidies up.', schema: { type: 'object' } }],
  });
  mail.counts = () => Promise.reject(new Error('Not asked for'));
  assert.equal((await query('{ queues { name settings { attempts } } }')).errors, undefined);
});

test('a queue that goes away while queues are listed is left out', async (t) => {
  const { query, services } = await startWorld(t);
  await services.queues.open('mail');
  services.queues.list = async () => ['gone', 'mail'];
  assert.deepEqual((await query('{ queues { name } }')).data.queues, [{ name: 'mail' }]);
  services.queues.get = () => Promise.reject(new Error('Something else'));
  assert.equal((await query('{ queues { name } }')).errors?.[0]?.extensions.code, 'AW_INTERNAL');
});

test('jobs come page by page, and one with all that is known of it', async (t) => {
  const { query, services } = await startWorld(t);
  await services.queues.open('mail');
  const { jobs } = services.queues.queues.get('mail')!;
  for (let n = 0; n < 5; n++) jobs.push(fakeJob('mail', `w${n}`));
  jobs.push(
    fakeJob('mail', 'late', { state: 'delayed', dueAt: AT + 1 }),
    fakeJob('mail', 'bad', {
      state: 'failed',
      priority: 2,
      attemptsMade: 3,
      finishedAt: AT,
      durationMs: 1.5,
      error: 'Boom',
      traceId: 'a'.repeat(32),
      data: { n: 1 },
      result: { success: false, error: 'Boom', duration: 1.5, timestamp: AT },
      failures: [{ code: 'AW_UNEXPECTED', message: 'Boom', attempt: 3, at: AT, stack: 'at x' }],
      progress: 0.5,
      logs: ['one'],
      partials: [{ part: 1 }],
      stalledCount: 1,
      options: {
        isLifo: true,
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
        deduplicate: { mode: 'throttle', id: 'x', ttlMs: 5 },
      },
    }),
    fakeJob('mail', 'ended', { state: 'cancelled' }),
  );
  const page = await query(`{
    jobs(queue: "mail", state: WAITING, first: 3) { jobs { id state addedAt dueAt traceId } next }
    rest: jobs(queue: "mail", state: WAITING, first: 3, after: "3") { jobs { id } next }
    late: jobs(queue: "mail", state: DELAYED) { jobs { id state dueAt } }
  }`);
  assert.equal(page.errors, undefined);
  const first = { id: 'w0', state: 'WAITING', addedAt: INSTANT, dueAt: null, traceId: null };
  assert.deepEqual(page.data, {
    jobs: { jobs: ['w0', 'w1', 'w2'].map((id) => ({ ...first, id })), next: '3' },
    rest: { jobs: [{ id: 'w3' }, { id: 'w4' }], next: null },
    late: { jobs: [{ id: 'late', state: 'DELAYED', dueAt: '2026-01-02T00:00:00.001Z' }] },
  });
  const one = await query(`{
    job(queue: "mail", id: "bad") {
      id queue type state priority attemptsMade attempts finishedAt durationMs error traceId data
      result { success data error duration timestamp } failures { code message attempt at stack }
      progress logs partials stalledCount options
    }
    ended: job(queue: "mail", id: "ended") { state result { success } }
    none: job(queue: "mail", id: "none") { id }
  }`);
  assert.equal(one.errors, undefined);
  assert.deepEqual(one.data, {
    job: {
      id: 'bad',
      queue: 'mail',
      type: 'system.cleanup',
      state: 'FAILED',
      priority: 2,
      attemptsMade: 3,
      attempts: 3,
      finishedAt: INSTANT,
      durationMs: 1.5,
      error: 'Boom',
      traceId: 'a'.repeat(32),
      data: { n: 1 },
      result: { success: false, data: null, error: 'Boom', duration: 1.5, timestamp: AT },
      failures: [{ code: 'AW_UNEXPECTED', message: 'Boom', attempt: 3, at: INSTANT, stack: 'at x' }],
      progress: 0.5,
      logs: ['one'],
      partials: [{ part: 1 }],
      stalledCount: 1,
      options: { lifo: true, deduplicate: { mode: 'THROTTLE', id: 'x', ttlMs: 5 } },
    },
    ended: { state: 'CANCELLED', result: null },
    none: null,
  });
});

test('what is asked of a queue that is not there, or out of range, is refused with its code', async (t) => {
  const { query, services } = await startWorld(t);
  await services.queues.open('mail');
  const table: [string, string][] = [
    ['{ jobs(queue: "none", state: WAITING) { next } }', 'AW_QUEUE_UNKNOWN'],
    ['{ job(queue: "none", id: "x") { id } }', 'AW_QUEUE_UNKNOWN'],
    ['{ bulkJobsDryRun(queue: "none", operation: RETRY, filter: {state: FAILED}) }', 'AW_QUEUE_UNKNOWN'],
    ['{ jobs(queue: "mail", state: WAITING, first: 0) { next } }', 'AW_ARGUMENT_INVALID'],
    ['{ jobs(queue: "mail", state: WAITING, first: 501) { next } }', 'AW_ARGUMENT_INVALID'],
    ['{ jobs(queue: "mail", state: LOST) { next } }', 'AW_QUERY_INVALID'],
    ['mutation { addJob(queue: "mail", type: "no.such", data: {}) { id } }', 'AW_JOB_TYPE_UNKNOWN'],
    ['mutation { promoteJob(queue: "mail", id: "none") }', 'AW_JOB_UNKNOWN'],
    ['mutation { pauseQueue(queue: "none") { name } }', 'AW_QUEUE_UNKNOWN'],
    ['mutation { obliterateQueue(queue: "mail", confirm: "male") }', 'AW_QUEUE_UNCONFIRMED'],
    ['mutation { configureQueue(queue: "none", settings: {}) { name } }', 'AW_QUEUE_UNKNOWN'],
  ];
  for (const [document, code] of table) {
    assert.equal((await query(document)).errors?.[0]?.extensions.code, code, document);
  }
  const tooMany = await query('mutation ($jobs: [NewJobInput!]!) { addJobs(queue: "mail", jobs: $jobs) { id } }', {
    jobs: Array.from({ length: 1_001 }, () => ({ type: 'a.b', data: {} })),
  });
  assert.equal(tooMany.errors?.[0]?.extensions.code, 'AW_ARGUMENT_INVALID');
});

test('addJob makes the queue, and gives the job its options and the trace of the mutation', async (t) => {
  const telemetry = await startTelemetry({ serviceName: 'test', version: '0', host: 'h', env: {}, clock: systemClock });
  t.after(() => telemetry[Symbol.asyncDispose]());
  const { query, services } = await startWorld(t, { tracer: telemetry.tracer });
  const document = `mutation ($options: JobOptionsInput) {
    addJob(queue: "mail", type: "system.cleanup", data: {n: 1}, options: $options) { id isDuplicate }
  }`;
  const options = {
    id: 'own',
    priority: 5,
    lifo: false,
    delayMs: 10,
    attempts: 2,
    backoff: { type: 'fixed', delayMs: 5 },
    attemptTimeoutMs: 100,
    totalTimeoutMs: 200,
    deduplicate: { mode: 'DEBOUNCE', id: 'd', ttlMs: 50 },
  };
  assert.deepEqual((await query(document, { options })).data.addJob, { id: 'own', isDuplicate: false });
  assert.deepEqual((await query(document, { options: { id: 'own' } })).data.addJob, { id: 'own', isDuplicate: true });
  assert.deepEqual(
    (await query(document, { options: { deduplicate: { mode: 'SIMPLE', id: 'd' } } })).errors,
    undefined,
  );
  const { added, jobs } = services.queues.queues.get('mail')!;
  const { traceparent, ...given } = added[0]!;
  const { lifo, ...same } = options;
  assert.deepEqual(given, { ...same, isLifo: lifo, deduplicate: { mode: 'debounce', id: 'd', ttlMs: 50 } });
  assert.deepEqual(plain(jobs[0]?.data), { n: 1 });
  assert.deepEqual(added[2]?.deduplicate, { mode: 'simple', id: 'd' });
  assert.ok(isSampled(traceparent));
  const [step] = telemetry.traces.get(traceparent.slice(3, 35)) ?? [];
  assert.deepEqual([step?.name, step?.ok, step?.attributes], ['gateway.mutation', true, { field: 'addJob' }]);

  const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const bulk = await query(
    'mutation { addJobs(queue: "mail", jobs: [{type: "a.b", data: 1}, {type: "a.b", data: [2], options: {priority: 1}}]) { id } }',
    {},
    { traceparent: parent },
  );
  assert.deepEqual(bulk.data.addJobs, [{ id: 'j4' }, { id: 'j5' }]);
  assert.deepEqual(
    added.slice(3).map((one) => [one.priority, one.traceparent?.slice(3, 35)]),
    [
      [undefined, 'a'.repeat(32)],
      [1, 'a'.repeat(32)],
    ],
  );
});

test('jobs are promoted, retried, removed and cancelled, one by one or many at once', async (t) => {
  const { query, services } = await startWorld(t);
  await services.queues.open('mail');
  const { jobs, orders } = services.queues.queues.get('mail')!;
  for (let n = 0; n < 4; n++) jobs.push(fakeJob('mail', `f${n}`, { state: 'failed', addedAt: AT + n }));
  const single = await query(`mutation {
    promoteJob(queue: "mail", id: "f0") retryJob(queue: "mail", id: "f0")
    again: retryJob(queue: "mail", id: "f0", data: {n: 1}) nothing: retryJob(queue: "mail", id: "f0", data: null)
    cancelJob(queue: "mail", id: "f0", reason: "late") plain: cancelJob(queue: "mail", id: "f0")
    removeJob(queue: "mail", id: "f0")
  }`);
  assert.equal(single.errors, undefined);
  assert.deepEqual([...new Set(Object.values(single.data))], [true]);
  assert.deepEqual(orders.splice(0), [
    'promote f0',
    'retry f0',
    'retry f0 {"n":1}',
    'retry f0',
    'cancel f0 "late"',
    'cancel f0',
    'remove f0',
  ]);
  const filter = '{state: FAILED, type: "system.cleanup", addedBefore: "2026-01-02T00:00:00.003Z", limit: 5}';
  const dry = await query(`{ bulkJobsDryRun(queue: "mail", operation: RETRY, filter: ${filter}) }`);
  assert.deepEqual([dry.data, orders], [{ bulkJobsDryRun: 2 }, []]);
  const wet = await query(`mutation { bulkJobs(queue: "mail", operation: RETRY, filter: ${filter}) }`);
  assert.deepEqual([wet.data, orders], [{ bulkJobs: 2 }, ['retry f1', 'retry f2']]);
});

test('queues are paused, resumed, drained, cleaned, configured and obliterated', async (t) => {
  const { query, services } = await startWorld(t);
  const mail = await services.queues.open('mail');
  const { jobs, orders } = services.queues.queues.get('mail')!;
  const refill = () =>
    jobs.push(
      ...(['waiting', 'delayed', 'completed', 'failed'] as const).map((state) => fakeJob('mail', state, { state })),
    );
  refill();
  const { data, errors } = await query(`mutation {
    pauseQueue(queue: "mail") { name counts { isPaused } }
    resumeQueue(queue: "mail") { counts { isPaused } }
    drainQueue(queue: "mail") all: drainQueue(queue: "mail", withDelayed: true)
    cleanQueue(queue: "mail", state: COMPLETED)
    old: cleanQueue(queue: "mail", state: FAILED, graceMs: 5000, limit: 7)
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    pauseQueue: { name: 'mail', counts: { isPaused: true } },
    resumeQueue: { counts: { isPaused: false } },
    drainQueue: 1,
    all: 1,
    cleanQueue: 1,
    old: 1,
  });
  assert.deepEqual(orders, ['clean completed 0 undefined', 'clean failed 5000 7']);

  const configure = async (settings: string) => {
    const answer = await query(`mutation { configureQueue(queue: "mail", settings: ${settings}) { name } }`);
    assert.equal(answer.errors, undefined);
    return await mail.settings();
  };
  const limits = { globalConcurrency: 4, rateLimit: { max: 10, windowMs: 1000 } };
  assert.deepEqual(await configure('{globalConcurrency: 4, rateLimit: {max: 10, windowMs: 1000}, attempts: null}'), {
    ...DEFAULT_SETTINGS,
    ...limits,
  });
  const more = { attempts: 5, failed: { count: 7, ageMs: 60_000 }, types: ['a.b'] };
  assert.deepEqual(await configure('{attempts: 5, failed: {count: 7, ageMs: 60000}, types: ["a.b"]}'), {
    ...DEFAULT_SETTINGS,
    ...limits,
    ...more,
  });
  assert.deepEqual(await configure('{globalConcurrency: 0, rateLimit: {max: 0, windowMs: 0}}'), {
    ...DEFAULT_SETTINGS,
    ...more,
  });
  const gone = await query('mutation { obliterateQueue(queue: "mail", confirm: "mail") }');
  assert.deepEqual([gone.data, [...services.queues.queues.keys()]], [{ obliterateQueue: true }, []]);
});

test('schedules are made, listed with their next times, and removed', async (t) => {
  const { query, services } = await startWorld(t);
  const fields =
    'id cron timezone everyMs queue type data options limit startAt endAt overlap missed turns skipped lastJobs';
  const made = await query(`mutation {
    a: upsertSchedule(input: {id: "a", cron: "0 3 * * *", timezone: "Europe/Berlin", queue: "mail", type: "a.b",
      data: {n: 1}, options: {attempts: 1, lifo: true}, limit: 5, startAt: "2026-01-02T00:00:00Z",
      endAt: "2026-01-03T00:00:00Z", overlap: SKIP, missed: ALL}) { ${fields} next(count: 2) }
    b: upsertSchedule(input: {id: "b", everyMs: 500, queue: "mail", type: "a.b"}) { ${fields} next }
  }`);
  assert.equal(made.errors, undefined);
  assert.deepEqual(plain(services.schedules.inputs), [
    {
      id: 'a',
      cron: '0 3 * * *',
      timezone: 'Europe/Berlin',
      queue: 'mail',
      type: 'a.b',
      data: { n: 1 },
      options: { attempts: 1, isLifo: true },
      limit: 5,
      startAt: AT,
      endAt: AT + 86_400_000,
      overlap: 'skip',
      missed: 'all',
    },
    { id: 'b', everyMs: 500, queue: 'mail', type: 'a.b', overlap: 'queue', missed: 'once' },
  ]);
  const b = {
    id: 'b',
    cron: null,
    timezone: null,
    everyMs: 500,
    queue: 'mail',
    type: 'a.b',
    data: {},
    options: null,
    limit: null,
    startAt: null,
    endAt: null,
    overlap: 'QUEUE',
    missed: 'ONCE',
    turns: 7,
    skipped: 1,
    lastJobs: ['b:7'],
  };
  assert.deepEqual(made.data.b, { ...b, next: [1, 2, 3, 4, 5].map((at) => new Date(at).toISOString()) });
  assert.deepEqual(made.data.a, {
    id: 'a',
    cron: '0 3 * * *',
    timezone: 'Europe/Berlin',
    everyMs: null,
    queue: 'mail',
    type: 'a.b',
    data: { n: 1 },
    options: { attempts: 1, lifo: true },
    limit: 5,
    startAt: INSTANT,
    endAt: '2026-01-03T00:00:00.000Z',
    overlap: 'SKIP',
    missed: 'ALL',
    turns: 7,
    skipped: 1,
    lastJobs: ['a:7'],
    next: [1, 2].map((at) => new Date(at).toISOString()),
  });
  assert.deepEqual(
    (await query(`{ schedules { id } schedule(id: "b") { ${fields} } x: schedule(id: "x") { id } }`)).data,
    {
      schedules: [{ id: 'a' }, { id: 'b' }],
      schedule: b,
      x: null,
    },
  );
  const many = await query('{ schedule(id: "b") { next(count: 101) } }');
  assert.equal(many.errors?.[0]?.extensions.code, 'AW_ARGUMENT_INVALID');
  assert.deepEqual((await query('mutation { a: removeSchedule(id: "a") b: removeSchedule(id: "a") }')).data, {
    a: true,
    b: false,
  });
});
