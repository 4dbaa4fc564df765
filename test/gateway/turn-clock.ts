import type { Clock } from '../../runtime/clock/clock.ts';

/** Pauses take one turn of the event loop; what is scheduled (the check of a feed's history) fires when a test says so. */
export function createTurnClock(): { readonly clock: Clock; readonly fire: () => void } {
  const scheduled = new Set<() => void>();
  const clock: Clock = {
    // So far ahead of what the log says that the feed asks at every bunch whether it was overtaken.
    now: () => 1e9,
    monotonic: () => 1e9,
    schedule(_delayMs, callback) {
      scheduled.add(callback);
      return () => scheduled.delete(callback);
    },
    turn: async () => {},
    async sleep() {
      await nextTurn();
    },
  };
  const fire = () => {
    for (const callback of [...scheduled]) {
      scheduled.delete(callback);
      callback();
    }
  };
  return { clock, fire };
}

export const nextTurn = () => Promise.resolve();
