import type { Clock } from '../clock/clock.ts';

/** The two clocks may differ by the millisecond that the wall clock rounds away; more means that it was set. */
const TOLERANCE_MS = 2;

/** Milliseconds since 1970 with the monotonic clock's fractions; follows the wall clock when that is set anew. */
export function createPreciseTime(clock: Clock): () => number {
  let offset = clock.now() - clock.monotonic();
  return () => {
    const wall = clock.now();
    const precise = offset + clock.monotonic();
    if (Math.abs(precise - wall) <= TOLERANCE_MS) return precise;
    offset = wall - clock.monotonic();
    return wall;
  };
}
