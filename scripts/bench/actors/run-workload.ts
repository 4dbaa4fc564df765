import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../figures.ts';
import { lanes } from '../lanes.ts';
import type { Counters } from './counters.ts';
import type { Calls, Fill, Pace, PacedCall, Result, Sends, Workload } from './workload.ts';

/** Totals that keys should have by now, over all workloads of this driver. */
export type Totals = Map<string, number>;

const TICK_MS = 5;

export function runWorkload(counters: Counters, totals: Totals, workload: Workload): Promise<Result> {
  switch (workload.kind) {
    case 'calls':
      return runCalls(counters, totals, workload);
    case 'sends':
      return runSends(counters, totals, workload);
    case 'pace':
      return runPace(counters, totals, workload);
    case 'fill':
      return runFill(counters, workload);
  }
}

async function runCalls(counters: Counters, totals: Totals, { prefix, keys, inFlight, ms }: Calls): Promise<Result> {
  const waits: number[] = [];
  const begin = performance.now();
  await lanes(inFlight, async (turn) => {
    const now = performance.now();
    if (now - begin >= ms) return false;
    await counters.add(expectOneMore(totals, `${prefix}${turn % keys}`));
    waits.push(performance.now() - now);
    return true;
  });
  const took = performance.now() - begin;
  const values = {
    perSecond: (waits.length / took) * 1_000,
    p50: percentile(waits, 0.5),
    p99: percentile(waits, 0.99),
  };
  return { count: waits.length, ms: took, values };
}

async function runSends(counters: Counters, totals: Totals, workload: Sends): Promise<Result> {
  const { prefix, keys, inFlight, ms, atMost = Number.POSITIVE_INFINITY, event = false, isHeld = false } = workload;
  const touched = new Set<string>();
  let count = 0;
  const begin = performance.now();
  const beganAt = Date.now();
  if (isHeld) counters.hold?.(true);
  await lanes(inFlight, async (turn) => {
    if (performance.now() - begin >= ms || turn >= atMost) return false;
    const key = expectOneMore(totals, `${prefix}${turn % keys}`);
    touched.add(key);
    count++;
    await counters.send(key, { event });
    return true;
  });
  const acceptedMs = performance.now() - begin;
  const handledFrom = isHeld ? Date.now() : beganAt;
  if (isHeld) counters.hold?.(false);
  const doneAt = await counters.settle(new Map([...touched].map((key) => [key, totals.get(key)!])), event ? count : 0);
  const values = { accepted: (count / acceptedMs) * 1_000, processed: (count / (doneAt - handledFrom)) * 1_000 };
  return { count, ms: performance.now() - begin, values };
}

async function runPace(counters: Counters, totals: Totals, { prefix, keys, perSecond, ms }: Pace): Promise<Result> {
  const begin = performance.now();
  const calls: Promise<PacedCall>[] = [];
  while (true) {
    const elapsed = Math.min(performance.now() - begin, ms);
    const due = Math.floor((elapsed * perSecond) / 1_000);
    while (calls.length < due) calls.push(timeCall(counters, expectOneMore(totals, `${prefix}${calls.length % keys}`)));
    if (elapsed >= ms) break;
    await pause(TICK_MS);
  }
  const answered = await Promise.all(calls);
  return { count: calls.length, ms: performance.now() - begin, values: {}, calls: answered };
}

async function timeCall(counters: Counters, key: string): Promise<PacedCall> {
  const sentAt = Date.now();
  const begin = performance.now();
  try {
    await counters.add(key);
    return { sentAt, waitedMs: performance.now() - begin };
  } catch (error) {
    return { sentAt, waitedMs: performance.now() - begin, failure: String(error) };
  }
}

async function runFill(counters: Counters, { prefix, keys, inFlight }: Fill): Promise<Result> {
  const begin = performance.now();
  await lanes(inFlight, async (turn) => {
    if (turn >= keys) return false;
    await counters.send(`${prefix}${turn}`);
    return true;
  });
  await counters.settleKeys(keys);
  return { count: keys, ms: performance.now() - begin, values: {} };
}

function expectOneMore(totals: Totals, key: string): string {
  totals.set(key, (totals.get(key) ?? 0) + 1);
  return key;
}
