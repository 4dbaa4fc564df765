import type { Address } from '../message/subjects.ts';

/**
 * What an operator does to one key, whichever process owns it: the owner is asked directly, so that it works on a key
 * whose mailbox is stuck.
 */
export interface ActorControl {
  /** What the key does at this moment. */
  look(address: Address): Promise<KeyActivity>;
  /** Stops handling after the message at work; what comes is kept, in order, until {@link resume}. Survives restarts. */
  pause(address: Address): Promise<void>;
  resume(address: Address): Promise<void>;
  /** Gives up the message at work and begins again from the committed state; it counts as a failed attempt. */
  kill(address: Address): Promise<void>;
  /** Removes state and timers; the next message begins a new life. Messages that wait stay. */
  destroy(address: Address): Promise<void>;
  /** @returns false when there is no such timer */
  cancelTimer(address: Address, timer: string): Promise<boolean>;
  /**
   * Puts a state in place of the present one.
   *
   * @throws AW_STATE_EXISTS unless `replace`; AW_STATE_VERSION for a version the actor can't bring up
   */
  importKey(address: Address, exported: ExportedKey, options: { readonly replace: boolean }): Promise<void>;
  /** @throws AW_NOT_FOUND when the key has no state */
  exportKey(address: Address): Promise<ExportedKey>;
}

export const KEY_STATUSES = ['IDLE', 'RUNNING', 'WAITING', 'PAUSED', 'BLOCKED'] as const;
/** `WAITING`: for the next attempt. `BLOCKED`: its state can't be used by this version of the actor. */
export type KeyStatus = (typeof KEY_STATUSES)[number];

export interface KeyActivity {
  readonly status: KeyStatus;
  /** Messages that wait, the one at work included. */
  readonly depth: number;
  /** How long the oldest of them has waited since it was stored, in ms; 0 when none waits. */
  readonly lagMs: number;
  /** The message at work. */
  readonly current?: { readonly id: string; readonly type: string; readonly sequence: number; readonly attempt: number };
  /** The last failure, while it keeps the key waiting or blocked. */
  readonly problem?: { readonly code: string; readonly message: string };
  readonly timers: readonly TimerRecord[];
  /** Id of the process that owns it. */
  readonly owner: string;
}

export interface TimerRecord {
  readonly id: string;
  /** When it is due next; milliseconds since 1970. */
  readonly due: number;
  /** `once`, `every 5000 ms`, or the cron expression with its time zone. */
  readonly recurrence: string;
  readonly missed: 'skip' | 'once' | 'all';
  /** The command it sends to its own key. */
  readonly type: string;
  readonly data: unknown;
}

/** A key as a file: what `autoweave actor export` prints and `import` reads. */
export interface ExportedKey {
  readonly format: 1;
  readonly actor: string;
  readonly key: string;
  readonly version: number;
  readonly state: unknown;
  /** ISO 8601 in UTC. */
  readonly exportedAt: string;
}
