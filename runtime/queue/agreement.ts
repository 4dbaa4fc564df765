import type { OneQueue } from './queue-parts.ts';

/**
 * What an operator waits for so that all workers see a queue as he does. Those that have fallen silent are not waited for
 * for ever: what they begin is refused, or taken from them.
 */

const STEP_MS = 2;
const MOST_MS = 6_000;
/** An answer takes a round trip; who is too busy for it begins nothing either. */
const LOOK_MS = 500;

/** Resolves when each process with a worker of the queue has heard of its record as it stands at a sequence of CONTROL. */
export async function untilHeard({ live, clock, signal }: OneQueue, sequence: number): Promise<void> {
  const until = clock.monotonic() + MOST_MS;
  const isHeard = () =>
    [...live.workers.keys()].every((worker) => (live.heard.get(processOf(worker)) ?? 0) >= sequence);
  while (!isHeard() && clock.monotonic() < until && !signal.aborted) {
    await clock.sleep(STEP_MS, signal).catch(() => undefined);
  }
}

/** Resolves when all workers have said anew what they run. */
export async function lookAfresh({ bus, live, clock, signal }: OneQueue): Promise<void> {
  const since = clock.monotonic();
  live.askWorkers();
  // A worker that has just started is not known yet: the question, and its answer, have the time of two round trips.
  for (let trip = 0; trip < 2; trip++) await bus.streamStatus('CONTROL');
  const until = since + LOOK_MS;
  const isFresh = () => [...live.workers.values()].every(({ heardAt }) => heardAt > since);
  while (!isFresh() && clock.monotonic() < until && !signal.aborted) {
    await clock.sleep(STEP_MS, signal).catch(() => undefined);
  }
}

/** Workers are named after the process that they run in. */
function processOf(worker: string): string {
  return worker.split('-')[0] ?? '';
}
