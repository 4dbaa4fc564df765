import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { toFailure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import { openBeats } from './beats.ts';
import { type SweepParts, sweepDone } from './sweep-done.ts';

/**
 * Sees to messages that are done and still there. A broker may have noted an acknowledgement when its disk had no room
 * to note that the message is gone: started anew it has the message again, and gives it to nobody.
 *
 * Every process with queues has one. One of a tenant *leads*: it sweeps a while after it has begun to, and after each
 * time that it has found the broker again. The others *stand by* while they hear it; who is there only briefly never
 * leads. That may be wrong at any moment, and costs no more than work done twice.
 */
export interface SweepingParts extends SweepParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Id of this process. */
  readonly self: string;
}

/** Until a broker that has come back has given to workers what waits, and of several that lead one is left. */
const REST_MS = 2_000;
/** Brokers and processes that all came back at once do not sweep at once, too. */
const SPREAD_MS = 3_000;

export function startSweeping(parts: SweepingParts): Disposable {
  const { bus, jobs, clock, random, log, self, tenant } = parts;
  const closing = new AbortController();
  const beats = openBeats({ bus, clock, self, channel: `sweep.${tenant}`, signal: closing.signal });
  let isDue = true;
  let wake = () => {};

  const run = async (): Promise<void> => {
    while (true) {
      await beats.whenSilent();
      if (closing.signal.aborted) return;
      const term = new AbortController();
      using _ = beats.lead(() => {
        term.abort();
        wake();
      });
      await lead(AbortSignal.any([closing.signal, term.signal]));
    }
  };

  /** Resolves when another leads. */
  const lead = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      if (isDue) await sweep(signal);
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  };

  const sweep = async (signal: AbortSignal): Promise<void> => {
    isDue = false;
    try {
      const { lastSequence } = await bus.streamStatus('JOBS');
      await clock.sleep(REST_MS + random.fraction() * SPREAD_MS, signal);
      await sweepDone(parts, lastSequence, signal);
    } catch (error) {
      if (!signal.aborted && !isPassing(error)) return log.error('queue.sweep_failed', { ...toFailure(error) });
      isDue = true;
      await clock.sleep(REST_MS, signal).catch(() => undefined);
    }
  };

  const finding = jobs.onReconnect(() => {
    isDue = true;
    wake();
  });
  void run();
  return {
    /** Does not wait for what it has asked the broker, which may be away. */
    [Symbol.dispose]() {
      closing.abort();
      wake();
      finding[Symbol.dispose]();
      beats[Symbol.dispose]();
    },
  };
}
