import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { openProgramClient } from './open-program-client.ts';
import type { NewChaosJob } from './program-client.ts';
import { type AdderOrder, machineMs, type Sort, say } from './words.ts';

/** Adds jobs and says which were acknowledged: `adder-main.ts ORDER`. Its standard input tells it to stop. */

const order = JSON.parse(process.argv[2] ?? '') as AdderOrder;
const { by, mix, lanes, restMs, workMs, count = Number.POSITIVE_INFINITY } = order;
const RETRY_MS = 100;
let n = 0;
let isStopped = false;

/** Of ten jobs, what is special about some. */
const SPECIAL: Readonly<Record<number, (n: number) => Omit<NewChaosJob, 'data'>>> = {
  0: (number) => ({ id: `shared-${number}` }),
  1: () => ({ delayMs: 200 }),
  3: () => ({ priority: 3 }),
  4: () => ({ isLifo: true }),
};
const FLAKY = 2;
/** Of twenty, the one that is bad. */
const POISON = 3;

function nextJob(): NewChaosJob {
  const number = n++;
  const sort = sortOf(number);
  const special = specialOf(number);
  return { data: { by, n: number, sort, ms: workMs }, ...special };
}

function sortOf(number: number): Sort {
  if (mix === 'hold' || mix === 'waver' || mix === 'block') return mix;
  if (mix === 'poison' && number % 20 === POISON) return 'poison';
  return mix === 'all' && number % 10 === FLAKY ? 'flaky' : 'plain';
}

function specialOf(number: number): Omit<NewChaosJob, 'data'> | undefined {
  if (mix === 'hold' && number % 2 === 1) return { id: `held-${number}` };
  if (mix === 'shared') return { id: `both-${number}` };
  return mix === 'all' ? SPECIAL[number % 10]?.(number) : undefined;
}

const client = await openProgramClient(order.target);
const adder = await client.openAdder(order);

async function add(job: NewChaosJob): Promise<boolean> {
  const { n: number, sort } = job.data;
  const sentAt = machineMs();
  try {
    const { id, isDuplicate } = await adder.add(job);
    say({ kind: 'added', by, n: number, sort, id, isDuplicate, sentAt, at: machineMs() });
    return true;
  } catch (error) {
    const { code = String(error) } = error as { readonly code?: string };
    say({ kind: 'refused', by, n: number, code, at: machineMs() });
    return false;
  }
}

/** One with an id of its own is added until that is acknowledged, and once more. */
async function lane(): Promise<void> {
  while (!isStopped && n < count) {
    const job = nextJob();
    let isAdded = await add(job);
    while (job.id !== undefined && !isAdded) {
      await pause(RETRY_MS);
      isAdded = await add(job);
    }
    if (job.id !== undefined) await add(job);
    if (restMs > 0) await pause(restMs);
  }
}

createInterface(process.stdin)
  .on('line', () => {
    isStopped = true;
  })
  .on('close', () => process.exit(3));
say({ kind: 'ready' });
await Promise.all(Array.from({ length: lanes }, lane));
say({ kind: 'done' });
process.exit(0);
