import type { JetStreamManager } from '@nats-io/jetstream';
import { createInbox, type Msg, type NatsConnection, nanos } from '@nats-io/transport-node';
import type { Clock } from '../clock/clock.ts';
import { toFailure } from '../errors/errors.ts';
import type { Headers } from '../message/message.ts';
import type { Log } from '../telemetry/log.ts';
import type { ReadOptions, Stored, StreamName } from './bus.ts';
import { unavailable } from './bus-errors.ts';
import { readHeaders } from './nats-headers.ts';

/**
 * An ordered, gapless read of a stream, for ever.
 *
 * States: *opening* (an ephemeral consumer is made at the position), *reading* (it is pulled from by credit), back to
 * *opening* when its own sequence has a hole, it falls silent for longer than its heartbeats allow, it is gone
 * (server restarted), or the connection was replaced. The position only moves with what was handed to the caller's
 * buffer, so that a new consumer goes on exactly there.
 */

/** Messages asked for and not yet taken by the caller: what bounds the memory of a reader. */
const CREDIT = 4_000;
/** The same in bytes, of one pull; twice that may be on its way. More than the largest message. */
const CREDIT_BYTES = 16 * 1024 * 1024;
/** A pull that nothing satisfies ends after this long and is repeated. */
const PULL_EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 2_500;
/** Two missed heartbeats and a margin. */
const SILENCE_MS = 6_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** The server removes an ephemeral consumer that nobody pulls from after this long. */
const INACTIVE_MS = 60_000;

export interface ReaderParts {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly clock: Clock;
  readonly log: Log;
  /** Calls each time the connection was replaced: consumers that lived in a server's memory may be gone. */
  readonly onReconnect: (listener: () => void) => () => void;
}

export async function* readLog(
  parts: ReaderParts,
  stream: StreamName,
  { from, filters, signal }: ReadOptions,
): AsyncGenerator<readonly Stored[], void, undefined> {
  const { connection, clock, log } = parts;
  let next = from;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      for await (const bunch of readUntilBroken(parts, stream, next, filters, signal)) {
        pauseMs = FIRST_PAUSE_MS;
        next = bunch.at(-1)!.sequence + 1;
        yield bunch;
      }
    } catch (error) {
      if (signal.aborted || connection.isClosed()) return;
      // Whatever broke it, the answer is the same: a new consumer at the position, after a pause.
      log.warn('reader.broken', { stream, next, ...toFailure(error) });
    }
    await clock.sleep(pauseMs, signal).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function* readUntilBroken(
  { connection, manager, clock, onReconnect }: ReaderParts,
  stream: StreamName,
  from: number,
  filters: readonly string[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly Stored[], void, undefined> {
  const { name } = await manager.consumers.add(stream, {
    ack_policy: 'none',
    deliver_policy: 'by_start_sequence',
    opt_start_seq: Math.max(1, from),
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: nanos(INACTIVE_MS),
    ...(filters ? { filter_subjects: [...filters] } : {}),
  });
  const pullSubject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
  const inbox = createInbox();
  const positionOf = createPositionReader();
  let buffer: Stored[] = [];
  let bufferedBytes = 0;
  let asked = 0;
  let expected = 1;
  let lastHeard = clock.monotonic();
  let broken: Error | undefined;
  let wake = () => {};

  const ask = () => {
    const wanted = CREDIT - buffer.length - asked;
    if (wanted < CREDIT / 2 && asked > 0) return;
    // Later, when the caller has taken what is there.
    if (wanted <= 0 || bufferedBytes >= CREDIT_BYTES) return;
    if (asked === 0) lastHeard = clock.monotonic();
    asked += wanted;
    const request = {
      batch: wanted,
      max_bytes: CREDIT_BYTES,
      expires: nanos(PULL_EXPIRES_MS),
      idle_heartbeat: nanos(HEARTBEAT_MS),
    };
    connection.publish(pullSubject, JSON.stringify(request), { reply: inbox });
  };

  const fail = (why: string) => {
    broken ??= unavailable(`reader of ${stream}: ${why}`);
    wake();
  };

  const subscription = connection.subscribe(inbox, {
    callback(error, message) {
      lastHeard = clock.monotonic();
      if (error) return fail(error.message);
      const { status, description, headers } = readHeaders(message);
      if (status === 100) return;
      if (status === 409 && COMPLETED.test(description)) return ask();
      if (status === 408 || status === 404 || (status === 409 && FULL.test(description))) {
        // The pull ended by itself: what it had left to give is asked for anew.
        asked = Math.max(0, asked - Number(headers['Nats-Pending-Messages'] || asked));
        return ask();
      }
      if (status !== 0) return fail(`${status} ${description}`);
      const position = positionOf(message.reply);
      if (position === undefined || position.consumerSequence !== expected) return fail('a hole in its sequence');
      expected++;
      asked = Math.max(0, asked - 1);
      buffer.push(toStored(stream, message, headers, position));
      bufferedBytes += message.data.length;
      wake();
    },
  });

  const checkSilence = () => {
    // While nothing is asked for, since the caller has not taken what is there, the server has nothing to say.
    if (asked > 0 && clock.monotonic() - lastHeard > SILENCE_MS) fail('silent for too long');
    else cancelCheck = clock.schedule(SILENCE_MS / 3, checkSilence);
  };
  let cancelCheck = clock.schedule(SILENCE_MS / 3, checkSilence);
  const stopListening = onReconnect(() => fail('the connection was replaced'));
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);

  try {
    ask();
    while (!signal.aborted) {
      if (buffer.length > 0) {
        const bunch = buffer;
        buffer = [];
        bufferedBytes = 0;
        yield bunch;
        ask();
      } else if (broken) {
        throw broken;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    cancelCheck();
    stopListening();
    subscription.unsubscribe();
    if (!connection.isClosed()) manager.consumers.delete(stream, name).catch(() => undefined);
  }
}

/** A pull that names bytes has given all its messages, and had bytes left. */
const COMPLETED = /batch completed/i;
/** Its bytes are used up: the next message would be more. */
const FULL = /maxbytes/i;

interface Position {
  readonly streamSequence: number;
  readonly consumerSequence: number;
  readonly storedAt: number;
}

/**
 * Reads reply subjects: `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>`, or the
 * form with domain and account before the stream and a random token at the end. Of one consumer they all begin alike,
 * as each message is delivered once.
 */
function createPositionReader(): (reply: string | undefined) => Position | undefined {
  let beginning = '';
  return (reply = '') => {
    if (beginning === '' || !reply.startsWith(beginning)) {
      beginning = beginningOf(reply);
      if (beginning === '') return undefined;
    }
    const afterStream = reply.indexOf('.', beginning.length);
    const afterConsumer = reply.indexOf('.', afterStream + 1);
    const afterTime = reply.indexOf('.', afterConsumer + 1);
    return {
      streamSequence: Number(reply.slice(beginning.length, afterStream)),
      consumerSequence: Number(reply.slice(afterStream + 1, afterConsumer)),
      storedAt: Math.floor(Number(reply.slice(afterConsumer + 1, afterTime)) / 1e6),
    };
  };
}

/** All before the stream's sequence; empty for what is no such subject. */
function beginningOf(reply: string): string {
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK') return '';
  const at = tokens.length === 9 ? 5 : tokens.length >= 11 ? 7 : 0;
  return at === 0 ? '' : `${tokens.slice(0, at).join('.')}.`;
}

function toStored(stream: StreamName, message: Msg, headers: Headers, position: Position): Stored {
  return {
    stream,
    sequence: position.streamSequence,
    subject: message.subject,
    headers,
    body: message.data,
    storedAt: position.storedAt,
  };
}
