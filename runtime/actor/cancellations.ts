import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { TerminalError } from '../errors/errors.ts';

/**
 * A caller that waits no more tells whoever handles the call: one that has not begun is answered with
 * AW_CALL_CANCELLED and does nothing; the handler of one that is at work sees its `ctx.signal` abort. It is a hint, not
 * a promise: a call that is done stays done.
 */
export interface Cancellations extends Disposable {
  /** @throws AW_CALL_CANCELLED when its caller has given it up already */
  check(messageId: string): void;
  /** Calls when the message is given up while it is at work; the returned function ends that. */
  watch(messageId: string, onCancelled: () => void): () => void;
}

const CHANNEL = 'cancel';
/** A call that has not begun by then has passed its deadline, too. */
const KEEP_MS = 60_000;
const MAX_KEPT = 10_000;

export function tellCancelled(bus: Bus, messageId: string): void {
  bus.broadcast(CHANNEL, new TextEncoder().encode(messageId));
}

export function openCancellations(bus: Bus, clock: Clock): Cancellations {
  /** When each was heard of, the oldest first. */
  const cancelled = new Map<string, number>();
  const watched = new Map<string, () => void>();
  const ear = bus.listen(CHANNEL, ({ body }) => {
    const id = new TextDecoder().decode(body);
    const now = clock.monotonic();
    cancelled.set(id, now);
    for (const [old, at] of cancelled) {
      if (now - at < KEEP_MS && cancelled.size <= MAX_KEPT) break;
      cancelled.delete(old);
    }
    watched.get(id)?.();
  });
  return {
    check(messageId) {
      if (cancelled.has(messageId)) throw new TerminalError('AW_CALL_CANCELLED', 'The caller has given it up');
    },
    watch(messageId, onCancelled) {
      watched.set(messageId, onCancelled);
      return () => void watched.delete(messageId);
    },
    [Symbol.dispose]: () => ear[Symbol.dispose](),
  };
}
