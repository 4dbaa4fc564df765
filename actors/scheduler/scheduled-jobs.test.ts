import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Health, HealthStatus } from '../../proto/generated/graphql.ts';
import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { type ActorSystem, startActorSystem } from '../../runtime/actor/actor-system.ts';
import { createInspector } from '../../runtime/actor/inspector.ts';
import { connectNatsBus, type NatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { BUILT_IN_SCHEDULES, startBuiltInJobs } from '../../runtime/queue/built-in-jobs.ts';
import { type Directory, openDirectory } from '../../runtime/queue/directory.ts';
import { type EffectsForwarder, startEffectsForwarder } from '../../runtime/queue/effects-forwarder.ts';
import { createPrepareJobs } from '../../runtime/queue/prepare-jobs.ts';
import type { Queues } from '../../runtime/queue/queue-api.ts';
import { openQueues } from '../../runtime/queue/queues.ts';
import type { ScheduleService } from '../../runtime/queue/schedule-api.ts';
import { createSchedules } from '../../runtime/queue/schedules.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import { TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import { scheduler } from './scheduler.ts';

/** Schedules with queues and workers, all of it real: from the timer to the outcome, and back to the schedule. */

let server: TestServer;
let bus: NatsBus;
let directory: Directory;
let system: ActorSystem;
let queues: Queues;
let forwarder: EffectsForwarder;
let schedules: ScheduleService;
const shared = { clock: systemClock, random: systemRandom, log: noLog, tracer: noTracer, instruments: noInstruments };

before(async () => {
  const contracts = createContracts(
    SCHEMAS as Readonly<Record<string, JsonSchema>>,
    SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
  );
  server = await startTestServer();
  bus = await connectNatsBus({ url: server.url, name: 'test', ...shared });
  directory = await openDirectory({ bus, tenant: TENANT, ...shared });
  const prepareJobs = createPrepareJobs({ bus, jobs: bus.jobs, tenant: TENANT, directory, ...shared });
  system = await startActorSystem({ bus, definitions: [scheduler], contracts, prepareJobs, graceMs: 2_000, ...shared });
  queues = await openQueues({ bus, tenant: TENANT, contracts, ...shared });
  forwarder = startEffectsForwarder({ bus, self: 'test', prepareJobs, ...shared });
  schedules = createSchedules({ client: system, inspector: createInspector(bus, TENANT), contracts, tenant: TENANT });
});
after(async () => {
  await queues[Symbol.asyncDispose]();
  await forwarder[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('a schedule with workers', () => {
  test('has each of its jobs run, also in a queue and a class that nobody has opened', async () => {
    const ran: string[] = [];
    await schedules.upsert({
      id: 'often',
      everyMs: 200,
      limit: 5,
      queue: 'fresh',
      type: 'system.health_check',
      options: { priority: 7 },
    });
    await until(async () => (await schedules.get('often'))?.turns === 5, 'all turns');
    const worker = await queues.startWorker('fresh', (job) => void ran.push(job.id));
    await until(() => ran.length === 5, 'all jobs');
    assert.deepEqual([...ran].reverse(), (await schedules.get('often'))?.lastJobs);
    await worker[Symbol.asyncDispose]();
  });

  for (const ending of ['completes', 'fails', 'is cancelled'] as const) {
    test(`leaves turns out until its job ends, and goes on when it ${ending}`, async () => {
      const queue = ending.replaceAll(' ', '-');
      const begun: string[] = [];
      const release = Promise.withResolvers<void>();
      await using worker = await queues.startWorker(queue, async (job, ctx) => {
        begun.push(job.id);
        if (begun.length > 1) return;
        await Promise.race([release.promise, new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))]);
        if (ending === 'fails') throw new Error('as planned');
      });
      const options = { attempts: 1 };
      await schedules.upsert({ id: queue, everyMs: 200, queue, type: 'system.cleanup', overlap: 'skip', options });
      await until(async () => ((await schedules.get(queue))?.skipped ?? 0) >= 3, 'turns that are left out');
      assert.equal(begun.length, 1);
      if (ending === 'is cancelled') await (await queues.get(queue)).cancel(begun[0]!);
      else release.resolve();
      await until(() => begun.length >= 3, 'the next jobs');
      await schedules.remove(queue);
      assert.equal(worker.queue, queue);
    });
  }
});

test('built-in jobs run by their schedules, and say what they found', async () => {
  let status: HealthStatus = 'OK';
  const health = () => ({ status, components: [{ name: 'broker', status, detail: 'as told' }] }) as unknown as Health;
  await using _worker = await startBuiltInJobs({
    queues,
    schedules,
    client: system,
    tenant: TENANT,
    health,
    clock: systemClock,
  });
  const listed = (await schedules.list()).map(({ id }) => id);
  for (const { id } of BUILT_IN_SCHEDULES) assert.ok(listed.includes(id), id);
  // As often as a test can wait for.
  await schedules.upsert({ ...BUILT_IN_SCHEDULES[0]!, cron: '* * * * * *' });
  const queue = await queues.get('system');
  const ended = async (state: 'completed' | 'failed') => (await queue.list(state)).jobs[0];
  const completed = await until(() => ended('completed'), 'a check');
  assert.match(completed.id, /^system\.health_check:\d+$/);
  assert.equal((await queue.get(completed.id))?.result?.success, true);
  status = 'DOWN';
  const failed = await until(() => ended('failed'), 'a check that fails');
  assert.match((await queue.get(failed.id))?.failures[0]?.message ?? '', /broker: as told/);
  const { id } = await queue.add('system.cleanup', { graceMs: 0 });
  const cleaned = await until(async () => (await queue.get(id))?.result, 'the cleaning');
  assert.equal(cleaned.success, true);
  await schedules.remove('system.health_check');
});
