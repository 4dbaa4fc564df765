/**
 * Fixed windows of a rate limit, by the server's time alone. Pure.
 *
 * The message that opens a window is stored at its beginning: the server's time of that message is the window's. Later
 * messages name it. No process knows the server's time; each brackets the time since the beginning on its own
 * monotonic clock: not longer ago than `earliest` says, not less long than `latest` says. A window is over when
 * `latest` says so, and what was taken from it is void when `earliest` does.
 */

export interface Rate {
  /** Starts in one window. */
  readonly max: number;
  readonly windowMs: number;
}

/** The record as it stands in the log. */
export interface RateRecord {
  readonly taken: number;
  /** Which window; absent in the message that opens one. */
  readonly window?: { readonly sequence: number; readonly openedAt: number };
}

/** A window as one process sees it. */
export interface Window {
  /** The sequence of the message that opened it. */
  readonly sequence: number;
  /** The server's time of that message, in milliseconds. */
  readonly openedAt: number;
  readonly taken: number;
  /** Monotonic time here at which it had begun for sure. */
  readonly latest: number;
}

export type RatePlan =
  | { readonly step: 'write'; readonly record: RateRecord; readonly chunk: number }
  /** Nothing is left; until this monotonic time. */
  | { readonly step: 'wait'; readonly until: number };

/** Times are stored to the nanosecond and read to the millisecond. */
const PRECISION_MS = 1;
/** A window is taken in so many chunks: each is a write, and what is left of one with a process that has no more jobs is lost. */
const CHUNKS = 20;

export function chunkOf({ max }: Rate): number {
  return Math.max(1, Math.floor(max / CHUNKS));
}

/**
 * @param receivedAt monotonic time here at which the message was there
 * @param known the window as it was seen before: what was known of its beginning stays true
 */
export function readWindow(
  message: { readonly sequence: number; readonly storedAt: number; readonly record: RateRecord },
  receivedAt: number,
  known?: Window,
): Window {
  const { sequence, storedAt, record } = message;
  const window = record.window ?? { sequence, openedAt: storedAt };
  // A server whose clock was set back stores before the beginning.
  const sinceMs = Math.max(0, storedAt - window.openedAt - PRECISION_MS);
  const latest = receivedAt - sinceMs;
  const isKnown = known?.sequence === window.sequence;
  return { ...window, taken: record.taken, latest: isKnown ? Math.min(latest, known.latest) : latest };
}

/**
 * Monotonic time here before which a window had not begun, from a message of ours in it.
 *
 * @param storedAt of our message or of a later one
 * @param sentAt monotonic time here before it was sent
 */
export function earliestBeginning(window: { readonly openedAt: number }, storedAt: number, sentAt: number): number {
  return sentAt - Math.max(0, storedAt - window.openedAt) - PRECISION_MS;
}

export function planChunk(window: Window | undefined, rate: Rate, now: number): RatePlan {
  const chunk = chunkOf(rate);
  if (window === undefined || now - window.latest >= rate.windowMs) {
    return { step: 'write', record: { taken: chunk }, chunk };
  }
  const left = rate.max - window.taken;
  if (left <= 0) return { step: 'wait', until: window.latest + rate.windowMs };
  const { sequence, openedAt, taken } = window;
  const part = Math.min(chunk, left);
  return { step: 'write', record: { taken: taken + part, window: { sequence, openedAt } }, chunk: part };
}

/** Undefined for what is no such record. */
export function decodeRate(body: Uint8Array): RateRecord | undefined {
  try {
    const { taken, window } = JSON.parse(new TextDecoder().decode(body)) as RateRecord;
    if (!Number.isSafeInteger(taken)) return undefined;
    if (window === undefined) return { taken };
    const isWhole = Number.isSafeInteger(window.sequence) && Number.isFinite(window.openedAt);
    return isWhole ? { taken, window } : undefined;
  } catch {
    // Not ours, or of a version that wrote it otherwise: a window is opened over it.
    return undefined;
  }
}

export function encodeRate(record: RateRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}
