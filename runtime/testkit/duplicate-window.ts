import type { Stored } from '../bus/bus.ts';

/** Default of the streams that name no window, as `ensure-streams.ts` sets it. */
export const DEFAULT_WINDOW_MS = 10_000;

/** Which ids a stream has stored of late, and under which sequences. */
export interface DuplicateWindow {
  find(id: string, now: number): number | undefined;
  add(id: string, sequence: number, now: number): void;
  /** What a server does at its start: knows only the ids of messages that are still in the stream. */
  rebuild(messages: Iterable<Stored>, now: number): void;
}

export function createDuplicateWindow(windowMs: number): DuplicateWindow {
  /** In the order of their time. */
  const known = new Map<string, { readonly sequence: number; readonly at: number }>();

  const forgetOld = (now: number): void => {
    for (const [id, { at }] of known) {
      if (now - at < windowMs) return;
      known.delete(id);
    }
  };

  return {
    find(id, now) {
      forgetOld(now);
      return known.get(id)?.sequence;
    },
    add(id, sequence, now) {
      known.delete(id);
      known.set(id, { sequence, at: now });
    },
    rebuild(messages, now) {
      known.clear();
      for (const { headers, sequence, storedAt } of messages) {
        const id = headers['Nats-Msg-Id'];
        if (id !== undefined && now - storedAt < windowMs) known.set(id, { sequence, at: storedAt });
      }
    },
  };
}
