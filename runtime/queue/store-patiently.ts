import type { Bus, CommitResult, Outgoing, StreamName } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;

/**
 * Commits, again and again while the broker is away: for messages that can't be stored twice, by their id or by what
 * they expect.
 *
 * @param patienceMs how long; then what the bus threw last
 */
export function storePatiently(
  { bus, clock, signal }: { readonly bus: Bus; readonly clock: Clock; readonly signal: AbortSignal },
  stream: StreamName,
  messages: readonly Outgoing[],
  patienceMs: number,
): Promise<CommitResult> {
  return patiently({ clock, signal }, patienceMs, () => bus.commit(stream, messages));
}

/** Tries again and again while the broker is away. */
export async function patiently<Result>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  patienceMs: number,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const until = clock.monotonic() + patienceMs;
  let pauseMs = FIRST_PAUSE_MS;
  while (true) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || signal.aborted || clock.monotonic() + pauseMs > until) throw error;
      await clock.sleep(pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}
