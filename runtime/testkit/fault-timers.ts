import type { FaultDraw, FaultRates } from './broker-faults.ts';
import type { LabelledClock } from './pipe.ts';

/** Lets go wrong from time to time what concerns no single request. */
export interface FaultTimers {
  set(rates: FaultRates): void;
}

export interface FaultActions {
  readonly outage: () => void;
  readonly leaderChange: () => void;
  readonly cut: () => void;
  /** How many connections may be cut. */
  readonly connections: () => number;
}

export function startFaultTimers(clock: LabelledClock, draw: FaultDraw, actions: FaultActions): FaultTimers {
  const cancels = new Map<string, () => void>();

  const repeat = (label: string, perMinute: () => number, run: () => void): void => {
    const delayMs = Math.min(draw.nextMs(perMinute()), LONGEST_MS);
    const next = () => {
      repeat(label, perMinute, run);
      run();
    };
    cancels.set(label, clock.schedule(delayMs, next, label));
  };

  return {
    set({ outagesPerMinute = 0, leaderChangesPerMinute = 0, cutsPerMinute = 0 }) {
      for (const cancel of cancels.values()) cancel();
      cancels.clear();
      if (outagesPerMinute > 0) repeat('next outage', () => outagesPerMinute, actions.outage);
      if (leaderChangesPerMinute > 0) {
        repeat('next change of leader', () => leaderChangesPerMinute, actions.leaderChange);
      }
      if (cutsPerMinute > 0) {
        repeat('next cut', () => cutsPerMinute * Math.max(1, actions.connections()), actions.cut);
      }
    },
  };
}

/** What is rarer does not happen in a run anyway. */
const LONGEST_MS = 24 * 60 * 60 * 1000;
