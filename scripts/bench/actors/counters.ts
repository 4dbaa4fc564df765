/** What both systems offer: a number for each key that commands add to. */
export interface Counters extends AsyncDisposable {
  /** Adds 1, waits for the answer and gives the new total. */
  add(key: string): Promise<number>;
  /** Adds 1 without waiting for it; resolves when the command is accepted. With `event`, the counter emits one. */
  send(key: string, options?: { readonly event?: boolean }): Promise<unknown>;
  /**
   * Waits until each key has the total that belongs to it, and each event of theirs is in the log.
   *
   * @returns when the last of it was there: milliseconds since 1970
   */
  settle(totals: ReadonlyMap<string, number>, events: number): Promise<number>;
  /** Stops what handles commands, while they are still accepted, or lets it go on. Absent where that can't be done. */
  hold?(isHeld: boolean): void;
  /** Waits until so many keys have a total at all. */
  settleKeys(count: number): Promise<void>;
}

/** Where a driver finds what it drives. */
export type Target =
  | {
      readonly kind: 'autoweave';
      readonly url: string;
      readonly user: string;
      readonly password: string;
      readonly runtimePid: number;
    }
  | { readonly kind: 'restate'; readonly ingressPort: number; readonly servicePort: number };

/** A call that has no answer by then has failed. */
export const CALL_TIMEOUT_MS = 10_000;
/** Longest wait for what was sent one-way to be done. */
export const SETTLE_MS = 120_000;
