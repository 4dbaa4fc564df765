import { createInbox, type NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../clock/clock.ts';
import type { Headers } from '../message/message.ts';
import type { Bus, Inbox } from './bus.ts';
import { readHeaders, toNatsHeaders } from './nats-headers.ts';

/**
 * Questions and their answers, which no stream keeps. An answer to a question of this very process goes straight to
 * it. One to another process is sent once more after the connection was replaced, since a broker that dies takes along
 * what it has not yet delivered; and again while the server says that nobody is there, since the other's connection may
 * come back later than ours. Whoever waits takes the first of them.
 */
export interface Answers extends Pick<Bus, 'openInbox' | 'answer'> {
  /** Waits for callers that were not there, a while. */
  settle(): Promise<void>;
}

/** Between two attempts at a caller that is not there. */
const PAUSE_MS = 200;
const NO_RESPONDERS = 503;
/** A caller whose connection comes back later than ours has come back by then. */
const SETTLE_MS = 1_500;
/** Longer than a broken connection takes to be noticed. */
const KEEP_MS = 15_000;
/** Beyond it the oldest go: a caller whose answer is lost has a time-out of its own. */
const MAX_KEPT = 1_000;

interface Sent {
  readonly token: string;
  readonly at: number;
  readonly replyTo: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export function createAnswers(
  connection: NatsConnection,
  clock: Clock,
  onReconnect: (listener: () => void) => () => void,
): Answers {
  const own = new Map<string, Parameters<Bus['openInbox']>[0]>();
  let kept: Sent[] = [];
  const absences = `${createInbox()}.`;
  const absent = new Set<string>();
  let count = 0;

  const send = ({ token, replyTo, headers, body }: Sent): void => {
    if (connection.isClosed()) return;
    connection.publish(replyTo, body, { headers: toNatsHeaders(headers), reply: absences + token });
  };

  connection.subscribe(`${absences}*`, {
    callback(error, message) {
      if (error || readHeaders(message).status !== NO_RESPONDERS) return;
      const token = message.subject.slice(absences.length);
      const answer = kept.find((one) => one.token === token);
      if (answer === undefined || answer.at < clock.monotonic() - KEEP_MS) return;
      absent.add(token);
      clock.schedule(PAUSE_MS, () => {
        absent.delete(token);
        send(answer);
      });
    },
  });
  onReconnect(() => {
    const oldest = clock.monotonic() - KEEP_MS;
    kept = kept.filter(({ at }) => at >= oldest);
    for (const answer of kept) send(answer);
  });

  return {
    openInbox(onAnswer): Inbox {
      const prefix = createInbox();
      own.set(prefix, onAnswer);
      const subscription = connection.subscribe(`${prefix}.*`, {
        callback(error, message) {
          if (!error) onAnswer(message.subject.slice(prefix.length + 1), readHeaders(message).headers, message.data);
        },
      });
      return {
        replyTo: (token) => `${prefix}.${token}`,
        [Symbol.dispose]() {
          own.delete(prefix);
          subscription.unsubscribe();
        },
      };
    },
    async settle() {
      const end = clock.monotonic() + SETTLE_MS;
      do {
        await Promise.race([connection.flush().catch(() => undefined), clock.sleep(SETTLE_MS)]);
        if (absent.size === 0) return;
        await clock.sleep(PAUSE_MS);
      } while (clock.monotonic() < end && !connection.isClosed());
    },
    answer(replyTo, headers, body) {
      const dot = replyTo.lastIndexOf('.');
      const onAnswer = own.get(replyTo.slice(0, dot));
      if (onAnswer !== undefined) return onAnswer(replyTo.slice(dot + 1), headers, body);
      const sent = { token: (++count).toString(36), at: clock.monotonic(), replyTo, headers, body };
      if (kept.length >= MAX_KEPT) kept = kept.slice(MAX_KEPT / 2);
      kept.push(sent);
      send(sent);
    },
  };
}
