import { getHeapStatistics } from 'node:v8';

/**
 * How many keys may read their entries at once: as many as there is room for in memory, going by what entries were
 * large of late. A few always may, so that keys which wait for others do not wait for ever.
 */
export interface Loading {
  /** Resolves when it is the caller's turn; in the order in which they came. */
  enter(): Promise<void>;
  /** @param bytes what was read; 0 when nothing was, or it failed */
  leave(bytes: number): void;
  /** There is more room. */
  look(): void;
}

/**
 * States in memory, in bytes of their JSON, from which on no more than a few are read and none is kept. A key at work
 * has several copies of its state: as text, as what the handler changes, as what is sent to the broker.
 */
export const MOST_STATE_BYTES = Math.min(128 * 1024 * 1024, getHeapStatistics().heap_size_limit / 16);
const FEW = 4;
const MOST = 1_000;
/** Taken for an entry before the first ones were read. */
const FIRST_GUESS_BYTES = 1024 * 1024;
/** Of the newest entry in the average. */
const WEIGHT = 1 / 16;

export function createLoading(held: { readonly stateBytes: number }): Loading {
  const waiting: (() => void)[] = [];
  let inside = 0;
  let average = FIRST_GUESS_BYTES;

  const isOpen = (): boolean => {
    const room = (MOST_STATE_BYTES - held.stateBytes) / Math.max(average, 1);
    return inside < Math.min(Math.max(room, FEW), MOST);
  };

  const look = (): void => {
    while (waiting.length > 0 && isOpen()) {
      inside++;
      waiting.shift()!();
    }
  };

  return {
    enter() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        look();
      });
    },
    leave(bytes) {
      inside--;
      average += (bytes - average) * WEIGHT;
      look();
    },
    look,
  };
}
