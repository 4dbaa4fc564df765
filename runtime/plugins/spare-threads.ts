import { AutoWeaveError } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { Thread } from './thread.ts';

/**
 * Threads that are ready before somebody needs one: a new one takes a tenth of a second, which a call that waits for the
 * replacement of a killed instance would see.
 */
export interface SpareThreads extends AsyncDisposable {
  /** A spare one, or a new one when there is none. @throws AW_PLUGIN_UNAVAILABLE when no thread can be started */
  take(): Promise<Thread>;
  /**
   * Has those made that are missing. Not done by {@link take}: starting a thread holds up this one, and takes the
   * processor from the one that was taken, which somebody waits for.
   */
  warm(): Promise<void>;
}

export interface SpareThreadsParts {
  readonly start: () => Promise<Thread>;
  readonly count: number;
  readonly log: Log;
}

export function createSpareThreads({ start, count, log }: SpareThreadsParts): SpareThreads {
  const spares: Thread[] = [];
  const starting = new Set<Promise<void>>();
  let waiting = 0;
  let failure: unknown;
  let isClosed = false;

  const startOne = (): void => {
    const started = start().then(
      async (thread) => {
        if (isClosed) return thread.end();
        spares.push(thread);
        // What dies in wait is no spare any more.
        thread.onEnd = () => {
          const place = spares.indexOf(thread);
          if (place !== -1) spares.splice(place, 1);
        };
      },
      (error: unknown) => {
        failure = error;
        log.warn('plugin.thread_failed', { error });
      },
    );
    starting.add(started);
    void started.finally(() => starting.delete(started));
  };
  const refill = (): void => {
    for (let missing = count + waiting - spares.length - starting.size; missing > 0 && !isClosed; missing--) startOne();
  };

  return {
    async take() {
      waiting++;
      try {
        while (spares.length === 0) {
          if (starting.size < waiting) startOne();
          failure = undefined;
          await Promise.race(starting);
          if (failure !== undefined) throw unavailable('no thread can be started', failure);
          if (isClosed) throw unavailable('the plugin host is being stopped');
        }
        const spare = spares.pop()!;
        spare.onEnd = () => undefined;
        return spare;
      } finally {
        waiting--;
      }
    },
    async warm() {
      refill();
      await Promise.all(starting);
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await Promise.all(starting);
      await Promise.all(spares.splice(0).map((thread) => thread.end()));
    },
  };
}

function unavailable(why: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_UNAVAILABLE', `Cannot run the plugin: ${why}`, { cause });
}
