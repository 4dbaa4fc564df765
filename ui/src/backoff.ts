const FIRST_DELAY_MS = 400;
/** A page on a wall finds its gateway again within this time, whoever started it anew. */
const LONGEST_DELAY_MS = 15_000;

/**
 * How long to wait before the next attempt: doubled from attempt to attempt, then spread over its upper half, so that
 * many pages do not come back in one instant.
 *
 * @param attempt 0 for the first after a loss
 * @param fraction 0 ≤ fraction < 1, at random
 */
export function backoffMs(attempt: number, fraction: number): number {
  const whole = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16));
  return Math.round(whole / 2 + (whole / 2) * fraction);
}
