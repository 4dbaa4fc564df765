import type { Bus } from '../../bus/bus.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Log } from '../../telemetry/log.ts';
import type { RateLimit } from '../job.ts';
import { joinLease, LEASE_MS } from './lease.ts';
import { createRateKeeper, type RateKeeper } from './rate-keeper.ts';
import { type ShareKeeper, startShareKeeper } from './share-keeper.ts';

/**
 * Says whether a worker may start a job now: global concurrency and rate limit of one queue. A process may have several
 * gates for a queue; each has a share of its own.
 */
export interface StartGate extends AsyncDisposable {
  /**
   * Takes the right to start up to `wanted` jobs now; gives how many. Never blocks: the worker asks again when `onOpen`
   * was called. With no limits set, gives `wanted` at no cost.
   */
  take(wanted: number): number;
  /** A started job has ended (or was not started after all): its place under the global concurrency is free. */
  release(count: number): void;
  /** Limits changed (from the queue's settings). null = none. */
  configure(limits: StartLimits): void;
  /** True when no limit is set. */
  readonly isOpen: boolean;
}

export interface StartLimits {
  readonly globalConcurrency: number | null;
  readonly rateLimit: RateLimit | null;
}

export interface StartGateParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly tenant: string;
  readonly queue: string;
  /** The id of this process. */
  readonly self: string;
  /** More may start than when somebody was given less than it wanted. Never called from within a call of this gate. */
  readonly onOpen: () => void;
  /** Ends it as a crash would: nothing starts any more, and its share is left to the lease. */
  readonly signal: AbortSignal;
  /** How long the lease lasts, in milliseconds; whole seconds. */
  readonly leaseMs?: number;
}

/** Opens a gate without limits, at the cost of nothing; what it needs of the broker it asks when limits are set. */
export function openStartGate(parts: StartGateParts): StartGate {
  const { tenant, queue, onOpen, leaseMs = LEASE_MS } = parts;
  const stop = new AbortController();
  const signal = AbortSignal.any([parts.signal, stop.signal]);
  let isOpen = true;
  let [hasConcurrency, hasRate] = [false, false];
  let running = 0;
  /** So many more were wanted than given, since `onOpen` was called last. */
  let unmet = 0;
  let isCalling = false;
  let shares: ShareKeeper | undefined;
  let rate: RateKeeper | undefined;

  const room = (): number => {
    const places = hasConcurrency ? shares!.room : Number.POSITIVE_INFINITY;
    return places > 0 && hasRate ? Math.min(places, rate!.room) : places;
  };

  /** Calls whoever was sent away, if there is room, or asks for some. */
  const nudge = (): void => {
    if (unmet === 0 || isCalling || signal.aborted) return;
    if (hasConcurrency && shares!.room === 0) return;
    if (hasRate && rate!.room === 0) {
      rate!.request();
      return;
    }
    isCalling = true;
    queueMicrotask(() => {
      isCalling = false;
      unmet = 0;
      if (signal.aborted) return;
      onOpen();
      if (hasConcurrency) shares!.note(running, unmet);
    });
  };

  const startShares = (): ShareKeeper => {
    const lease = joinLease({ ...parts, leaseMs });
    signal.addEventListener('abort', () => lease[Symbol.dispose](), { once: true });
    const subject = `aw.${tenant}.queue.${queue}.shares`;
    return startShareKeeper({ ...parts, self: lease.holder, subject, lease, leaseMs, signal, onRoom: nudge });
  };

  return {
    get isOpen() {
      return isOpen;
    },
    take(wanted) {
      if (isOpen) {
        running += wanted;
        return wanted;
      }
      const given = Math.min(wanted, room());
      running += given;
      if (hasRate) rate!.spend(given);
      unmet = Math.max(unmet, wanted - given);
      if (hasConcurrency) shares!.note(running, unmet);
      if (given < wanted) nudge();
      return given;
    },
    release(count) {
      running -= count;
      if (isOpen) return;
      if (hasConcurrency) shares!.note(running, unmet);
      nudge();
    },
    configure({ globalConcurrency, rateLimit }) {
      if (signal.aborted) return;
      hasConcurrency = globalConcurrency !== null;
      hasRate = rateLimit !== null;
      isOpen = !hasConcurrency && !hasRate;
      if (hasConcurrency) shares ??= startShares();
      if (hasRate) {
        const subject = `aw.${tenant}.queue.${queue}.limit`;
        rate ??= createRateKeeper({ ...parts, subject, signal, onRoom: nudge });
      }
      shares?.note(running, unmet);
      shares?.setLimit(globalConcurrency);
      rate?.setRate(rateLimit);
      nudge();
    },
    async [Symbol.asyncDispose]() {
      await shares?.[Symbol.asyncDispose]();
      stop.abort();
    },
  };
}
