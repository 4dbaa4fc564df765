import { connectNatsBus, type NatsBus } from '../../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { systemClock } from '../../../runtime/clock/system-clock.ts';
import { type ChaosBroker, type ChaosBrokerOptions, startChaosBroker } from '../broker.ts';
import { type Keeper, startKeeper } from '../keeper.ts';
import { createQueueProcess, type QueueProcess } from './queue-process.ts';
import type { AdderOrder, Target, WorkerOrder } from './words.ts';

/** A broker, workers and adders, each a process of its own. Nothing of them is left behind. */
export interface QueueCluster extends AsyncDisposable {
  readonly keeper: Keeper;
  readonly broker: ChaosBroker;
  /** A connection of ours. */
  readonly bus: NatsBus;
  readonly processes: readonly QueueProcess[];
  startWorker(name: string, order?: Partial<WorkerOrder>, isRestarted?: boolean): Promise<QueueProcess>;
  startAdder(by: string, order?: Partial<AdderOrder>): Promise<QueueProcess>;
}

export const QUEUE = 'work';
/** The shortest that leaves a busy machine time to say that it is still there. */
export const LEASE_MS = 1_500;
/** Where workers are killed again and again, innocents are stalled more than once. */
export const OFTEN = 50;

export async function startQueueCluster(options: ChaosBrokerOptions = {}, keeper?: Keeper): Promise<QueueCluster> {
  await using stack = new AsyncDisposableStack();
  const kept = keeper ?? stack.use(await startKeeper());
  const broker = await startChaosBroker(kept, options);
  stack.defer(() => broker.kill());
  const processes: QueueProcess[] = [];
  stack.defer(async () => void (await Promise.all(processes.map((one) => one.kill()))));
  const bus = stack.use(
    await connectNatsBus({ url: broker.url, name: 'chaos', clock: systemClock, random: systemRandom }),
  );
  const target: Target = {
    kind: 'autoweave',
    url: broker.url,
    isSyncedAlways: (options.syncInterval ?? 'always') === 'always',
  };
  const start = async (made: QueueProcess): Promise<QueueProcess> => {
    processes.push(made);
    await made.start();
    return made;
  };
  const owned = stack.move();
  return {
    keeper: kept,
    broker,
    bus,
    processes,
    startWorker(name, order = {}, isRestarted = false) {
      const whole: WorkerOrder = {
        target,
        queue: QUEUE,
        concurrency: 4,
        stalledIntervalMs: LEASE_MS,
        maxStalledCount: OFTEN,
        ...order,
      };
      return start(createQueueProcess({ keeper: kept, name, program: 'worker', order: whole, isRestarted }));
    },
    startAdder(by, order = {}) {
      const whole: AdderOrder = { target, queue: QUEUE, by, mix: 'all', lanes: 4, restMs: 30, workMs: 5, ...order };
      return start(createQueueProcess({ keeper: kept, name: by, program: 'adder', order: whole }));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
