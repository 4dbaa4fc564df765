import type { Clock } from '../clock/clock.ts';

/** How fast a worker ends jobs, so that the next ones are ready when they are wanted, and slow ones are left to others. */
export interface Pace {
  /** A job has ended. */
  note(): void;
  /** Jobs to keep ready beside those that can begin. */
  ahead(): number;
}

/** About what it takes to get the next ones. */
const AHEAD_MS = 5;
const MAX_AHEAD = 256;
const WINDOW_MS = 100;

export function createPace(clock: Clock): Pace {
  let ended = 0;
  let since = clock.monotonic();
  let perMs = 0;
  return {
    note() {
      ended++;
    },
    ahead() {
      const now = clock.monotonic();
      if (now - since >= WINDOW_MS) {
        perMs = ended / (now - since);
        ended = 0;
        since = now;
      }
      return Math.min(MAX_AHEAD, Math.round(perMs * AHEAD_MS));
    },
  };
}
