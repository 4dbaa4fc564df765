import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Headers } from '../message/message.ts';
import type { BrokerLink } from './broker-link.ts';
import type { LiveListener, LiveSubjects } from './live-subjects.ts';

/** What no stream keeps: answers, broadcasts, questions. As `answers.ts` and `channels.ts` of the bus do it. */
export type MemoryLive = Pick<Bus, 'openInbox' | 'answer' | 'broadcast' | 'listen' | 'ask'>;

export interface LiveParts {
  readonly link: BrokerLink;
  readonly subjects: LiveSubjects;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether this answer arrives twice. */
  readonly isRepeated: () => boolean;
}

/** As long, and as many, as the real bus keeps answers to send them again on a new connection. */
const KEEP_MS = 15_000;
const MAX_KEPT = 1_000;
const NO_REPLY = () => {};

interface Sent {
  readonly at: number;
  readonly replyTo: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export function createMemoryLive({ link, subjects, clock, random, isRepeated }: LiveParts): MemoryLive {
  const own = new Map<string, Parameters<Bus['openInbox']>[0]>();
  let kept: Sent[] = [];

  /** A subscription ends with its connection, and is made anew with the next. */
  const subscribe = (subject: string, hear: LiveListener): Disposable => {
    let end = () => {};
    let isOpen = true;
    let connections = 0;
    const start = () => {
      const own = connections;
      link.up(() => {
        // One that comes late, out of a connection that has died, ends with it.
        if (isOpen && own === connections) end = subjects.subscribe(subject, hear);
      }, `subscription to ${subject}`);
    };
    const stopBroken = link.onBroken(() => {
      connections++;
      end();
    });
    const stopReconnect = link.onReconnect(start);
    start();
    return {
      [Symbol.dispose]() {
        isOpen = false;
        stopReconnect();
        stopBroken();
        end();
      },
    };
  };

  const send = ({ replyTo, headers, body }: Sent): void => {
    const dot = replyTo.lastIndexOf('.');
    const message = { token: replyTo.slice(dot + 1), headers, body, reply: NO_REPLY };
    link.up(() => {
      for (const hear of subjects.listeners(replyTo.slice(0, dot))) hear(message);
      if (isRepeated()) for (const hear of subjects.listeners(replyTo.slice(0, dot))) hear(message);
    }, 'answer');
  };
  link.onReconnect(() => {
    const oldest = clock.monotonic() - KEEP_MS;
    kept = kept.filter(({ at }) => at >= oldest);
    for (const answer of kept) send(answer);
  });

  return {
    openInbox(onAnswer) {
      const prefix = `_INBOX.${random.hex(11)}`;
      own.set(prefix, onAnswer);
      const subscription = subscribe(prefix, ({ token, headers, body }) => {
        link.down(() => own.has(prefix) && onAnswer(token, headers, body), `answer in ${prefix}`);
      });
      return {
        replyTo: (token) => `${prefix}.${token}`,
        [Symbol.dispose]() {
          own.delete(prefix);
          subscription[Symbol.dispose]();
        },
      };
    },
    answer(replyTo, headers, body) {
      const dot = replyTo.lastIndexOf('.');
      const onAnswer = own.get(replyTo.slice(0, dot));
      if (onAnswer !== undefined) return onAnswer(replyTo.slice(dot + 1), headers, body);
      const sent = { at: clock.monotonic(), replyTo, headers: { ...headers }, body: body.slice() };
      if (kept.length >= MAX_KEPT) kept = kept.slice(MAX_KEPT / 2);
      kept.push(sent);
      send(sent);
    },
    broadcast(channel, body) {
      const message = { token: '', headers: {}, body: body.slice(), reply: NO_REPLY };
      link.up(() => {
        for (const hear of subjects.listeners(channel)) hear(message);
      }, `broadcast on ${channel}`);
    },
    listen(channel, onHeard) {
      let isOpen = true;
      const subscription = subscribe(channel, ({ body, reply }) => {
        const answer = (text: Uint8Array) => {
          const copy = text.slice();
          link.up(() => reply(copy), `reply on ${channel}`);
        };
        link.down(() => isOpen && onHeard({ body, reply: answer }), `word on ${channel}`);
      });
      return {
        [Symbol.dispose]() {
          isOpen = false;
          subscription[Symbol.dispose]();
        },
      };
    },
    ask: (channel, body, timeoutMs) => {
      const question = body.slice();
      return link.exchange<Uint8Array>({ method: 'ask', timeoutMs }, (answer) => {
        const listeners = subjects.listeners(channel);
        if (listeners.length === 0) {
          return answer(() => {
            throw new AutoWeaveError('AW_NOBODY_LISTENS', `Nobody listens on "${channel}"`);
          });
        }
        const reply = (text: Uint8Array) => answer(() => text);
        for (const hear of listeners) hear({ token: '', headers: {}, body: question, reply });
      });
    },
  };
}
