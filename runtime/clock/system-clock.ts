import type { Clock } from './clock.ts';

/** The most that a timer of Node can wait; with more it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's clock. Its timers keep the process alive until they fire or are cancelled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, callback) {
    if (delayMs <= LONGEST_MS) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    }
    const due = performance.now() + delayMs;
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = due - performance.now();
      timer = left > LONGEST_MS ? setTimeout(wait, LONGEST_MS) : setTimeout(callback, left);
    };
    wait();
    return () => clearTimeout(timer);
  },
  sleep(delayMs, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = systemClock.schedule(delayMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};
