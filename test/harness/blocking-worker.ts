import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { openQueueWorld } from './queue-world.ts';

/** A worker on a thread of its own whose processor holds that thread up. */
export interface BlockingWorker extends AsyncDisposable {
  /** Resolves when it has begun a job, and is about to hold the thread up. */
  whenBlocked(): Promise<void>;
}

interface BlockingWorkerData {
  readonly url: string;
  readonly queue: string;
  readonly blockMs: number;
  readonly stalledIntervalMs: number;
  readonly isSilent: boolean;
}

export async function startBlockingWorker(data: BlockingWorkerData): Promise<BlockingWorker> {
  const thread = new Worker(new URL(import.meta.url), { workerData: { blockingWorker: data } });
  await once(thread, 'message');
  const blocked = once(thread, 'message');
  return {
    whenBlocked: async () => void (await blocked),
    async [Symbol.asyncDispose]() {
      const ended = once(thread, 'exit');
      thread.postMessage('end');
      await ended;
    },
  };
}

const own = (workerData as { readonly blockingWorker?: BlockingWorkerData } | null)?.blockingWorker;
if (own !== undefined && parentPort !== null) await run(own, parentPort);

async function run(data: BlockingWorkerData, port: NonNullable<typeof parentPort>): Promise<void> {
  const { url, queue, blockMs, stalledIntervalMs, isSilent } = data;
  const world = await openQueueWorld(url, { isSilent });
  await world.queues.startWorker(
    queue,
    () => {
      port.postMessage('blocked');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
      return 'blocked';
    },
    { concurrency: 1, stalledIntervalMs },
  );
  port.postMessage('ready');
  await once(port, 'message');
  await world[Symbol.asyncDispose]();
  port.close();
}
