import { percentile } from '../figures.ts';
import { monotonicUs } from './job-data.ts';
import type { Heard, Listen, Process, Result } from './order.ts';
import type { BenchWorker, QueueClient } from './queue-client.ts';

export interface WorkerOrders {
  process(order: Process): Promise<Result>;
  listen(order: Listen): Promise<Result>;
  heard(order: Heard): Promise<Result>;
}

interface Listening {
  readonly worker: BenchWorker;
  /** How late each began, in milliseconds. */
  readonly waits: ReadonlyMap<number, number>;
  readonly again: readonly number[];
  readonly since: number;
}

/** The orders of a driver that works on jobs. */
export function createWorkerOrders(client: QueueClient): WorkerOrders {
  let listening: Listening | undefined;

  return {
    async process({ queue, concurrency, count }) {
      const seen = new Set<number>();
      let runs = 0;
      const begin = performance.now();
      const worker = await client.startWorker(queue, concurrency, ({ i }) => {
        seen.add(i);
        runs++;
      });
      const ms = (await worker.finish(count)) - begin;
      // Where more wait, some more may have begun before it stopped; none may have run twice.
      if (runs !== seen.size || runs < count) throw new Error(`${runs} runs of ${seen.size} jobs, not of ${count}`);
      return { count, ms, values: { perSecond: (count / ms) * 1_000 } };
    },

    async listen({ queue, concurrency }) {
      const waits = new Map<number, number>();
      const again: number[] = [];
      const since = performance.now();
      const worker = await client.startWorker(queue, concurrency, ({ i, t }) => {
        if (waits.has(i)) again.push(i);
        else waits.set(i, (monotonicUs() - t) / 1_000);
      });
      listening = { worker, waits, again, since };
      return { count: 0, ms: performance.now() - since, values: {} };
    },

    async heard({ count }) {
      if (listening === undefined) throw new Error('No worker is listening');
      const { worker, waits, again, since } = listening;
      listening = undefined;
      const ms = (await worker.finish(count)) - since;
      if (again.length > 0) throw new Error(`Jobs ran again: ${again.slice(0, 10).join(', ')}`);
      if (waits.size !== count) throw new Error(`${waits.size} jobs ran, not ${count}`);
      const all = [...waits.values()];
      return { count, ms, values: { p50: percentile(all, 0.5), p99: percentile(all, 0.99) } };
    },
  };
}
