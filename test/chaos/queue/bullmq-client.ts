import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ProgramClient } from './program-client.ts';
import type { ChaosData, Target } from './words.ts';

/** What is used of BullMQ, which is no dependency of ours. */
interface Bullmq {
  readonly Queue: new (name: string, options: object) => BullQueue;
  readonly Worker: new (name: string, process: (job: BullJob) => Promise<unknown>, options: object) => BullWorker;
}

interface BullQueue {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: ChaosData, options: object): Promise<{ readonly id: string }>;
}

interface BullWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

interface BullJob {
  readonly id: string;
  readonly data: ChaosData;
  readonly attemptsStarted: number;
  readonly attemptsMade: number;
}

interface Redis {
  on(event: 'error', listener: (error: Error) => void): unknown;
  incr(key: string): Promise<number>;
}

export const JOB_NAME = 'chaos.work';
/** Counters of effects, by the id of the job. */
export const EFFECT_PREFIX = 'effect:';
/** All that is done stays there to be looked at. */
const JOB_OPTIONS = {
  attempts: 3,
  backoff: { type: 'fixed', delay: 100 },
  removeOnComplete: false,
  removeOnFail: false,
};
/** Far more than a trial has: what has become of jobs is read there. */
const MAX_EVENTS = 10_000_000;
/** A broker that is away is waited for, by workers without end, which is what BullMQ asks for. */
const ADDER_RETRIES = 20;

export function openBullmqClient({ folder, port }: Extract<Target, { kind: 'bullmq' }>): ProgramClient {
  const require = createRequire(join(folder, 'package.json'));
  const { Queue, Worker } = require('bullmq') as Bullmq;
  const { Redis: RedisClient } = require('ioredis') as { Redis: new (options: object) => Redis };
  const connection = { host: '127.0.0.1', port };
  const patient = { ...connection, maxRetriesPerRequest: null };
  // Errors of the connection are told in words elsewhere; without a listener they would end the process.
  const log = (error: Error) => void process.stderr.write(`${error.message}\n`);

  return {
    async openAdder({ queue: name }) {
      const queue = new Queue(name, {
        connection: { ...connection, maxRetriesPerRequest: ADDER_RETRIES },
        defaultJobOptions: JOB_OPTIONS,
        streams: { events: { maxLen: MAX_EVENTS } },
      });
      queue.on('error', log);
      await queue.waitUntilReady();
      return {
        async add({ data, id, delayMs, priority, isLifo }) {
          const options = {
            ...(id === undefined ? {} : { jobId: id }),
            ...(delayMs === undefined ? {} : { delay: delayMs }),
            ...(priority === undefined ? {} : { priority }),
            ...(isLifo === undefined ? {} : { lifo: isLifo }),
          };
          const added = await queue.add(JOB_NAME, data, options);
          // It does not tell whether the job was there.
          return { id: added.id, isDuplicate: false };
        },
      };
    },
    async startWorker({ queue, concurrency, stalledIntervalMs, maxStalledCount }, work) {
      const redis = new RedisClient(patient);
      redis.on('error', log);
      const worker = new Worker(
        queue,
        (job) =>
          work({
            id: job.id,
            data: job.data,
            attempt: job.attemptsMade + 1,
            effect: async () => void (await redis.incr(`${EFFECT_PREFIX}${job.id}`)),
          }),
        {
          connection: patient,
          concurrency,
          lockDuration: stalledIntervalMs,
          stalledInterval: stalledIntervalMs,
          maxStalledCount,
        },
      );
      worker.on('error', log);
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
  };
}
