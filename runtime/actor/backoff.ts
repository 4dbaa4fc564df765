export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Between attempts at one message: soon enough for a hiccup, long enough for an outage. */
export const MESSAGE_BACKOFF: Backoff = { firstMs: 100, longestMs: 30_000 };

/**
 * Exponential with full jitter in its upper half.
 *
 * @param attempt 1 after the first failure
 * @param fraction 0 ≤ fraction < 1, random
 */
export function backoffMs({ firstMs, longestMs }: Backoff, attempt: number, fraction: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * fraction);
}
