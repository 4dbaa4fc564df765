import { createInbox, type Msg, type NatsConnection, nanos } from '@nats-io/transport-node';
import type { Clock } from '../../clock/clock.ts';
import { readHeaders } from '../nats-headers.ts';
import { type Delivery, type Pull, WORK_STREAM } from './job-bus.ts';

/** A request that nothing fulfils ends after this long and is repeated. */
const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
/** Two missed heartbeats and a margin: the request is taken for lost. */
const SILENCE_MS = 12_000;
const RETRY_MS = 250;

export interface PullParts {
  readonly connection: NatsConnection;
  readonly clock: Clock;
  /** Calls each time the connection was replaced: requests that lived in a server's memory are gone. */
  readonly onReconnect: (listener: () => void) => () => void;
}

/**
 * Requests for messages that stay open. `asked` counts what has been requested and not come; where requests are lost
 * (reconnection, silence) or end by themselves, what is left of them is requested anew.
 */
export function openPull(
  { connection, clock, onReconnect }: PullParts,
  consumer: string,
  onDelivery: (delivery: Delivery) => void,
  onGone: () => void,
): Pull {
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${WORK_STREAM}.${consumer}`;
  let inbox = '';
  let asked = 0;
  let lastHeard = clock.monotonic();
  let isClosed = false;
  let subscription = subscribe();
  let cancelCheck = () => {};

  function subscribe() {
    // An inbox of its own each time: what a request given up before still brings is told apart, and comes again.
    inbox = createInbox();
    return connection.subscribe(inbox, { callback: take });
  }

  function take(error: Error | null, message: Msg): void {
    if (error) return;
    lastHeard = clock.monotonic();
    const delivery = toDelivery(consumer, message);
    if (delivery !== undefined) {
      if (asked > 0) asked--;
      onDelivery(delivery);
      return;
    }
    const { status, description, headers } = readHeaders(message);
    if (status === 100) return;
    const left = Math.min(asked, Number(headers['Nats-Pending-Messages'] || asked));
    asked -= left;
    // Nobody answers for a consumer that is not there.
    if (status === 503 || (status === 409 && /deleted|not found/i.test(description))) {
      onGone();
      later(left);
    } else if (status === 408 || status === 404 || (status === 409 && /completed|maxbytes/i.test(description)))
      request(left);
    else later(left);
  }

  function later(count: number): void {
    clock.schedule(RETRY_MS, () => request(count));
  }

  function request(count: number): void {
    if (isClosed || count <= 0 || connection.isClosed()) return;
    if (asked === 0) lastHeard = clock.monotonic();
    asked += count;
    const body = { batch: count, expires: nanos(EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) };
    connection.publish(subject, JSON.stringify(body), { reply: inbox });
    watch();
  }

  function renew(): void {
    const wanted = asked;
    asked = 0;
    subscription.unsubscribe();
    subscription = subscribe();
    request(wanted);
  }

  function watch(): void {
    cancelCheck();
    cancelCheck = clock.schedule(SILENCE_MS, () => {
      if (isClosed || asked === 0) return;
      if (clock.monotonic() - lastHeard >= SILENCE_MS) renew();
      else watch();
    });
  }

  const stopListening = onReconnect(renew);

  return {
    get asked() {
      return asked;
    },
    ask: request,
    async withdraw() {
      asked = 0;
      if (connection.isClosed()) return;
      const former = subscription;
      subscription = subscribe();
      // What the server has sent already still comes; it would be given out again only in time.
      await former.drain().catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      cancelCheck();
      stopListening();
      await subscription.drain().catch(() => undefined);
    },
  };
}

/** Takes what is there now. */
export function fetchNow(
  { connection, clock }: PullParts,
  consumer: string,
  count: number,
  patienceMs: number,
): Promise<readonly Delivery[]> {
  return new Promise((resolve) => {
    const found: Delivery[] = [];
    const finish = () => {
      cancel();
      subscription.unsubscribe();
      resolve(found);
    };
    const cancel = clock.schedule(patienceMs, finish);
    const subscription = connection.subscribe(createInbox(), {
      callback(error, message) {
        const delivery = error ? undefined : toDelivery(consumer, message);
        if (delivery === undefined) return finish();
        if (found.push(delivery) === count) finish();
      },
    });
    const body = JSON.stringify({ batch: count, no_wait: true });
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${WORK_STREAM}.${consumer}`, body, {
      reply: subscription.getSubject(),
    });
  });
}

/**
 * Reads the reply subject `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<ns>.<pending>`, or the
 * form with domain and account before the stream and a token at the end; undefined for a message of the server's own.
 */
function toDelivery(consumer: string, message: Msg): Delivery | undefined {
  const replyTo = message.reply;
  if (replyTo === undefined || !replyTo.startsWith('$JS.ACK.')) return undefined;
  const tokens = replyTo.split('.');
  const at = tokens.length === 9 ? 4 : 6;
  return {
    consumer,
    subject: message.subject,
    body: message.data,
    replyTo,
    deliveryCount: Number(tokens[at]),
    sequence: Number(tokens[at + 1]),
    consumerSequence: Number(tokens[at + 2]),
    storedAt: Math.floor(Number(tokens[at + 3]) / 1e6),
    pending: Number(tokens[at + 4]),
  };
}
