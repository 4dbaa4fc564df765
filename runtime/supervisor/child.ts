/** Why a child is no longer there. `normal` is an end that was asked for, or that the child meant. */
export type ExitReason = { readonly kind: 'normal' } | { readonly kind: 'error'; readonly error: unknown };

/**
 * A running part. Disposing stops it, and may be done again in vain. `exited` resolves once, whoever stopped it,
 * and never rejects; from then on the child holds nothing that would need to be closed.
 */
export interface Child extends AsyncDisposable {
  readonly exited: Promise<ExitReason>;
}

/**
 * `permanent`: started again whenever it ends. `transient`: only when it ended with an error.
 * `temporary`: never, also not when a sibling's end stops it.
 */
export type Restart = 'permanent' | 'transient' | 'temporary';

export interface ChildSpec {
  /** Unique among its siblings; shown in health and logs. */
  readonly id: string;
  /** Resolves when the child does its work. `signal` aborts when the supervisor is stopped meanwhile. */
  readonly start: (ctx: { readonly signal: AbortSignal }) => Promise<Child>;
  readonly restart: Restart;
  /** The grace time of a stop: after it the supervisor goes on without waiting. */
  readonly shutdownMs: number;
}

export type ChildState = 'running' | 'restarting' | 'stopped';

export interface ChildStatus {
  readonly id: string;
  readonly state: ChildState;
  /** How often it was started again since the supervisor began. */
  readonly restarts: number;
  /** What the last unwanted end was; undefined when there was none. */
  readonly lastError: unknown;
  /** When `state` was entered, in milliseconds since 1970. */
  readonly since: number;
}
