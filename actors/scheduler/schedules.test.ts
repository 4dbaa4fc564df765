import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { type ActorSystem, startActorSystem } from '../../runtime/actor/actor-system.ts';
import { createInspector } from '../../runtime/actor/inspector.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import type { JobEntry } from '../../runtime/message/job-message.ts';
import { startEffectsForwarder } from '../../runtime/queue/effects-forwarder.ts';
import { outcomeSubject } from '../../runtime/queue/outcome-record.ts';
import type { ScheduleInput, ScheduleService } from '../../runtime/queue/schedule-api.ts';
import { scheduleFinished } from '../../runtime/queue/schedule-finished.ts';
import { createSchedules } from '../../runtime/queue/schedules.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import { connectTestBus, readAll, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import { scheduler } from './scheduler.ts';

/** Schedules on a real server, as those see them who ask for them. */

let server: TestServer;
let bus: Bus;
let system: ActorSystem;
let schedules: ScheduleService;
const contracts = createContracts(
  SCHEMAS as Readonly<Record<string, JsonSchema>>,
  SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
);

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  system = await startActorSystem({
    bus,
    definitions: [scheduler],
    contracts,
    clock: systemClock,
    random: systemRandom,
    log: noLog,
    instruments: noInstruments,
    tracer: noTracer,
    graceMs: 2_000,
  });
  schedules = createSchedules({ client: system, inspector: createInspector(bus, TENANT), contracts, tenant: TENANT });
});
afterEach(async () => {
  for (const { id } of await schedules.list()) await schedules.remove(id);
  await system[Symbol.asyncDispose]();
});

const input = (id: string, more: Partial<ScheduleInput> = {}): ScheduleInput => ({
  id,
  queue: 'care',
  type: 'system.health_check',
  ...more,
});

const jobsOf = async (id: string) =>
  (await readAll(bus, 'JOBS', `aw.${TENANT}.job.care.>`))
    .map(({ body }) => (JSON.parse(Buffer.from(body).toString()) as readonly [JobEntry])[0])
    .filter((entry) => entry.i?.startsWith(`${id}:`));

describe('createSchedules', () => {
  test('makes, shows, lists and removes schedules', async () => {
    const made = await schedules.upsert(input('b', { cron: '0 4 * * 1', timezone: 'Asia/Tokyo', limit: 3 }));
    assert.deepEqual(
      { ...made, nextAt: 0 },
      {
        ...input('b'),
        cron: '0 4 * * 1',
        timezone: 'Asia/Tokyo',
        limit: 3,
        data: {},
        overlap: 'queue',
        missed: 'once',
        turns: 0,
        skipped: 0,
        lastJobs: [],
        nextAt: 0,
      },
    );
    await schedules.upsert(input('a', { everyMs: 3_600_000 }));
    assert.deepEqual(
      (await schedules.list()).map(({ id }) => id),
      ['a', 'b'],
    );
    assert.deepEqual(await schedules.get('b'), made);
    const next = await schedules.next('b', 10);
    assert.equal(next.length, 3);
    assert.equal(next[0], made.nextAt);
    for (const at of next) assert.match(new Date(at).toISOString(), /T19:00:00/);
    assert.equal(await schedules.remove('b'), true);
    assert.equal(await schedules.remove('b'), false);
    assert.equal(await schedules.get('b'), undefined);
    assert.deepEqual(await schedules.next('b', 10), []);
    assert.deepEqual(
      (await schedules.list()).map(({ id }) => id),
      ['a'],
    );
  });

  const refused: ReadonlyArray<readonly [string, Partial<ScheduleInput>, string, RegExp]> = [
    ['a bad cron line, saying where', { cron: '61 * * * *' }, 'AW_SCHEDULE_INVALID', /minute "61"/],
    ['a type that no job has', { everyMs: 1_000, type: 'no.type' }, 'AW_JOB_TYPE_UNKNOWN', /no\.type/],
    ['data that breaks its schema', { everyMs: 1_000, data: { x: 1 } }, 'AW_DATA_INVALID', /health_check/],
    ['a queue that none can be', { everyMs: 1_000, queue: 'Ü' }, 'AW_NAME_INVALID', /queue/],
    ['an interval of nothing', { everyMs: 0 }, 'AW_DATA_INVALID', /everyMs/],
    [
      'a priority with LIFO',
      { everyMs: 1_000, options: { isLifo: true, priority: 1 } },
      'AW_JOB_OPTIONS_INVALID',
      /Lifo/,
    ],
  ];
  for (const [what, more, code, message] of refused) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(schedules.upsert(input('bad', more)), { code, message });
      assert.equal(await schedules.get('bad'), undefined);
    });
  }

  test('adds the job of each turn once, whatever restarts meanwhile', async () => {
    await schedules.upsert(input('often', { everyMs: 300, missed: 'all' }));
    await until(async () => (await jobsOf('often')).length >= 2, 'two turns');
    await system[Symbol.asyncDispose]();
    system = await startActorSystem({
      bus,
      definitions: [scheduler],
      contracts,
      clock: systemClock,
      random: systemRandom,
      log: noLog,
      instruments: noInstruments,
      tracer: noTracer,
      graceMs: 2_000,
    });
    schedules = createSchedules({ client: system, inspector: createInspector(bus, TENANT), contracts, tenant: TENANT });
    await until(async () => (await jobsOf('often')).length >= 6, 'more turns');
    await schedules.remove('often');
    const turns = (await jobsOf('often')).map(({ i = '' }) => Number(i.split(':')[1]));
    assert.deepEqual(
      turns.map((turn) => turn - turns[0]!),
      turns.map((_, index) => index * 300),
    );
  });

  test('goes on with a schedule that leaves out turns once the outcome of its job is there', async () => {
    await using _forwarder = startEffectsForwarder({ bus, clock: systemClock, log: noLog, self: 'test' });
    await schedules.upsert(input('slow', { everyMs: 200, overlap: 'skip' }));
    await until(async () => ((await schedules.get('slow'))?.skipped ?? 0) >= 2, 'turns that are left out');
    const [job, ...others] = await jobsOf('slow');
    assert.deepEqual(others, []);
    const schedule = job!.o!.sch!;
    assert.equal((await schedules.get('slow'))?.runningTurn, schedule.turn);
    const effect = scheduleFinished({ tenant: TENANT, schedule, jobId: job!.i!, queue: 'care', at: Date.now() });
    const outcome = { w: 'test', j: [{ t: job!.t }], x: [effect] };
    const subject = outcomeSubject(TENANT, 'care', 'failed', true, job!.i!);
    await bus.commit('JOBLOG', [{ subject, body: Buffer.from(JSON.stringify(outcome)) }]);
    await until(async () => (await jobsOf('slow')).length === 2, 'the next job');
  });
});
