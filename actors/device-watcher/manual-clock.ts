import type { Clock } from '../../runtime/clock/clock.ts';

/** A clock for tests: time stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves on, calling what is due in its order and at its time. */
  advance(ms: number): void;
}

export function createManualClock(startMs = Date.UTC(2030, 0, 1)): ManualClock {
  let now = startMs;
  let nextId = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();

  const schedule = (delayMs: number, callback: () => void) => {
    const id = nextId++;
    timers.set(id, { at: now + delayMs, callback });
    return () => void timers.delete(id);
  };

  return {
    now: () => now,
    monotonic: () => now - startMs,
    schedule,
    turn: async () => {},
    sleep(delayMs, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const cancel = schedule(delayMs, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(signal.reason);
        });
      });
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [due] = [...timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at || a[0] - b[0]);
        if (due === undefined) break;
        const [id, { at, callback }] = due;
        timers.delete(id);
        now = at;
        callback();
      }
      now = end;
    },
  };
}
