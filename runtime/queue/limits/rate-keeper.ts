import type { Bus } from '../../bus/bus.ts';
import type { Clock } from '../../clock/clock.ts';
import { toFailure } from '../../errors/errors.ts';
import type { Log } from '../../telemetry/log.ts';
import {
  decodeRate,
  earliestBeginning,
  encodeRate,
  planChunk,
  type Rate,
  readWindow,
  type Window,
} from './rate-window.ts';

/**
 * Takes chunks of a queue's rate limit from its record, by compare-and-set, when there is a job in hand.
 *
 * A chunk counts until its window ends, here judged too early rather than too late. One whose outcome is unknown is
 * lost: too few starts in a window, never too many.
 */
export interface RateKeeper {
  /** How many may start now. */
  readonly room: number;
  /** null: no limit. What was taken under another one is void. */
  setRate(rate: Rate | null): void;
  /** So many of the room were used. */
  spend(count: number): void;
  /** A job is in hand and there is no room: calls `onRoom` when there is. */
  request(): void;
}

export interface RateKeeperParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly subject: string;
  /** There is more room than before. */
  readonly onRoom: () => void;
  readonly signal: AbortSignal;
}

const RETRY_MS = 100;

interface Begun {
  /** The message that opened the window. */
  readonly sequence: number;
  /** Monotonic time before which it had not begun. */
  readonly earliest: number;
}

export function createRateKeeper({ bus, clock, log, subject, onRoom, signal }: RateKeeperParts): RateKeeper {
  let rate: Rate | null = null;
  let begun: Begun | undefined;
  let seen: Window | undefined;
  let left = 0;
  let isTaking = false;
  let wake = () => {};

  const room = (): number => {
    if (rate === null || begun === undefined || signal.aborted) return 0;
    return clock.monotonic() - begun.earliest < rate.windowMs ? left : 0;
  };

  const take = async (): Promise<void> => {
    isTaking = true;
    while (!signal.aborted && rate !== null && room() === 0) {
      try {
        await takeChunk(rate);
      } catch (error) {
        if (signal.aborted) break;
        log.warn('rate.unsettled', { subject, ...toFailure(error) });
        await clock.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
    isTaking = false;
    if (room() > 0) onRoom();
  };

  const takeChunk = async (ofRate: Rate): Promise<void> => {
    const found = await read();
    seen = found && readWindow(found, clock.monotonic(), seen);
    const plan = planChunk(seen, ofRate, clock.monotonic());
    if (plan.step === 'wait') return waitUntil(plan.until);

    const sentAt = clock.monotonic();
    const message = { subject, body: encodeRate(plan.record), expectLastSequence: found?.sequence ?? 0 };
    const result = await bus.commit('CONTROL', [message]);
    if (result.outcome !== 'stored') return;
    const sequence = plan.record.window?.sequence ?? result.sequences[0]!;
    if (begun?.sequence !== sequence) {
      const earliest = await findBeginning(plan.record.window, sentAt);
      if (earliest === undefined) return;
      [begun, left] = [{ sequence, earliest }, 0];
    }
    // Under another limit by now: it is lost.
    if (rate === ofRate) left = room() + plan.chunk;
  };

  /** When a window had not begun: before our message, if that opened it; else the server's times say how long before. */
  const findBeginning = async (
    window: { readonly sequence: number; readonly openedAt: number } | undefined,
    sentAt: number,
  ): Promise<number | undefined> => {
    if (window === undefined) return sentAt;
    const found = await read();
    // By now there is another window.
    if (found?.record.window?.sequence !== window.sequence) return undefined;
    return earliestBeginning(window, found.storedAt, sentAt);
  };

  const read = async () => {
    const stored = await bus.last('CONTROL', subject);
    if (stored === undefined) return undefined;
    const { sequence, storedAt, body } = stored;
    // What can't be read counts as a window that is used up.
    return { sequence, storedAt, record: decodeRate(body) ?? { taken: Number.POSITIVE_INFINITY } };
  };

  const waitUntil = async (until: number): Promise<void> => {
    const woken = new AbortController();
    wake = () => woken.abort();
    const any = AbortSignal.any([signal, woken.signal]);
    await clock.sleep(Math.max(0, until - clock.monotonic()), any).catch(() => undefined);
  };

  return {
    get room() {
      return room();
    },
    setRate(wanted) {
      if (wanted?.max === rate?.max && wanted?.windowMs === rate?.windowMs) return;
      rate = wanted;
      begun = undefined;
      left = 0;
      wake();
    },
    spend(count) {
      left -= count;
    },
    request() {
      if (!isTaking && rate !== null && !signal.aborted) void take();
    },
  };
}
