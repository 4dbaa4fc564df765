import type { PacedCall } from './workload.ts';

/** What callers saw of a fault. */
export interface Outage {
  readonly longestMs: number;
  readonly failed: number;
  /** The first reason that was given. */
  readonly failure?: string;
}

/**
 * The longest that any key was without an answer: as long as the call that waited longest, of those that were under
 * way at `from` or were sent later. A call that failed counts with all the time it waited.
 *
 * @param from milliseconds since 1970
 */
export function findOutage(calls: readonly PacedCall[], from: number): Outage {
  const concerned = calls.filter(({ sentAt, waitedMs }) => sentAt + waitedMs >= from);
  const failed = concerned.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  return {
    longestMs: Math.max(0, ...concerned.map(({ waitedMs }) => waitedMs)),
    failed: failed.length,
    ...(first?.failure === undefined ? {} : { failure: first.failure }),
  };
}
