import { AckPolicy, type ConsumerInfo, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { type ConnectionOptions, type NatsConnection, nanos } from '@nats-io/transport-node';
import type { Clock } from '../../clock/clock.ts';
import { type ApiFailure, byClient, classifyRefusal, unavailable } from '../bus-errors.ts';
import type { Requester } from '../requester.ts';
import { type ConsumerSpec, type ConsumerStatus, type JobBus, WORK_STREAM } from './job-bus.ts';
import { startLeaseBeat } from './lease-beat.ts';
import { fetchNow, openPull } from './pull.ts';

export interface JobBusParts {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly requester: Requester;
  readonly clock: Clock;
  readonly onReconnect: (listener: () => void) => () => void;
  /** What a thread connects with. */
  readonly settings: ConnectionOptions;
  readonly credentials: string | undefined;
}

const CONSUMER_NOT_FOUND = 10014;
const CONSUMER_EXISTS = new Set([10013, 10148]);
const ANSWER_MS = 5_000;
const FETCH_MS = 5_000;
/** Given out and not acknowledged at once, over all workers; more than any number of them holds. */
const MAX_HELD = 100_000;
/** A pause has an end; this one is not lived to see. */
const FAR_MS = 100 * 365 * 24 * 3_600_000;
const ACK = new TextEncoder().encode('+ACK');

export function createJobBus(parts: JobBusParts): JobBus {
  const { connection, manager, requester, clock, onReconnect, settings, credentials } = parts;

  const ask = async <Answer>(subject: string, body: string): Promise<Answer | ApiFailure> => {
    const answer = await requester.request(subject, new TextEncoder().encode(body), undefined, ANSWER_MS);
    const { error, ...rest } = answer.json<{ error?: ApiFailure }>();
    return error ?? (rest as Answer);
  };

  const pauseUntil = async (name: string, until: Date): Promise<void> => {
    const body = JSON.stringify({ pause_until: until.toISOString() });
    const answer = await ask<object>(`$JS.API.CONSUMER.PAUSE.${WORK_STREAM}.${name}`, body);
    if (isFailure(answer) && answer.err_code !== CONSUMER_NOT_FOUND) throw refused(WORK_STREAM, answer);
  };

  return {
    async ensureConsumer({ name, filter, ackWaitMs }: ConsumerSpec, { updates = false } = {}) {
      const config = {
        durable_name: name,
        filter_subject: filter,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWaitMs),
        max_deliver: -1,
        max_ack_pending: MAX_HELD,
      };
      const what = `consumer ${name}`;
      try {
        await manager.consumers.add(WORK_STREAM, config);
      } catch (error) {
        const isThere = error instanceof JetStreamApiError && CONSUMER_EXISTS.has(error.code);
        if (!isThere) await byClient(what, Promise.reject(error));
        else if (updates) await byClient(what, manager.consumers.update(WORK_STREAM, name, config));
      }
    },
    async removeConsumer(name) {
      const answer = await ask<object>(`$JS.API.CONSUMER.DELETE.${WORK_STREAM}.${name}`, '');
      if (isFailure(answer) && answer.err_code !== CONSUMER_NOT_FOUND) throw refused(WORK_STREAM, answer);
    },
    async consumerStatus(name): Promise<ConsumerStatus | undefined> {
      const answer = await ask<ConsumerInfo>(`$JS.API.CONSUMER.INFO.${WORK_STREAM}.${name}`, '');
      if (isFailure(answer)) {
        if (answer.err_code === CONSUMER_NOT_FOUND) return undefined;
        throw refused(WORK_STREAM, answer);
      }
      return {
        name,
        pending: answer.num_pending,
        held: answer.num_ack_pending,
        deliveredUpTo: answer.delivered.stream_seq,
        isPaused: answer.paused ?? false,
      };
    },
    pauseConsumer: (name) => pauseUntil(name, new Date(clock.now() + FAR_MS)),
    resumeConsumer: (name) => pauseUntil(name, new Date(0)),
    openPull: (consumer, onDelivery, onGone) => openPull(parts, consumer, onDelivery, onGone),
    fetch: (consumer, count) => fetchNow(parts, consumer, count, FETCH_MS),
    acknowledge({ replyTo }) {
      if (!connection.isClosed()) connection.publish(replyTo, ACK);
    },
    openLeaseBeat: (intervalMs) => startLeaseBeat({ connection: settings, credentials, intervalMs }),
    async purge(stream, filter, { keep, upTo } = {}) {
      const body = {
        filter,
        ...(keep === undefined ? {} : { keep }),
        ...(upTo === undefined ? {} : { seq: upTo + 1 }),
      };
      const answer = await ask<{ purged: number }>(`$JS.API.STREAM.PURGE.${stream}`, JSON.stringify(body));
      if (isFailure(answer)) throw refused(stream, answer);
      return answer.purged;
    },
    onReconnect(listener) {
      const stop = onReconnect(listener);
      return { [Symbol.dispose]: stop };
    },
  };
}

function isFailure(answer: object): answer is ApiFailure {
  return 'err_code' in answer;
}

function refused(stream: string, failure: ApiFailure): unknown {
  const refusal = classifyRefusal(stream, failure);
  return typeof refusal === 'string' ? unavailable(failure.description) : refusal;
}
