import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../figures.ts';
import type { Contestant, Guest } from './guest.ts';
import type { Result } from './order.ts';
import { inputOf } from './run-calls.ts';
import { settle } from './settle.ts';

interface Looping {
  readonly count: number;
  readonly deadlineMs: number;
}

const BYTES = 100;
const QUIET_MS = 500;
/** Between two loops: spare threads are made again. */
const REST_MS = 250;

/**
 * Milliseconds: from the deadline to the rejection (median and slowest), from there to the next answer of the same
 * plugin, and the p99 of the other plugin's calls before any loop and during them, with its slowest.
 */
export async function runLooping(contestant: Contestant, { count, deadlineMs }: Looping): Promise<Result> {
  const looping = await contestant.load('looping', { deadlineMs });
  const input = inputOf(BYTES);
  await looping.call('upper', input);
  const neighbour = startNeighbour(await contestant.load('neighbour'), input);
  await settle();
  await neighbour.during(() => pause(QUIET_MS));
  const quiet = await neighbour.during(() => pause(QUIET_MS));
  const late: number[] = [];
  const back: number[] = [];
  const beside: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    await pause(REST_MS);
    const startMs = performance.now();
    let rejectedMs = Number.NaN;
    const meanwhile = await neighbour.during(async () => {
      const isRejected = await looping.call('spin', input).then(
        () => false,
        () => true,
      );
      if (!isRejected) throw new Error('The endless loop has ended');
      rejectedMs = performance.now();
    });
    late.push(rejectedMs - startMs - deadlineMs);
    await looping.call('upper', input);
    back.push(performance.now() - rejectedMs);
    beside.push(...meanwhile);
  }
  return {
    late: percentile(late, 0.5),
    latest: Math.max(...late),
    back: percentile(back, 0.5),
    quiet: percentile(quiet, 0.99),
    beside: percentile(beside, 0.99),
    slowest: Math.max(...beside),
  };
}

/** Called once after the other while something is done. */
function startNeighbour(guest: Guest, input: Uint8Array) {
  return {
    async during(act: () => Promise<void>): Promise<readonly number[]> {
      const durations: number[] = [];
      let isOver = false;
      const acting = act().finally(() => (isOver = true));
      acting.catch(() => undefined);
      while (!isOver) {
        const startMs = performance.now();
        await guest.call('upper', input);
        durations.push(performance.now() - startMs);
      }
      await acting;
      return durations;
    },
  };
}
