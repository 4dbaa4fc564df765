import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { JobData } from './job-data.ts';
import { type BenchWorker, JOB_TYPE, type QueueClient, SETTLE_MS, type Target } from './queue-client.ts';

/** What is used of BullMQ, which is no dependency of ours: it is installed for the benchmark only. */
interface Bullmq {
  readonly Queue: new (name: string, options: object) => BullQueue;
  readonly Worker: new (
    name: string,
    process: (job: { data: JobData }) => Promise<unknown>,
    options: object,
  ) => BullWorker;
}

interface BullQueue {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: JobData): Promise<{ readonly id: string }>;
  addBulk(
    jobs: readonly { readonly name: string; readonly data: JobData; readonly opts?: { readonly delay: number } }[],
  ): Promise<readonly { readonly id: string }[]>;
  getJobCounts(...states: string[]): Promise<Readonly<Record<string, number>>>;
  getJob(id: string): Promise<{ readonly id: string } | undefined>;
  obliterate(options: { readonly force: boolean; readonly count: number }): Promise<void>;
  close(): Promise<void>;
}

interface BullWorker {
  waitUntilReady(): Promise<unknown>;
  on(event: 'completed' | 'failed' | 'error', listener: (...said: unknown[]) => void): unknown;
  close(): Promise<void>;
}

/** As the reference design sets it, and what an AutoWeave queue does when nothing else is said. */
const JOB_OPTIONS = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 2_000 },
  removeOnComplete: 10,
  removeOnFail: 50,
};
const STATES = ['waiting', 'active', 'delayed', 'completed', 'failed'];
/** Jobs of one step of removal. */
const REMOVED_AT_ONCE = 10_000;
const RESULT = { ok: true };

export async function openBullmqClient(target: Extract<Target, { kind: 'bullmq' }>): Promise<QueueClient> {
  const { Queue, Worker } = createRequire(join(target.folder, 'package.json'))('bullmq') as Bullmq;
  const connection = { host: '127.0.0.1', port: target.port };

  return {
    async open(name) {
      const queue = new Queue(name, { connection, defaultJobOptions: JOB_OPTIONS });
      await queue.waitUntilReady();
      return {
        add: async (data) => (await queue.add(JOB_TYPE, data)).id,
        async addBulk(jobs, delayMs) {
          const opts = delayMs === undefined ? {} : { opts: { delay: delayMs } };
          const added = await queue.addBulk(jobs.map((data) => ({ name: JOB_TYPE, data, ...opts })));
          return added.map(({ id }) => id);
        },
        async counts() {
          const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts(...STATES);
          return { waiting, active, delayed };
        },
        has: async (id) => (await queue.getJob(id)) !== undefined,
        remove: () => queue.obliterate({ force: true, count: REMOVED_AT_ONCE }),
        [Symbol.asyncDispose]: () => queue.close(),
      };
    },

    async startWorker(name, concurrency, process): Promise<BenchWorker> {
      let completed = 0;
      let failure: unknown;
      let waitedFor = Number.POSITIVE_INFINITY;
      const { promise: isDone, resolve } = Promise.withResolvers<number>();
      const work = async ({ data }: { data: JobData }) => {
        process(data);
        return RESULT;
      };
      const worker = new Worker(name, work, { connection, concurrency });
      worker.on('completed', () => {
        if (++completed >= waitedFor) resolve(performance.now());
      });
      const failed = (...said: unknown[]) => {
        failure ??= said.find((one) => one instanceof Error) ?? said[0];
      };
      worker.on('failed', failed);
      worker.on('error', failed);
      await worker.waitUntilReady();
      return {
        async finish(count) {
          waitedFor = count;
          const limit = setTimeout(() => resolve(Number.NaN), SETTLE_MS);
          const at = completed >= count ? performance.now() : await isDone;
          clearTimeout(limit);
          await worker.close();
          if (Number.isNaN(at)) {
            throw new Error(`BullMQ completed ${completed} of ${count} jobs in ${SETTLE_MS} ms`, { cause: failure });
          }
          return at;
        },
      };
    },

    // Each queue and worker closes its own connections.
    async [Symbol.asyncDispose]() {},
  };
}
