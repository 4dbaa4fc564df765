/** Time as a port: nothing else in runtime and actors reads a clock or sets a timer. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Calls once after `delayMs`; the returned function cancels, and may be called again in vain. */
  schedule(delayMs: number, callback: () => void): () => void;
  /**
   * Resolves after `delayMs`.
   *
   * @throws the signal's reason when it aborts first.
   */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Resolves once whatever is ready to run now has run. */
  turn(): Promise<void>;
}

/** The instant as messages carry it. */
export function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
