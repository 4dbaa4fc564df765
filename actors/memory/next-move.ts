import type { Clock } from '../../runtime/clock/clock.ts';

/** Lets those who wait for something that moves look at it again. */
export interface NextMove {
  /** Resolves at the next move, or a little later without one. @throws the signal's reason */
  wait(signal: AbortSignal): Promise<void>;
  moved(): void;
}

/** A tombstone that is waited for may be removed instead: then nothing moves. */
const LOOK_AGAIN_MS = 200;

export function createNextMove(clock: Clock): NextMove {
  const waiting = new Set<() => void>();
  return {
    wait: (signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const end = (settle: () => void) => {
          waiting.delete(wake);
          signal.removeEventListener('abort', abort);
          cancel();
          settle();
        };
        const wake = () => end(resolve);
        const abort = () => end(() => reject(signal.reason));
        waiting.add(wake);
        signal.addEventListener('abort', abort, { once: true });
        const cancel = clock.schedule(LOOK_AGAIN_MS, wake);
      }),
    moved() {
      for (const wake of [...waiting]) wake();
    },
  };
}
