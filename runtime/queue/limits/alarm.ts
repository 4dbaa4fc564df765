import type { Clock } from '../../clock/clock.ts';

export interface Alarm {
  set(delayMs: number, ring: () => void): void;
  cancel(): void;
}

/** One timer; a time that is set while it runs is ignored, since whatever it is for looks again then. */
export function createAlarm(clock: Clock): Alarm {
  let cancel: (() => void) | undefined;
  return {
    set(delayMs, ring) {
      cancel ??= clock.schedule(Math.max(0, delayMs), () => {
        cancel = undefined;
        ring();
      });
    },
    cancel() {
      cancel?.();
      cancel = undefined;
    },
  };
}
