import type { Clock } from './clock.ts';

/** A signal that aborts after a time on this clock; disposing cancels the timer. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/** @param reason what the signal aborts with */
export function startDeadline(clock: Clock, delayMs: number, reason: Error): Deadline {
  const controller = new AbortController();
  const cancel = clock.schedule(delayMs, () => controller.abort(reason));
  return { signal: controller.signal, [Symbol.dispose]: cancel };
}
