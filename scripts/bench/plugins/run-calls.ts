import { percentile } from '../figures.ts';
import { lanes } from '../lanes.ts';
import type { Guest, GuestFunction } from './guest.ts';
import type { Result } from './order.ts';

interface Calls {
  readonly bytes: number;
  readonly inFlight: number;
  readonly ms: number;
}

const ASK_BYTES = 100;
/** Of the time of a turn: what others did meanwhile has cooled the caches. */
const WARM_UP_SHARE = 0.15;
const MICROSECONDS = 1_000;

/** @returns calls a second, microseconds of p50 and p99, and of CPU for each call: all threads, kernel included */
export async function runCalls(guest: Guest, { bytes, inFlight, ms }: Calls): Promise<Result> {
  const input = inputOf(bytes);
  await callFor(guest, 'upper', input, inFlight, ms * WARM_UP_SHARE);
  const cpuBefore = process.cpuUsage();
  const { tookMs, durations } = await callFor(guest, 'upper', input, inFlight, ms);
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    perSecond: (durations.length / tookMs) * 1_000,
    p50: percentile(durations, 0.5) * MICROSECONDS,
    p99: percentile(durations, 0.99) * MICROSECONDS,
    cpu: (user + system) / durations.length,
  };
}

export async function runAsking(guest: Guest, { ms }: { readonly ms: number }): Promise<Result> {
  const input = inputOf(ASK_BYTES);
  const p50Of = async (name: GuestFunction): Promise<number> => {
    await callFor(guest, name, input, 1, ms * WARM_UP_SHARE);
    const { durations } = await callFor(guest, name, input, 1, ms);
    return percentile(durations, 0.5) * MICROSECONDS;
  };
  const plain = await p50Of('upper');
  return { cost: (await p50Of('upper_after_get')) - plain };
}

/** Letters, blanks and digits. */
export function inputOf(bytes: number): Uint8Array {
  return new Uint8Array(bytes).map((_, at) => 32 + ((at * 7_919) % 95));
}

async function callFor(guest: Guest, name: GuestFunction, input: Uint8Array, inFlight: number, ms: number) {
  const durations: number[] = [];
  const startMs = performance.now();
  await lanes(inFlight, async () => {
    const callMs = performance.now();
    await guest.call(name, input);
    const endMs = performance.now();
    durations.push(endMs - callMs);
    return endMs - startMs < ms;
  });
  return { durations, tookMs: performance.now() - startMs };
}
