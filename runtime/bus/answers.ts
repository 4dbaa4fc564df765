import { createInbox, type NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../clock/clock.ts';
import type { Headers } from '../message/message.ts';
import type { Bus, Inbox } from './bus.ts';
import { readHeaders, toNatsHeaders } from './nats-headers.ts';

/**
 * Questions and their answers, which no stream keeps. An answer to a question of this very process goes straight to
 * it. One to another process is sent once more after the connection was replaced, since a broker that dies takes along
 * what it has not yet delivered; whoever waits takes the first of them.
 */
export type Answers = Pick<Bus, 'openInbox' | 'answer'>;

/** Longer than a broken connection takes to be noticed. */
const KEEP_MS = 15_000;
/** Beyond it the oldest go: a caller whose answer is lost has a time-out of its own. */
const MAX_KEPT = 1_000;

interface Sent {
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

  const send = ({ replyTo, headers, body }: Sent): void => {
    if (!connection.isClosed()) connection.publish(replyTo, body, { headers: toNatsHeaders(headers) });
  };
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
    answer(replyTo, headers, body) {
      const dot = replyTo.lastIndexOf('.');
      const onAnswer = own.get(replyTo.slice(0, dot));
      if (onAnswer !== undefined) return onAnswer(replyTo.slice(dot + 1), headers, body);
      const sent = { at: clock.monotonic(), replyTo, headers, body };
      if (kept.length >= MAX_KEPT) kept = kept.slice(MAX_KEPT / 2);
      kept.push(sent);
      send(sent);
    },
  };
}
