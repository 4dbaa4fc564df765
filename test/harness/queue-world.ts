import type { LeaseBeat } from '../../runtime/bus/jobs/job-bus.ts';
import { connectNatsBus, type NatsBus } from '../../runtime/bus/nats-bus.ts';
import type { Clock } from '../../runtime/clock/clock.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import type { Job, JobState } from '../../runtime/queue/job.ts';
import type { JobQueue, Queues } from '../../runtime/queue/queue-api.ts';
import { openQueues } from '../../runtime/queue/queues.ts';
import type { Instruments } from '../../runtime/telemetry/instruments.ts';
import { type Log, noLog } from '../../runtime/telemetry/log.ts';
import type { Tracer } from '../../runtime/telemetry/spans.ts';
import { until } from './until.ts';

/** Queues on a real server, with job types to try them with. */

export const QUEUE_TENANT = 'test';

const ANYTHING = { type: 'object' };
const NUMBERED = {
  type: 'object',
  properties: { n: { type: 'integer' } },
  required: ['n'],
  additionalProperties: false,
};

export interface QueueWorld extends AsyncDisposable {
  readonly bus: NatsBus;
  readonly queues: Queues;
}

export interface QueueWorldOptions {
  readonly clock?: Clock;
  readonly isSyncedAlways?: boolean;
  /** True for a process that tells the broker nothing of what it works on, as one that is paused or cut off. */
  readonly isSilent?: boolean;
  /** True for a process whose acknowledgements never reach the broker. */
  readonly isLossy?: boolean;
  readonly log?: Log;
  readonly tracer?: Tracer;
  readonly instruments?: Instruments;
}

const NO_BEAT: LeaseBeat = {
  hold: () => -1,
  limit: () => undefined,
  release: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

export async function openQueueWorld(
  url: string,
  {
    clock = systemClock,
    isSyncedAlways = false,
    isSilent = false,
    isLossy = false,
    log = noLog,
    ...telemetry
  }: QueueWorldOptions = {},
): Promise<QueueWorld> {
  const bus = await connectNatsBus({ url, name: 'test', clock, random: systemRandom });
  const jobs = {
    ...bus.jobs,
    ...(isSilent ? { openLeaseBeat: async () => NO_BEAT } : {}),
    ...(isLossy ? { acknowledge: () => undefined } : {}),
  };
  const queues = await openQueues({
    bus: isSilent || isLossy ? Object.create(bus, { jobs: { value: jobs } }) : bus,
    log,
    ...telemetry,
    tenant: QUEUE_TENANT,
    contracts: createContracts({
      'test.any': ANYTHING,
      'test.numbered': NUMBERED,
      'counter.added': ANYTHING,
      'counter.add': ANYTHING,
    }),
    clock,
    random: systemRandom,
    isSyncedAlways: () => isSyncedAlways,
  });
  return {
    bus,
    queues,
    async [Symbol.asyncDispose]() {
      await queues[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
}

let count = 0;

/** A name that no other test has. */
export function freshName(prefix = 'q'): string {
  return `${prefix}${++count}`;
}

/** Waits until a job is in a state. */
export function untilState(queue: JobQueue, id: string, state: JobState | 'cancelled' | 'removed') {
  return until(async () => {
    const found = await queue.get(id);
    return found?.state === state && found;
  }, `job ${id} to be ${state}`);
}

export function numberOf(job: Job): number {
  return (job.data as { n: number }).n;
}
