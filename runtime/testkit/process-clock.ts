import type { LabelledClock } from './pipe.ts';
import { sleepBy } from './virtual-clock.ts';

/**
 * The clock of a process that can be stopped and killed: what is due while it is stopped is held back, what is due
 * after its death never happens. Its wall clock may differ from the others', and jump.
 */
export interface ProcessClock extends LabelledClock {
  /** Adds to what {@link LabelledClock.now} says; `monotonic` goes on as before. */
  jump(byMs: number): void;
  pause(): void;
  /** What was held back happens now, each by itself, in the order in which it was due. */
  resume(): void;
  kill(): void;
}

interface Held {
  callback: (() => void) | undefined;
  readonly label: string;
}

export function createProcessClock(base: LabelledClock, name: string): ProcessClock {
  let skewMs = 0;
  let isAlive = true;
  let isPaused = false;
  let held: Held[] = [];

  const schedule: LabelledClock['schedule'] = (delayMs, callback, label = 'timer') => {
    if (!isAlive) return () => {};
    const own: Held = { callback, label: `${label} (${name})` };
    return add(own, delayMs);
  };

  const add = (own: Held, delayMs: number): (() => void) => {
    const cancelTimer = base.schedule(
      delayMs,
      () => {
        if (!isAlive) return;
        if (isPaused) held.push(own);
        else own.callback?.();
      },
      own.label,
    );
    return () => {
      own.callback = undefined;
      cancelTimer();
    };
  };

  return {
    now: () => Math.floor(base.now() + skewMs),
    monotonic: () => base.monotonic(),
    schedule,
    sleep: (delayMs, signal) => sleepBy(schedule, delayMs, signal),
    turn: () => new Promise((resolve) => schedule(0, resolve, 'turn')),
    jump(byMs) {
      skewMs += byMs;
    },
    pause() {
      isPaused = true;
    },
    resume() {
      if (!isPaused) return;
      isPaused = false;
      const due = held;
      held = [];
      for (const each of due) if (each.callback !== undefined) add(each, 0);
    },
    kill() {
      isAlive = false;
      held = [];
    },
  };
}
