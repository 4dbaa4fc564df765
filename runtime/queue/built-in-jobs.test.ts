import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Health, HealthStatus } from '../../proto/generated/graphql.ts';
import { noLog } from '../telemetry/log.ts';
import { type BuiltInParts, createBuiltInProcessor } from './built-in-jobs.ts';
import { DEFAULT_SETTINGS, type Job, type JobDetail, type QueueSettings } from './job.ts';
import type { JobContext, JobQueue, Queues } from './queue-api.ts';
import type { ScheduleRecord, ScheduleService } from './schedule-api.ts';

const NOW = 1_800_000_000_000;

interface World {
  readonly health?: Readonly<Record<string, HealthStatus>>;
  readonly queues?: Readonly<
    Record<string, { readonly settings?: Partial<QueueSettings>; readonly jobs?: readonly Partial<JobDetail>[] }>
  >;
  readonly schedules?: readonly Partial<ScheduleRecord>[];
}

/** Stands for what the jobs look at, and notes what they do. */
function worldOf({ health = {}, queues = {}, schedules = [] }: World) {
  const done: unknown[] = [];
  const parts: BuiltInParts = {
    tenant: 'test',
    clock: { now: () => NOW } as BuiltInParts['clock'],
    health: () =>
      ({
        status: 'OK',
        ready: true,
        version: '1',
        host: 'h',
        components: Object.entries(health).map(([name, status]) => ({ name, status, detail: `is ${status}` })),
      }) as unknown as Health,
    queues: {
      list: async () => Object.keys(queues),
      get: async (name: string) =>
        ({
          settings: async () => ({ ...DEFAULT_SETTINGS, ...queues[name]?.settings }),
          get: async (id: string) => queues[name]?.jobs?.find((job) => job.id === id),
          clean: async (...how: unknown[]) => done.push([name, ...how]),
        }) as unknown as JobQueue,
    } as unknown as Queues,
    schedules: { list: async () => schedules } as unknown as ScheduleService,
    client: { send: async (address, type, data) => String(done.push([address.key, type, data])) },
  };
  const processor = createBuiltInProcessor(parts);
  const ctx = { signal: new AbortController().signal, log: noLog } as unknown as JobContext;
  const run = (type: string, data: unknown = {}) => Promise.try(() => processor({ type, data } as Job, ctx));
  return { run, done };
}

describe('system.health_check', () => {
  test('gives what health says, of all parts or of those that are asked for', async () => {
    const { run } = worldOf({ health: { broker: 'OK', usb: 'DEGRADED' } });
    const names = (result: unknown) => (result as Health).components.map(({ name }) => name);
    assert.deepEqual(names(await run('system.health_check')), ['broker', 'usb']);
    assert.deepEqual(names(await run('system.health_check', { components: ['usb', 'none'] })), ['usb']);
  });

  test('fails when a part is down, unless it was not asked for', async () => {
    const { run } = worldOf({ health: { broker: 'DOWN', usb: 'OK' } });
    await assert.rejects(run('system.health_check'), { code: 'AW_HEALTH_DOWN', message: /broker: is DOWN/ });
    await run('system.health_check', { components: ['usb'] });
  });
});

describe('system.cleanup', () => {
  const queues: World['queues'] = {
    plain: {},
    aged: { settings: { failed: { count: 50, ageMs: 5_000 }, completed: { count: 10, ageMs: 1_000 } } },
  };

  test('lets go of what is older than its queue keeps', async () => {
    const { run, done } = worldOf({ queues });
    await run('system.cleanup');
    assert.deepEqual(done, [
      ['aged', 'completed', 1_000, undefined],
      ['aged', 'failed', 5_000, undefined],
    ]);
  });

  test('goes by the age that it is given, in the queue that it is given', async () => {
    const { run, done } = worldOf({ queues });
    await run('system.cleanup', { queue: 'plain', graceMs: 0, limit: 5 });
    assert.deepEqual(done, [
      ['plain', 'completed', 0, 5],
      ['plain', 'failed', 0, 5],
    ]);
  });

  const turn = NOW - 120_000;
  const waiting = { id: 's', queue: 'plain', runningTurn: turn, lastJobs: [`s:${turn}`] };
  const cases: ReadonlyArray<readonly [string, World, boolean]> = [
    ['whose job is gone', { queues, schedules: [waiting] }, true],
    ['whose queue is gone', { queues: {}, schedules: [waiting] }, true],
    [
      'whose job has ended',
      { queues: { plain: { jobs: [{ id: `s:${turn}`, state: 'removed' }] } }, schedules: [waiting] },
      true,
    ],
    [
      'whose job runs',
      { queues: { plain: { jobs: [{ id: `s:${turn}`, state: 'active' }] } }, schedules: [waiting] },
      false,
    ],
    [
      'whose job waits in the queue of before',
      { queues: { old: { jobs: [{ id: `s:${turn}`, state: 'waiting' }] } }, schedules: [waiting] },
      false,
    ],
    ['whose job is on its way', { queues, schedules: [{ ...waiting, runningTurn: NOW - 1_000 }] }, false],
    ['that waits for nothing', { queues, schedules: [{ id: 's', queue: 'plain', lastJobs: ['s:1'] }] }, false],
  ];
  for (const [which, world, isFreed] of cases) {
    test(`${isFreed ? 'frees' : 'leaves alone'} a schedule ${which}`, async () => {
      const { run, done } = worldOf(world);
      await run('system.cleanup');
      const freed = done.filter((one) => (one as unknown[])[1] === 'schedule.finished');
      assert.deepEqual(freed, isFreed ? [['s', 'schedule.finished', { turn }]] : []);
    });
  }
});

test('createBuiltInProcessor refuses a type that is not built in', async () => {
  await assert.rejects(worldOf({}).run('letter.print'), { code: 'AW_TYPE_UNHANDLED' });
});
