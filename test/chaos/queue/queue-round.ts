import { setTimeout as pause } from 'node:timers/promises';
import { createSeededRandom } from '../../../runtime/clock/seeded-random.ts';
import { until } from '../../harness/until.ts';
import { acknowledgedBy, settleJobs } from './job-observer.ts';
import { LEASE_MS, startQueueCluster } from './queue-cluster.ts';
import { inflictOnQueue, type QueueFault } from './queue-faults.ts';

/** Faults under load, then the verdict. */
export interface QueueRound {
  /** Adds that were acknowledged. */
  readonly acknowledged: number;
  /** What should not have happened, in words; none in a good round. */
  readonly complaints: readonly string[];
}

export interface QueueRoundPlan {
  readonly seed: string;
  readonly faults: readonly QueueFault[];
  /** As nats-server takes it. */
  readonly syncInterval?: string;
  /** How long a job takes. */
  readonly workMs?: number;
}

const WORKERS = ['w1', 'w2', 'w3'];
const ADDERS = ['a', 'b'];
/** Between two faults, at most: some meet what the one before has left. */
const LONGEST_REST_MS = 600;
/** Without a load faults are no test, however slow the machine. */
const LEAST_ADDS = 500;
const MAX_COMPLAINTS = 20;
const MAX_LOG = 3_000;

export async function runQueueRound({ seed, faults, workMs = 5, ...options }: QueueRoundPlan): Promise<QueueRound> {
  const random = createSeededRandom(seed);
  await using cluster = await startQueueCluster(options);
  const workers = await Promise.all(WORKERS.map((name) => cluster.startWorker(name)));
  const adders = await Promise.all(ADDERS.map((by) => cluster.startAdder(by, { workMs })));
  const target = { server: cluster.broker, workers, leaseMs: LEASE_MS };
  for (const [index, name] of faults.entries()) {
    const chance = random.fork(`${index} ${name}`);
    await pause(chance.integer(LONGEST_REST_MS));
    await inflictOnQueue(name, { ...target, random: chance });
  }
  await until(() => acknowledgedBy(cluster.processes).length > LEAST_ADDS, 'a load', { patienceMs: 60_000 });
  for (const adder of adders) adder.nudge();
  await until(() => adders.every(({ words }) => words.at(-1)?.kind === 'done'), 'the adders to end', {
    patienceMs: 60_000,
  });
  const violations = await settleJobs(cluster.bus, cluster.processes);
  return {
    acknowledged: acknowledgedBy(cluster.processes).length,
    complaints: [
      ...violations.slice(0, MAX_COMPLAINTS).map(({ kind, what }) => `${kind}: ${what}`),
      ...workers
        .filter(({ deaths }) => deaths > 0)
        .map(
          ({ name, deaths, log }) =>
            `${name} ended by itself ${deaths} times; its log ends with:\n${log.slice(-MAX_LOG)}`,
        ),
    ],
  };
}
