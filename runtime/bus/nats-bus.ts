import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type MsgHdrs,
  type NatsConnection,
} from '@nats-io/transport-node';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { type Log, noLog } from '../telemetry/log.ts';
import { createAnswerRoom } from './answer-room.ts';
import { createAnswers } from './answers.ts';
import { isAtLeast, MINIMUM_VERSION } from './broker/server-version.ts';
import {
  type Acknowledgement,
  type Bus,
  type CommitResult,
  MAX_BATCH,
  type Outgoing,
  type StreamStatus,
} from './bus.ts';
import { type ApiFailure, byClient, classifyRefusal, isPassing, tooLargeOr } from './bus-errors.ts';
import { createChannels } from './channels.ts';
import { ensureStreams, INCARNATION } from './ensure-streams.ts';
import type { JobBus } from './jobs/job-bus.ts';
import { createJobBus } from './jobs/nats-job-bus.ts';
import { createLatest } from './latest.ts';
import { countMatching, getFromLeader, readPage } from './log-pages.ts';
import { readLog } from './log-reader.ts';
import { toNatsHeaders } from './nats-headers.ts';
import { removeMessage } from './remove-message.ts';
import { createRequester, type Requester } from './requester.ts';
import { STREAMS } from './streams.ts';

/** Body of a command or event, at most. States and dead letters wrap one and may be larger. */
const MAX_BODY_BYTES = 1024 * 1024;
/** An entry or dead letter, at most; also the most that one batch of them should hold together. */
const MAX_ENTRY_BYTES = 4 * 1024 * 1024;
/** Room for headers beside the largest body. */
const HEADER_ROOM_BYTES = 16 * 1024;
/** For pages and single looks. As much again may be on its way to readers and for states that actors load. */
const ANSWER_ROOM_BYTES = 32 * 1024 * 1024;
const ACK_MS = 5_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

export interface NatsBusOptions {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** Contents of a NATS credentials file. */
  readonly credentials?: string;
  readonly name: string;
  readonly replicas?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /** Called at each loss of the connection and each return. */
  readonly onConnection?: (isConnected: boolean) => void;
}

/** The log, and the consumers of its work queue. */
export interface NatsBus extends Bus {
  readonly jobs: JobBus;
}

/**
 * Connects, checks the server and sets the streams up.
 *
 * @throws AW_BROKER_UNREACHABLE, AW_BROKER_DENIED, AW_NATS_TOO_OLD, AW_STREAM_REFUSED
 */
export async function connectNatsBus(options: NatsBusOptions): Promise<NatsBus> {
  const connection = await open(options);
  try {
    checkVersion(connection, options.url);
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const maxPayload = connection.info?.max_payload ?? MAX_BODY_BYTES;
    const maxBodyBytes = Math.min(MAX_BODY_BYTES, Math.floor(maxPayload / 4));
    await ensureStreams(manager, STREAMS, {
      replicas: options.replicas ?? 1,
      maxMessageBytes: maxBodyBytes + HEADER_ROOM_BYTES,
      newIncarnation: () => options.random.hex(8),
    });
    const maxEntryBytes = Math.min(MAX_ENTRY_BYTES, maxPayload - HEADER_ROOM_BYTES);
    return createNatsBus(connection, manager, { ...options, maxBodyBytes, maxEntryBytes });
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw error;
  }
}

/** All but what can't be handed to a thread. */
function settingsOf(options: NatsBusOptions): ConnectionOptions {
  return {
    servers: options.url.split(','),
    name: options.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 50,
    timeout: ACK_MS,
    pingInterval: 5_000,
    maxPingOut: 2,
    ...(options.user === undefined ? {} : { user: options.user, pass: options.password ?? '' }),
  };
}

async function open(options: NatsBusOptions): Promise<NatsConnection> {
  const settings: ConnectionOptions = {
    ...settingsOf(options),
    ...(options.credentials === undefined
      ? {}
      : { authenticator: credsAuthenticator(new TextEncoder().encode(options.credentials)) }),
  };
  try {
    return await connect(settings);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    if (/authorization/i.test(what)) {
      throw new AutoWeaveError('AW_BROKER_DENIED', `Cannot log in to NATS at ${options.url}: ${what}`, {
        hint: 'check AUTOWEAVE_NATS_CREDS, or user and password',
        cause,
      });
    }
    throw new AutoWeaveError('AW_BROKER_UNREACHABLE', `Cannot connect to NATS at ${options.url}: ${what}`, {
      hint: 'start the server there, or unset AUTOWEAVE_NATS_URL to use the embedded one',
      cause,
    });
  }
}

function checkVersion(connection: NatsConnection, url: string): void {
  const version = connection.info?.version ?? '0.0.0';
  if (isAtLeast(version, MINIMUM_VERSION)) return;
  throw new AutoWeaveError('AW_NATS_TOO_OLD', `NATS at ${url} is ${version}, at least ${MINIMUM_VERSION} is needed`, {
    hint: 'upgrade that server, or unset AUTOWEAVE_NATS_URL to use the embedded one',
  });
}

function createNatsBus(
  connection: NatsConnection,
  manager: JetStreamManager,
  options: NatsBusOptions & { readonly maxBodyBytes: number; readonly maxEntryBytes: number },
): NatsBus {
  const { clock, random, maxBodyBytes, maxEntryBytes, log = noLog, onConnection } = options;
  const requester = createRequester(connection, clock);
  const reconnectListeners = new Set<() => void>();
  const onReconnect = (listener: () => void) => {
    reconnectListeners.add(listener);
    return () => void reconnectListeners.delete(listener);
  };
  const answers = createAnswers(connection, clock, onReconnect);
  const channels = createChannels(connection, requester);
  const parts = { connection, manager, requester, clock, log, onReconnect, room: createAnswerRoom(ANSWER_ROOM_BYTES) };
  const latest = createLatest(parts);
  let isConnected = true;

  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        isConnected = false;
        log.warn('broker.disconnected', { url: options.url });
        // An answer that was on its way on the old connection never comes.
        requester.suspend('the connection was lost');
        onConnection?.(false);
      } else if (status.type === 'reconnect') {
        isConnected = true;
        // Whatever was asked while it was away: asked again now, instead of when its time is up.
        requester.resume();
        log.info('broker.reconnected', { url: options.url });
        for (const listener of reconnectListeners) listener();
        onConnection?.(true);
      }
    }
  })();

  return {
    maxBodyBytes,
    maxEntryBytes,
    get status() {
      return { isConnected, url: connection.getServer(), serverVersion: connection.info?.version ?? 'unknown' };
    },
    publish: (message, id, signal) => publishUntilAcknowledged(requester, clock, message, id, signal),
    async commit(stream, messages) {
      const result = await (messages.length === 1
        ? commitOne(requester, stream, messages[0]!)
        : commitBatch(connection, requester, stream, messages, random.hex(8)));
      if (result.outcome === 'stored' && messages.length > 0) {
        latest.noteStored(stream, messages.at(-1)!.subject, result.sequences.at(-1)!);
      }
      return result;
    },
    read: (stream, readOptions) => readLog(parts, stream, readOptions),
    page: (stream, pageOptions) => readPage(parts, stream, pageOptions),
    count: (stream, filter, from) => countMatching(parts, stream, filter, from),
    last: latest.read,
    async subjects(stream, filter) {
      const { state } = await byClient(stream, manager.streams.info(stream, { subjects_filter: filter }));
      return new Map(Object.entries(state.subjects ?? {}));
    },
    at: (stream, sequence) => getFromLeader(parts, stream, { seq: sequence }),
    async streamStatus(stream): Promise<StreamStatus> {
      const { state, config, created } = await byClient(stream, manager.streams.info(stream));
      return {
        messages: state.messages,
        firstSequence: state.messages === 0 ? state.last_seq + 1 : state.first_seq,
        lastSequence: state.last_seq,
        incarnation: config.metadata?.[INCARNATION] ?? created,
      };
    },
    async trim(stream, filter, upTo) {
      await byClient(stream, manager.streams.purge(stream, { filter, seq: upTo + 1 }));
    },
    remove: (stream, sequence) => removeMessage(parts, stream, sequence),
    openInbox: answers.openInbox,
    answer: answers.answer,
    ...channels,
    jobs: createJobBus({ ...parts, settings: settingsOf(options), credentials: options.credentials }),
    async [Symbol.asyncDispose]() {
      await answers.settle();
      requester[Symbol.dispose]();
      await connection.close();
    },
  };
}

async function publishUntilAcknowledged(
  requester: Requester,
  clock: Clock,
  message: Outgoing,
  id: string,
  signal: AbortSignal,
): Promise<Acknowledgement> {
  let pauseMs = FIRST_PAUSE_MS;
  while (true) {
    signal.throwIfAborted();
    try {
      const headers = natsHeaders({ ...message, id });
      const answer = await request(requester, message.subject, message, headers);
      if (typeof answer === 'string') {
        throw new AutoWeaveError(
          'AW_BROKER_REFUSED',
          `Cannot store message on "${message.subject}": wrong last sequence`,
        );
      }
      return { sequence: answer.seq, isDuplicate: answer.duplicate ?? false };
    } catch (error) {
      if (!isPassing(error)) throw error;
      // Out of patience, the caller learns why it had to wait, not only that it gave up.
      await clock.sleep(pauseMs, signal).catch(() => {
        throw error;
      });
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

async function commitOne(requester: Requester, stream: string, message: Outgoing): Promise<CommitResult> {
  const answer = await request(requester, stream, message, natsHeaders(message));
  return typeof answer === 'string' ? { outcome: answer } : { outcome: 'stored', sequences: [answer.seq] };
}

/** All or none: the server keeps the messages back until the one that commits, which alone is answered. */
async function commitBatch(
  connection: NatsConnection,
  requester: Requester,
  stream: string,
  messages: readonly Outgoing[],
  id: string,
): Promise<CommitResult> {
  if (messages.length > MAX_BATCH) {
    throw new AutoWeaveError('AW_BATCH_TOO_LARGE', `Cannot commit ${messages.length} messages, at most ${MAX_BATCH}`);
  }
  requester.check();
  const last = messages.length - 1;
  for (const [index, message] of messages.entries()) {
    const steering: (readonly [string, string])[] = [
      ['Nats-Batch-Id', id],
      ['Nats-Batch-Sequence', String(index + 1)],
    ];
    if (index < last) {
      try {
        connection.publish(message.subject, message.body, { headers: natsHeaders(message, steering) });
      } catch (error) {
        throw tooLargeOr(error, message.subject);
      }
      continue;
    }
    const headers = natsHeaders(message, [...steering, ['Nats-Batch-Commit', '1']]);
    const answer = await request(requester, stream, message, headers);
    if (typeof answer === 'string') return { outcome: answer };
    const first = answer.seq - last;
    return { outcome: 'stored', sequences: messages.map((_, offset) => first + offset) };
  }
  return { outcome: 'stored', sequences: [] };
}

interface PublishAnswer {
  readonly seq: number;
  readonly duplicate?: boolean;
  readonly error?: ApiFailure;
}

async function request(
  requester: Requester,
  stream: string,
  message: Outgoing,
  headers: MsgHdrs,
): Promise<PublishAnswer | 'conflict' | 'duplicate'> {
  const answer = await requester.request(message.subject, message.body, headers, ACK_MS);
  const parsed = answer.json<PublishAnswer>();
  if (parsed.error === undefined) return parsed;
  const refusal = classifyRefusal(stream, parsed.error);
  if (typeof refusal === 'string') return refusal;
  throw refusal;
}

function natsHeaders(message: Outgoing, more: readonly (readonly [string, string])[] = []): MsgHdrs {
  const steering = [...more];
  if (message.id !== undefined) steering.push(['Nats-Msg-Id', message.id]);
  if (message.expectLastSequence !== undefined) {
    steering.push(['Nats-Expected-Last-Subject-Sequence', String(message.expectLastSequence)]);
  }
  if (message.expectLastOn !== undefined) {
    steering.push(['Nats-Expected-Last-Subject-Sequence-Subject', message.expectLastOn]);
  }
  if (message.deliver) {
    steering.push(['Nats-Schedule', `@at ${new Date(message.deliver.at).toISOString()}`]);
    steering.push(['Nats-Schedule-Target', message.deliver.to]);
  }
  if (message.insteadOf !== undefined) {
    steering.push(['Nats-Scheduler', message.insteadOf], ['Nats-Schedule-Next', 'purge']);
  }
  if (message.ttlMs !== undefined) steering.push(['Nats-TTL', `${Math.max(1, Math.ceil(message.ttlMs / 1000))}s`]);
  if (message.replacesEarlier) steering.push(['Nats-Rollup', 'sub']);
  return toNatsHeaders(message.headers, steering);
}
