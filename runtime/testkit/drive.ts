import { runSteps } from './drain.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * Moves the clock until the promise has settled, and gives what it settled with.
 *
 * @throws when nothing is left to happen that could settle it
 */
export async function drive<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  let idle = 0;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await runSteps(() => {
    if (isSettled) return false;
    if (clock.step()) {
      idle = 0;
      return true;
    }
    // What the last event has led to by promises has run after this step.
    if (++idle > 1) throw new Error('Cannot wait any longer: nothing is left to happen on the virtual clock');
    return true;
  });
  return promise;
}
