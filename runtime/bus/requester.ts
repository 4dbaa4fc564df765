import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../clock/clock.ts';
import { NO_LISTENER, tooLargeOr, unavailable } from './bus-errors.ts';
import { readHeaders } from './nats-headers.ts';

/** How often overdue requests are looked for: the precision of a time-out. */
const SWEEP_MS = 250;

/**
 * Requests without the client's machinery for each: one wildcard inbox, one map, one timer for all of them
 * (the client's own request costs 55 µs of CPU).
 */
export interface Requester extends Disposable {
  /**
   * Resolves with the answer.
   *
   * @throws AW_BROKER_UNAVAILABLE when none came in time, the connection broke, or nobody listens on the subject.
   */
  request(subject: string, body: Uint8Array, headers: MsgHdrs | undefined, timeoutMs: number): Promise<Msg>;
  /** Fails whatever waits, since an answer lost with its connection never comes, and what is asked until {@link resume}. */
  suspend(why: string): void;
  /** Fails what waits, so that it is asked again on the new connection, and takes requests again. */
  resume(): void;
  /** @throws AW_BROKER_UNAVAILABLE while suspended */
  check(): void;
}

interface Waiting {
  readonly subject: string;
  readonly deadline: number;
  resolve(answer: Msg): void;
  reject(error: Error): void;
}

export function createRequester(connection: NatsConnection, clock: Clock): Requester {
  const inbox = `${createInbox()}.`;
  const waiting = new Map<string, Waiting>();
  let count = 0;
  let suspended: string | undefined;
  let cancelSweep: (() => void) | undefined;

  const take = (token: string): Waiting | undefined => {
    const found = waiting.get(token);
    waiting.delete(token);
    return found;
  };

  const subscription = connection.subscribe(`${inbox}*`, {
    callback(error, message) {
      if (error) return;
      const found = take(message.subject.slice(inbox.length));
      if (found === undefined) return;
      if (readHeaders(message).status === 503)
        found.reject(unavailable(`nobody answers on "${found.subject}"`, NO_LISTENER));
      else found.resolve(message);
    },
  });

  const sweep = () => {
    cancelSweep = undefined;
    const now = clock.monotonic();
    for (const [token, { deadline, subject, reject }] of waiting) {
      if (deadline > now) continue;
      waiting.delete(token);
      reject(unavailable(`no answer on "${subject}" in time`));
    }
    if (waiting.size > 0) cancelSweep = clock.schedule(SWEEP_MS, sweep);
  };

  const abandon = (why: string) => {
    const all = [...waiting.values()];
    waiting.clear();
    for (const { reject } of all) reject(unavailable(why));
  };

  const check = () => {
    if (suspended !== undefined) throw unavailable(suspended);
    if (connection.isClosed()) throw unavailable('the connection is closed');
  };

  return {
    request(subject, body, headers, timeoutMs) {
      return new Promise((resolve, reject) => {
        check();
        const token = (++count).toString(36);
        waiting.set(token, { subject, deadline: clock.monotonic() + timeoutMs, resolve, reject });
        cancelSweep ??= clock.schedule(SWEEP_MS, sweep);
        try {
          connection.publish(subject, body, { reply: inbox + token, ...(headers ? { headers } : {}) });
        } catch (error) {
          take(token);
          reject(tooLargeOr(error, subject));
        }
      });
    },
    suspend(why) {
      suspended = why;
      abandon(why);
    },
    resume() {
      suspended = undefined;
      abandon('the connection was replaced');
    },
    check,
    [Symbol.dispose]() {
      subscription.unsubscribe();
      cancelSweep?.();
      abandon('the connection is closed');
    },
  };
}
