import type { Clock } from '../../clock/clock.ts';

/** How many jobs a process would have at work, as what it has and what it was refused go up and down. */
export interface Demand {
  readonly running: number;
  /** The most that was at work or refused within the last moment. */
  peak(): number;
  /** True while the peak is above what is wanted now: it will come down. */
  readonly isFalling: boolean;
  /** @returns whether it is less than before */
  note(running: number, unmet: number): boolean;
}

/** @param holdMs a place that is free for so long is not wanted any more */
export function createDemand(clock: Clock, holdMs: number): Demand {
  let [running, unmet, peak, peakAt] = [0, 0, 0, 0];
  return {
    get running() {
      return running;
    },
    peak() {
      const now = clock.monotonic();
      if (running + unmet >= peak || now - peakAt >= holdMs) [peak, peakAt] = [running + unmet, now];
      return peak;
    },
    get isFalling() {
      return running + unmet < peak;
    },
    note(nowRunning, nowUnmet) {
      const isLess = nowRunning + nowUnmet < running + unmet;
      [running, unmet] = [nowRunning, nowUnmet];
      return isLess;
    },
  };
}
