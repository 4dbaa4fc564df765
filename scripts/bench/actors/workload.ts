/** What a driver is told to do. Keys are those from `<prefix>0` on; each command adds 1. */
export type Workload = Calls | Sends | Pace | Fill;

/** So many lanes, each of which calls, waits for the answer and calls again. */
export interface Calls {
  readonly kind: 'calls';
  readonly prefix: string;
  readonly keys: number;
  readonly inFlight: number;
  readonly ms: number;
}

/** So many lanes of one-way commands, until the time is up or enough are sent; then until all is done. */
export interface Sends {
  readonly kind: 'sends';
  readonly prefix: string;
  readonly keys: number;
  readonly inFlight: number;
  readonly ms: number;
  readonly atMost?: number;
  readonly event?: boolean;
  /** Nothing is handled until all is sent; the time of processing begins then. */
  readonly isHeld?: boolean;
}

/** Calls at a steady pace, whether those before them were answered or not. */
export interface Pace {
  readonly kind: 'pace';
  readonly prefix: string;
  readonly keys: number;
  readonly perSecond: number;
  readonly ms: number;
}

/** One command to each of many keys. */
export interface Fill {
  readonly kind: 'fill';
  readonly prefix: string;
  readonly keys: number;
  readonly inFlight: number;
}

export interface Result {
  readonly count: number;
  /** Of the whole, reading the totals back included. */
  readonly ms: number;
  /** Figures by name. */
  readonly values: Readonly<Record<string, number>>;
  /** Each call of a {@link Pace}. */
  readonly calls?: readonly PacedCall[];
}

export interface PacedCall {
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly waitedMs: number;
  /** Why it failed. */
  readonly failure?: string;
}
