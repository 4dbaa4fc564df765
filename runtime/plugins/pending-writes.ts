import type { Clock } from '../clock/clock.ts';
import type { PluginValue } from './plugin-record.ts';

/**
 * Values that calls have written and that are on their way: a write leaves with the outcome of its job and takes effect
 * some milliseconds later. A call that reads such a key waits for it, so that of two calls one after the other the second
 * sees what the first has written. Between calls that run at the same time, in several instances or processes, nothing
 * orders reads and writes.
 */
export interface PendingWrites {
  /** @param write by which it is known when it has taken effect */
  note(key: string, write: string): void;
  /** The value, once what was written before is in it. */
  read(key: string): Promise<string | undefined>;
}

/** An outcome that is not there by then is none: its job will run again. */
const GIVE_UP_MS = 2_000;
const LOOK_MS = 3;
/** Keys that are watched for; more are read as they are. */
const MAX_KEYS = 10_000;

export function createPendingWrites(
  readState: (key: string) => Promise<PluginValue | undefined>,
  clock: Clock,
): PendingWrites {
  const pending = new Map<string, { readonly write: string; readonly since: number }>();
  return {
    note(key, write) {
      pending.delete(key);
      if (pending.size >= MAX_KEYS) pending.delete(pending.keys().next().value!);
      pending.set(key, { write, since: clock.monotonic() });
    },
    async read(key) {
      while (true) {
        const state = await readState(key);
        const waited = pending.get(key);
        const isOver =
          waited === undefined || state?.write === waited.write || clock.monotonic() - waited.since > GIVE_UP_MS;
        if (isOver) {
          if (pending.get(key) === waited) pending.delete(key);
          return state?.value ?? undefined;
        }
        await clock.sleep(LOOK_MS);
      }
    },
  };
}
