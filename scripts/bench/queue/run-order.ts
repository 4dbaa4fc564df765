import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../figures.ts';
import { lanes } from '../lanes.ts';
import type { Served } from '../serve-driver.ts';
import { createData, monotonicUs } from './job-data.ts';
import type { Add, Ask, Bulk, Order, Pace, Remove, Result } from './order.ts';
import type { BenchQueue, QueueClient } from './queue-client.ts';
import { createWorkerOrders } from './worker-orders.ts';

const TICK_MS = 1;
/** Much shorter than the lease of a job, so that one that is lost by a worker is seen. */
const AGREE_MS = 10_000;
const LOOK_MS = 20;
/** Ids that are remembered of a queue for {@link Ask}: one of each batch. */
const REMEMBERED = 1_000;

/** What a driver does with its orders. Whatever does not add up is an error. */
export function createOrders(client: QueueClient): Served<Order, Result> {
  const queues = new Map<string, Promise<BenchQueue>>();
  const remembered = new Map<string, string[]>();
  const worker = createWorkerOrders(client);
  const queueOf = (name: string) => {
    if (!queues.has(name)) queues.set(name, client.open(name));
    return queues.get(name)!;
  };

  return {
    async run(order) {
      switch (order.kind) {
        case 'process':
          return await worker.process(order);
        case 'listen':
          return await worker.listen(order);
        case 'heard':
          return await worker.heard(order);
        case 'add':
          return await runAdd(await queueOf(order.queue), order);
        case 'pace':
          return await runPace(await queueOf(order.queue), order);
        case 'bulk': {
          const ids: string[] = [];
          remembered.set(order.queue, ids);
          return await runBulk(await queueOf(order.queue), order, ids);
        }
        case 'counts':
        case 'lookups':
          return await runAsk(await queueOf(order.queue), order, remembered.get(order.queue) ?? []);
        case 'remove': {
          const queue = await queueOf(order.queue);
          queues.delete(order.queue);
          const begin = performance.now();
          const found = await countAll(queue, order);
          await queue.remove();
          await queue[Symbol.asyncDispose]();
          return { count: found, ms: performance.now() - begin, values: {} };
        }
      }
    },
    async [Symbol.asyncDispose]() {
      for (const queue of queues.values()) await (await queue)[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

/** Acknowledgements of workers may be on their way still; soon the count is what it should be. */
async function countAll(queue: BenchQueue, { queue: name, expected }: Remove): Promise<number> {
  const end = performance.now() + AGREE_MS;
  while (true) {
    const { waiting, active, delayed } = await queue.counts();
    const found = waiting + active + delayed;
    if (expected === undefined || found === expected) return found;
    if (performance.now() > end) {
      const states = `${waiting} waiting, ${active} active and ${delayed} delayed`;
      throw new Error(`"${name}" has ${states} jobs, not ${expected} in all`);
    }
    await pause(LOOK_MS);
  }
}

async function runAdd(queue: BenchQueue, order: Add): Promise<Result> {
  const { bytes, inFlight, ms = Number.POSITIVE_INFINITY, count: wanted = Number.POSITIVE_INFINITY } = order;
  let count = 0;
  const begin = performance.now();
  await lanes(inFlight, async (turn) => {
    if (performance.now() - begin >= ms || turn >= wanted) return false;
    await queue.add(createData(turn, monotonicUs(), bytes));
    count++;
    return true;
  });
  return rateOf(count, performance.now() - begin);
}

async function runBulk(queue: BenchQueue, order: Bulk, ids: string[]): Promise<Result> {
  const { bytes, batch, inFlight, ms = Number.POSITIVE_INFINITY, count: wanted = Number.POSITIVE_INFINITY } = order;
  const begin = performance.now();
  const dueAt = order.dueMs === undefined ? undefined : monotonicUs() + order.dueMs * 1_000;
  let count = 0;
  await lanes(inFlight, async (turn) => {
    const from = turn * batch;
    if (performance.now() - begin >= ms || from >= wanted) return false;
    const length = Math.min(batch, wanted - from);
    const now = monotonicUs();
    const delayMs = dueAt === undefined ? undefined : Math.round((dueAt - now) / 1_000);
    if (delayMs !== undefined && delayMs <= 0) throw new Error(`Only ${count} of ${wanted} jobs were added in time`);
    const jobs = Array.from({ length }, (_, at) => createData(from + at, dueAt ?? now, bytes));
    const added = await queue.addBulk(jobs, delayMs);
    if (ids.length < REMEMBERED) ids.push(added[turn % length]!);
    count += length;
    return true;
  });
  return rateOf(count, performance.now() - begin);
}

async function runPace(queue: BenchQueue, { bytes, perSecond, ms }: Pace): Promise<Result> {
  const begin = performance.now();
  const adds: Promise<unknown>[] = [];
  while (true) {
    const elapsed = Math.min(performance.now() - begin, ms);
    const due = Math.floor((elapsed * perSecond) / 1_000);
    while (adds.length < due) adds.push(queue.add(createData(adds.length, monotonicUs(), bytes)));
    if (elapsed >= ms) break;
    await pause(TICK_MS);
  }
  await Promise.all(adds);
  return rateOf(adds.length, performance.now() - begin);
}

async function runAsk(queue: BenchQueue, { kind, times }: Ask, ids: readonly string[]): Promise<Result> {
  const waits: number[] = [];
  const begin = performance.now();
  for (let time = 0; time < times; time++) {
    const asked = performance.now();
    if (kind === 'counts') await queue.counts();
    else {
      // Now here, now there: neighbours would be warm.
      const id = ids[(time * 7_919) % ids.length]!;
      if (!(await queue.has(id))) throw new Error(`Job "${id}" is not found`);
    }
    waits.push(performance.now() - asked);
  }
  const values = { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) };
  return { count: times, ms: performance.now() - begin, values };
}

function rateOf(count: number, ms: number): Result {
  return { count, ms, values: { perSecond: (count / ms) * 1_000 } };
}
