import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createSeededRandom } from '../../../runtime/clock/seeded-random.ts';
import type { Level, SystemName } from '../../../scripts/bench/queue/system.ts';
import { until } from '../../harness/until.ts';
import { type Keeper, startKeeper } from '../keeper.ts';
import type { ChaosSystem } from './chaos-system.ts';
import { acknowledgedBy } from './job-observer.ts';
import { findJobViolations, mayHeal } from './job-violations.ts';
import { LEASE_MS, OFTEN, QUEUE } from './queue-cluster.ts';
import { inflictOnQueue } from './queue-faults.ts';
import { createQueueProcess, type QueueProcess } from './queue-process.ts';
import { type Score, toScore } from './score.ts';
import { mountSmallStore } from './small-store.ts';
import { startChaosSystem } from './start-chaos-system.ts';
import { type AdderOrder, machineMs, type WorkerOrder } from './words.ts';

/** One fault on one system under load: the same programs, the same load, the same moments for both. */
export const TRIAL_FAULTS = [
  'workers killed',
  'worker stopped',
  'server killed',
  'server stopped',
  'poison job',
  'duplicate adds',
  'full disk',
] as const;
export type TrialFault = (typeof TRIAL_FAULTS)[number];

export interface TrialPlan {
  readonly system: SystemName;
  readonly level: Level;
  readonly fault: TrialFault;
  /** Decides victims and moments. */
  readonly seed: string;
}

export interface TrialResult extends TrialPlan {
  readonly score: Score;
  readonly versions: string;
}

const WORKERS = ['w1', 'w2', 'w3'];
const SEQUENTIAL = 'a';
const WORK_MS = 20;
/** Load before the fault, and after. */
const BEFORE_MS = 1_500;
const AFTER_MS = 2_000;
/** What is not done by then counts as lost. */
const SETTLE_MS = 30_000;
const STEP_MS = 200;
const POISON_MS = 20_000;
const FULL_MS = 2_000;
const ROOM_MS = 2_000;
const DISK_MEGABYTES = 96;

interface Run {
  readonly keeper: Keeper;
  readonly system: ChaosSystem;
  readonly workers: readonly QueueProcess[];
  readonly disk: string | undefined;
  readonly seed: string;
  startAdder(by: string, order: Partial<AdderOrder>): Promise<QueueProcess>;
}

export async function runTrial(plan: TrialPlan, signal: AbortSignal): Promise<TrialResult> {
  await using stack = new AsyncDisposableStack();
  const keeper = stack.use(await startKeeper());
  const disk = plan.fault === 'full disk' ? await mountSmallStore(keeper, DISK_MEGABYTES) : undefined;
  const store = join(disk ?? keeper.directory, 'store');
  const system = stack.use(await startChaosSystem(plan.system, { keeper, level: plan.level, store, signal }));
  const processes: QueueProcess[] = [];
  stack.defer(async () => void (await Promise.all(processes.map((one) => one.kill()))));
  const begin = async (made: QueueProcess): Promise<QueueProcess> => {
    processes.push(made);
    await made.start();
    return made;
  };
  const order: WorkerOrder = {
    target: system.target,
    queue: QUEUE,
    concurrency: 4,
    stalledIntervalMs: LEASE_MS,
    maxStalledCount: plan.fault === 'poison job' ? 1 : OFTEN,
  };
  const isRestarted = plan.fault === 'poison job';
  const workers = await Promise.all(
    WORKERS.map((name) => begin(createQueueProcess({ keeper, name, program: 'worker', order, isRestarted }))),
  );
  const startAdder = (by: string, more: Partial<AdderOrder>) => {
    const whole = { target: system.target, queue: QUEUE, by, mix: 'all', lanes: 1, restMs: 20, workMs: WORK_MS };
    const adderOrder = { ...whole, ...more } as AdderOrder;
    return begin(createQueueProcess({ keeper, name: by, program: 'adder', order: adderOrder }));
  };
  const run: Run = { keeper, system, workers, disk, seed: plan.seed, startAdder };

  const adders = [
    await startAdder(SEQUENTIAL, { mix: 'plain', restMs: 10 }),
    await startAdder('b', { lanes: 2, restMs: 30 }),
  ];
  await pause(BEFORE_MS, undefined, { signal });
  adders.push(...(await strike(plan.fault, run)));
  const endedAt = machineMs();
  await pause(AFTER_MS, undefined, { signal });
  for (const adder of adders) adder.nudge();
  await until(() => adders.every(({ words }) => words.at(-1)?.kind === 'done'), 'the adders to end', {
    patienceMs: 60_000,
  });
  const history = await settle(system, processes);
  const words = processes.flatMap((one) => one.words);
  return { ...plan, score: toScore({ words, history, endedAt, sequential: SEQUENTIAL }), versions: system.versions };
}

/** Resolves when the fault is over; gives the adders that it has started. */
async function strike(fault: TrialFault, run: Run): Promise<readonly QueueProcess[]> {
  const { system, workers, seed } = run;
  const target = { server: system.server, workers, leaseMs: LEASE_MS, random: createSeededRandom(seed) };
  switch (fault) {
    case 'poison job':
      return [await poison(run)];
    case 'duplicate adds': {
      const adders = await Promise.all(
        ['c', 'd'].map((by) => run.startAdder(by, { mix: 'shared', lanes: 4, restMs: 5 })),
      );
      await pause(BEFORE_MS);
      // Some of them don't learn whether theirs was stored, and add it again.
      await inflictOnQueue('server killed', target);
      return adders;
    }
    case 'full disk':
      await fillDisk(run);
      return [];
    default:
      await inflictOnQueue(fault, target);
      return [];
  }
}

/** Over when it has ended as many workers as it may. */
async function poison({ workers, startAdder }: Run): Promise<QueueProcess> {
  const adder = await startAdder('p', { mix: 'poison', lanes: 10, count: 10, restMs: 0 });
  const deaths = () => workers.reduce((sum, worker) => sum + worker.deaths, 0);
  await until(() => deaths() >= 2, 'it to end two workers', { patienceMs: POISON_MS });
  return adder;
}

/** Each server has time to notice that there is room again, then is started anew: not all come back by themselves. */
async function fillDisk({ disk = '', system }: Run): Promise<void> {
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(DISK_MEGABYTES * 1024 ** 2)).catch(() => undefined);
  await pause(FULL_MS);
  await rm(filler);
  await pause(ROOM_MS);
  await system.server.kill();
  await system.server.restart();
}

async function settle(system: ChaosSystem, processes: readonly QueueProcess[]) {
  const end = performance.now() + SETTLE_MS;
  while (true) {
    const history = { ...(await system.look()), acknowledged: acknowledgedBy(processes) };
    if (!findJobViolations(history).some(mayHeal) || performance.now() > end) return history;
    await pause(STEP_MS);
  }
}
