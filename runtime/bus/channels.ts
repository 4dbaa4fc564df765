import type { NatsConnection } from '@nats-io/transport-node';
import { AutoWeaveError } from '../errors/errors.ts';
import { SYSTEM_TENANT } from '../message/subjects.ts';
import type { Bus } from './bus.ts';
import { NO_LISTENER } from './bus-errors.ts';
import type { Requester } from './requester.ts';

/** What processes tell and ask each other while they run: core NATS subjects that no stream keeps. */
export type Channels = Pick<Bus, 'broadcast' | 'listen' | 'ask'>;

export function createChannels(connection: NatsConnection, requester: Requester): Channels {
  return {
    broadcast(channel, body) {
      if (!connection.isClosed()) connection.publish(subjectOf(channel), body);
    },
    listen(channel, onHeard) {
      const subscription = connection.subscribe(subjectOf(channel), {
        callback(error, message) {
          if (error) return;
          onHeard({
            body: message.data,
            reply(body) {
              if (message.reply && !connection.isClosed()) connection.publish(message.reply, body);
            },
          });
        },
      });
      return { [Symbol.dispose]: () => subscription.unsubscribe() };
    },
    async ask(channel, body, timeoutMs) {
      try {
        return (await requester.request(subjectOf(channel), body, undefined, timeoutMs)).data;
      } catch (error) {
        if (!(error instanceof AutoWeaveError) || error.cause !== NO_LISTENER) throw error;
        throw new AutoWeaveError('AW_NOBODY_LISTENS', `Nobody listens on "${channel}"`);
      }
    },
  };
}

function subjectOf(channel: string): string {
  return `aw.${SYSTEM_TENANT}.live.${channel}`;
}
