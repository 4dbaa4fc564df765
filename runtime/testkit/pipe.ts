import type { Clock } from '../clock/clock.ts';

/** A clock whose timers may say what they are for. Any clock will do; the virtual one shows it. */
export interface LabelledClock extends Clock {
  schedule(delayMs: number, callback: () => void, label?: string): () => void;
}

/** One direction of a connection: messages arrive after a while, in the order in which they were sent. */
export interface Pipe {
  readonly inFlight: number;
  send(message: InFlight, label: string): void;
  /** What is on the way arrives no more, the first `kept` messages excepted. */
  break(kept: number): readonly InFlight[];
}

export interface InFlight {
  readonly run: () => void;
  /** Called when it is lost on the way. */
  readonly onLost?: (() => void) | undefined;
}

/** @param clock the receiver's */
export function createPipe(clock: LabelledClock, latencyMs: () => number): Pipe {
  let queue: InFlight[] = [];
  let lastAt = 0;
  return {
    get inFlight() {
      return queue.length;
    },
    send(message, label) {
      const now = clock.monotonic();
      lastAt = Math.max(lastAt, now + latencyMs());
      const own = queue;
      own.push(message);
      clock.schedule(lastAt - now, () => own.shift()?.run(), label);
    },
    break(kept) {
      const lost = queue.splice(kept);
      queue = [];
      return lost;
    },
  };
}
