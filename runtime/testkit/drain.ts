/**
 * Steps with everything settled between them: after each step all that follows from it by promises and
 * `process.nextTick` has run, however long the chain, before the next one begins.
 *
 * Node empties both queues between two callbacks of `setImmediate`, those of one turn of its loop included. So a burst
 * of immediates is queued at a time, which saves most turns of the loop; a fixed number of awaits would not do, since
 * nobody knows how long a chain is.
 *
 * @param step returns false when it was the last one
 */
export function runSteps(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    let queued = 0;
    const one = (): void => {
      queued--;
      if (isOver) return;
      try {
        isOver = !step();
      } catch (error) {
        isOver = true;
        reject(error);
        return;
      }
      if (isOver) resolve();
      else if (queued === 0) refill();
    };
    const refill = (): void => {
      queued = BURST;
      for (let count = 0; count < BURST; count++) setImmediate(one);
    };
    refill();
  });
}

/** More gain nothing: a turn of the loop costs some 10 µs, a step in it some 2. */
const BURST = 64;
