import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { openQueueWorld } from './queue-world.ts';

/** A worker on a thread of its own whose processor holds that thread up. */
export interface BlockingWorker extends AsyncDisposable {
  /** Resolves when it has begun a job, and is about to hold the thread up. */
  whenBlocked(): Promise<void>;
  /** Lets the thread go on. */
  release(): void;
}

interface BlockingWorkerData {
  readonly url: string;
  readonly queue: string;
  readonly stalledIntervalMs: number;
  readonly isSilent: boolean;
}

interface Shared extends BlockingWorkerData {
  readonly gate: SharedArrayBuffer;
}

export async function startBlockingWorker(data: BlockingWorkerData): Promise<BlockingWorker> {
  const gate = new SharedArrayBuffer(4);
  const release = () => {
    Atomics.store(new Int32Array(gate), 0, 1);
    Atomics.notify(new Int32Array(gate), 0);
  };
  const thread = new Worker(new URL(import.meta.url), { workerData: { blockingWorker: { ...data, gate } } });
  await once(thread, 'message');
  const blocked = once(thread, 'message');
  return {
    whenBlocked: async () => void (await blocked),
    release,
    async [Symbol.asyncDispose]() {
      release();
      const ended = once(thread, 'exit');
      thread.postMessage('end');
      await ended;
    },
  };
}

const own = (workerData as { readonly blockingWorker?: Shared } | null)?.blockingWorker;
if (own !== undefined && parentPort !== null) await run(own, parentPort);

async function run(data: Shared, port: NonNullable<typeof parentPort>): Promise<void> {
  const { url, queue, gate, stalledIntervalMs, isSilent } = data;
  const world = await openQueueWorld(url, { isSilent });
  await world.queues.startWorker(
    queue,
    () => {
      port.postMessage('blocked');
      Atomics.wait(new Int32Array(gate), 0, 0);
      return 'blocked';
    },
    { concurrency: 1, stalledIntervalMs },
  );
  port.postMessage('ready');
  await once(port, 'message');
  await world[Symbol.asyncDispose]();
  port.close();
}
