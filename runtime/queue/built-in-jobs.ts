import type { Health } from '../../proto/generated/graphql.ts';
import type { JobData } from '../../proto/generated/messages.ts';
import type { ActorClient } from '../actor/client.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError, TerminalError } from '../errors/errors.ts';
import type { Processor, Queues, Worker } from './queue-api.ts';
import type { ScheduleInput, ScheduleRecord, ScheduleService } from './schedule-api.ts';
import { SCHEDULER } from './schedule-record.ts';

/** What AutoWeave does about itself: jobs like all others, in a queue of their own, by schedules that anybody can see. */

export const SYSTEM_QUEUE = 'system';

/** Upserted at each start. */
export const BUILT_IN_SCHEDULES: readonly ScheduleInput[] = [
  {
    id: 'system.health_check',
    cron: '* * * * *',
    queue: SYSTEM_QUEUE,
    type: 'system.health_check',
    options: { attempts: 1, attemptTimeoutMs: 30_000 },
    overlap: 'skip',
    // What was the matter a while ago can't be looked at any more.
    missed: 'skip',
  },
  {
    id: 'system.cleanup',
    cron: '0 * * * *',
    queue: SYSTEM_QUEUE,
    type: 'system.cleanup',
    options: { attempts: 3 },
    overlap: 'skip',
    missed: 'once',
  },
];

export interface BuiltInParts {
  readonly queues: Queues;
  readonly schedules: ScheduleService;
  readonly client: Pick<ActorClient, 'send'>;
  readonly tenant: string;
  readonly health: () => Health;
  readonly clock: Clock;
}

/** A turn that is younger may be on its way to its queue. */
const ON_ITS_WAY_MS = 60_000;

/** Makes the schedules, and works on their queue in this process. */
export async function startBuiltInJobs(parts: BuiltInParts): Promise<Worker> {
  const worker = await parts.queues.startWorker(SYSTEM_QUEUE, createBuiltInProcessor(parts), { concurrency: 2 });
  try {
    for (const schedule of BUILT_IN_SCHEDULES) await parts.schedules.upsert(schedule);
  } catch (error) {
    await worker[Symbol.asyncDispose]();
    throw error;
  }
  return worker;
}

export function createBuiltInProcessor(parts: BuiltInParts): Processor {
  return (job, ctx) => {
    switch (job.type) {
      case 'system.health_check':
        return checkHealth(parts.health(), job.data as JobData['system.health_check']);
      case 'system.cleanup':
        return cleanUp(parts, job.data as JobData['system.cleanup'], ctx.signal);
      default:
        throw new TerminalError('AW_TYPE_UNHANDLED', `Queue "${SYSTEM_QUEUE}" has no processor for "${job.type}"`);
    }
  };
}

/** @throws AW_HEALTH_DOWN */
function checkHealth(health: Health, { components: names }: JobData['system.health_check']): Partial<Health> {
  const components =
    names === undefined ? health.components : health.components.filter(({ name }) => names.includes(name));
  const down = components.filter(({ status }) => status === 'DOWN');
  if (down.length > 0) {
    const what = down.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    throw new AutoWeaveError('AW_HEALTH_DOWN', `Not everything works: ${what}`);
  }
  return { status: health.status, ready: health.ready, version: health.version, host: health.host, components };
}

interface CleanedUp {
  /** Finished jobs that are no longer listed, by queue. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Schedules that have waited for a job that is gone. */
  readonly freed: readonly string[];
}

async function cleanUp(
  parts: BuiltInParts,
  { queue: only, graceMs, limit }: JobData['system.cleanup'],
  signal: AbortSignal,
): Promise<CleanedUp> {
  const { queues } = parts;
  const names = (await queues.list()).filter((name) => only === undefined || name === only);
  const jobs: Record<string, number> = {};
  for (const name of names) {
    signal.throwIfAborted();
    const queue = await queues.get(name);
    const settings = await queue.settings();
    for (const state of ['completed', 'failed'] as const) {
      // Without an age, what is kept is a matter of how many there are, and the queue sees to that itself.
      const ageMs = graceMs ?? settings[state].ageMs;
      if (ageMs === undefined) continue;
      const cleaned = await queue.clean(state, ageMs, limit);
      if (cleaned > 0) jobs[name] = (jobs[name] ?? 0) + cleaned;
    }
  }
  return { jobs, freed: only === undefined ? await freeSchedules(parts, signal) : [] };
}

/**
 * A schedule that leaves out overlapping turns waits for the end of its job, and is told by its outcome. A job that was
 * drained with its queue has none.
 */
async function freeSchedules(parts: BuiltInParts, signal: AbortSignal): Promise<readonly string[]> {
  const freed: string[] = [];
  for (const schedule of await parts.schedules.list()) {
    signal.throwIfAborted();
    const turn = await findLostTurn(parts, schedule);
    if (turn === undefined) continue;
    const address = { tenant: parts.tenant, actor: SCHEDULER, key: schedule.id };
    await parts.client.send(address, 'schedule.finished', { turn });
    freed.push(schedule.id);
  }
  return freed;
}

async function findLostTurn(parts: BuiltInParts, schedule: ScheduleRecord): Promise<number | undefined> {
  const { runningTurn, lastJobs, queue } = schedule;
  const [id] = lastJobs;
  if (runningTurn === undefined || id === undefined) return undefined;
  if (parts.clock.now() - runningTurn < ON_ITS_WAY_MS) return undefined;
  const names = await parts.queues.list();
  // Its queue may have been another one, before the schedule was changed.
  for (const name of new Set([queue, ...names])) {
    if (!names.includes(name)) continue;
    const job = await (await parts.queues.get(name)).get(id);
    if (job !== undefined) return isOver(job.state) ? runningTurn : undefined;
  }
  return runningTurn;
}

function isOver(state: string): boolean {
  return !['waiting', 'active', 'delayed'].includes(state);
}
