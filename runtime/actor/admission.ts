import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { type Address, commandSubject } from '../message/subjects.ts';

/**
 * Back-pressure that a sender sees. The owner of a key in whose mailbox too much waits tells all senders, again and
 * again while it lasts; they refuse more until they hear no more of it. It bounds what waits roughly, not exactly, and
 * costs nothing while nothing is full. What actors send each other is not refused: it is committed already.
 */
export interface Admission extends Disposable {
  /** @throws AW_MAILBOX_FULL */
  check(address: Address): void;
}

const CHANNEL = 'mailbox-full';
/** Owners repeat it every second. */
const HOLD_MS = 2_500;

export function tellFull(bus: Bus, address: Address): void {
  bus.broadcast(CHANNEL, new TextEncoder().encode(commandSubject(address)));
}

export function openAdmission(bus: Bus, clock: Clock): Admission {
  const fullUntil = new Map<string, number>();
  const ear = bus.listen(CHANNEL, ({ body }) => {
    const now = clock.monotonic();
    for (const [subject, until] of fullUntil) if (until < now) fullUntil.delete(subject);
    fullUntil.set(new TextDecoder().decode(body), now + HOLD_MS);
  });
  return {
    check(address) {
      if (fullUntil.size === 0) return;
      const subject = commandSubject(address);
      const until = fullUntil.get(subject);
      if (until === undefined) return;
      if (until < clock.monotonic()) {
        fullUntil.delete(subject);
        return;
      }
      throw new AutoWeaveError('AW_MAILBOX_FULL', `Too much waits for "${address.actor}/${address.key}" already`, {
        hint: 'send again later, or look what keeps the key: autoweave actor get',
      });
    },
    [Symbol.dispose]: () => ear[Symbol.dispose](),
  };
}
