import type { Clock } from '../clock/clock.ts';
import { runSteps } from './drain.ts';
import { createEventQueue } from './event-queue.ts';

/**
 * A clock that stands still until it is moved. Timers fire in the order of their time, those of one instant in the
 * order in which they were set.
 */
export interface VirtualClock extends Clock {
  schedule(delayMs: number, callback: () => void, label?: string): () => void;
  /** Timers that wait. */
  readonly waiting: number;
  /** When the next timer is due, on the scale of {@link Clock.monotonic}; undefined when there is none. */
  readonly nextAt: number | undefined;
  /** Moves to the next timer and fires it; false when there is none. What follows by promises has not run yet. */
  step(): boolean;
  /** Fires everything due within the next `byMs`, each with all that follows from it, and ends there. */
  advance(byMs: number): Promise<void>;
  /** The next timers, as text. */
  describe(limit?: number): readonly string[];
}

/** 2026-01-01T00:00:00Z: a time that looks like one. */
export const VIRTUAL_START = 1_767_225_600_000;

/** @param startAt what {@link Clock.now} says at the beginning */
export function createVirtualClock(startAt: number = VIRTUAL_START): VirtualClock {
  const queue = createEventQueue();
  let elapsed = 0;

  const schedule: VirtualClock['schedule'] = (delayMs, callback, label = 'timer') => {
    const event = queue.add(elapsed + Math.max(0, delayMs || 0), callback, label);
    return () => queue.cancel(event);
  };
  const step = (): boolean => {
    const event = queue.take();
    if (event === undefined) return false;
    elapsed = event.at;
    event.run!();
    return true;
  };

  return {
    now: () => Math.floor(startAt + elapsed),
    monotonic: () => elapsed,
    schedule,
    sleep: (delayMs, signal) => sleepBy(schedule, delayMs, signal),
    turn: () => new Promise((resolve) => schedule(0, resolve, 'turn')),
    get waiting() {
      return queue.size;
    },
    get nextAt() {
      return queue.peek()?.at;
    },
    step,
    async advance(byMs) {
      const end = elapsed + byMs;
      await runSteps(() => {
        const next = queue.peek();
        return next !== undefined && next.at <= end && step();
      });
      elapsed = end;
    },
    describe: (limit = 20) => queue.list(limit).map(({ at, label }) => `${label}, due at ${at.toFixed(3)} ms`),
  };
}

/** {@link Clock.sleep} made of {@link Clock.schedule}. */
export function sleepBy(
  schedule: (delayMs: number, callback: () => void, label: string) => () => void,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = schedule(
      delayMs,
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      'sleep',
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
