/** At most `intensity` restarts within `periodMs`; one more and the supervisor gives up, as in OTP. */
export interface RestartLimit {
  readonly intensity: number;
  readonly periodMs: number;
}

/** The instants of the restarts that still count, oldest first. */
export type RestartHistory = readonly number[];

export interface Verdict {
  readonly history: RestartHistory;
  readonly isExceeded: boolean;
}

/** The first restart comes at once to the human eye; a crash loop settles at one restart a second. */
const FIRST_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 1_000;

/** Counts a restart at `now`. A restart exactly `periodMs` old still counts. */
export function countRestart(history: RestartHistory, now: number, { intensity, periodMs }: RestartLimit): Verdict {
  const counted = [...history.filter((at) => now - at <= periodMs), now];
  return { history: counted, isExceeded: counted.length > intensity };
}

/** How long to wait before the last restart of `history`: doubled with each one that still counts. */
export function backoffMs(history: RestartHistory): number {
  if (history.length === 0) return 0;
  return Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (history.length - 1));
}
