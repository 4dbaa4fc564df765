import {
  type Acknowledgement,
  type Bus,
  type BusStatus,
  type CommitResult,
  MAX_BATCH,
  type Outgoing,
  type Stored,
  type StreamName,
} from '../bus/bus.ts';
import { isPassing, unavailable } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { BrokerLink } from './broker-link.ts';
import type { MemoryLive } from './memory-live.ts';
import { readMemoryStream } from './memory-reader.ts';
import type { MemoryStream } from './memory-stream.ts';
import { storedHeaders } from './store-rules.ts';
import { headerBytes } from './stream-limits.ts';

export interface MemoryBusParts {
  readonly link: BrokerLink;
  readonly live: MemoryLive;
  readonly clock: Clock;
  readonly streams: ReadonlyMap<StreamName, MemoryStream>;
  readonly limits: BusLimits;
  readonly status: () => BusStatus;
  /** How many messages of a batch that is lost on the way are stored all the same: none, but by a wrong broker. */
  readonly tornLength: (batchLength: number) => number;
}

export interface BusLimits {
  readonly maxPayloadBytes: number;
  readonly maxBodyBytes: number;
  readonly maxEntryBytes: number;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;
/** More than id, expectation and delivery add: subjects and ids are short. */
const OWN_HEADERS_BYTES = 4_096;

/** The port {@link Bus} over a connection to the broker in memory. */
export function createMemoryBus(parts: MemoryBusParts): Bus {
  const { link, live, clock, streams, limits } = parts;
  const all = [...streams.values()];

  const streamTaking = (subject: string): MemoryStream => {
    const found = all.find((stream) => stream.takes(subject));
    if (found === undefined) throw unavailable(`nobody answers on "${subject}"`);
    return found;
  };

  const ask = <T>(method: string, stream: StreamName, isPatient: boolean, perform: (found: MemoryStream) => T) =>
    link.exchange<T>({ method, stream, isPatient }, (answer) => {
      const found = streams.get(stream)!;
      answer(now(() => perform(found)));
    });

  const storeOne = (method: string, stream: StreamName | undefined, message: Outgoing) => {
    checkPayload(message, limits.maxPayloadBytes);
    return link.exchange<ReturnType<MemoryStream['storeOne']>>(
      { method, isWrite: true, ...(stream === undefined ? {} : { stream }) },
      (answer) => answer(now(() => streamTaking(message.subject).storeOne(message))),
    );
  };

  const storeBatch = (stream: StreamName, messages: readonly Outgoing[]) => {
    for (const message of messages) checkPayload(message, limits.maxPayloadBytes);
    const onLost = () => {
      const torn = messages.slice(0, parts.tornLength(messages.length));
      if (torn.length > 0) now(() => streamTaking(torn[0]!.subject).storeBatch(torn));
    };
    return link.exchange<CommitResult>({ method: 'commit', stream, isWrite: true, onLost }, (answer) =>
      answer(
        now(() => {
          const target = streamTaking(messages.at(-1)!.subject);
          if (messages.every(({ subject }) => target.takes(subject))) return target.storeBatch(messages);
          throw unavailable(`${target.definition.name}: atomic publish batch is incomplete`);
        }),
      ),
    );
  };

  const publish = async (message: Outgoing, id: string, signal: AbortSignal): Promise<Acknowledgement> => {
    const own = copyOf({ ...message, id });
    const stream = all.find((each) => each.takes(message.subject))?.definition.name;
    let pauseMs = FIRST_PAUSE_MS;
    while (true) {
      signal.throwIfAborted();
      try {
        const result = await storeOne('publish', stream, own);
        if (typeof result !== 'string') return result;
        throw new AutoWeaveError(
          'AW_BROKER_REFUSED',
          `Cannot store message on "${message.subject}": wrong last sequence`,
        );
      } catch (error) {
        if (!isPassing(error)) throw error;
        await clock.sleep(pauseMs, signal).catch(() => {
          throw error;
        });
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  };

  const commit = async (stream: StreamName, messages: readonly Outgoing[]): Promise<CommitResult> => {
    const own = messages.map(copyOf);
    if (own.length === 1) {
      const result = await storeOne('commit', stream, own[0]!);
      return typeof result === 'string' ? { outcome: result } : { outcome: 'stored', sequences: [result.sequence] };
    }
    if (own.length > MAX_BATCH) {
      throw new AutoWeaveError('AW_BATCH_TOO_LARGE', `Cannot commit ${own.length} messages, at most ${MAX_BATCH}`);
    }
    if (own.length > 0) return await storeBatch(stream, own);
    if (!link.isConnected) throw unavailable('the connection was lost');
    return { outcome: 'stored', sequences: [] };
  };

  return {
    maxBodyBytes: limits.maxBodyBytes,
    maxEntryBytes: limits.maxEntryBytes,
    get status() {
      return parts.status();
    },
    publish,
    commit,
    read: (stream, options) => readMemoryStream(link, streams.get(stream)!, options),
    page: (stream, { filter, from, limit, maxBytes }) =>
      ask('page', stream, true, ({ content }) => upToBytes(content.page(filter, from, limit), maxBytes)),
    count: (stream, filter, from) => ask('count', stream, true, ({ content }) => content.count(filter, from)),
    last: (stream, subject) => ask('last', stream, false, ({ content }) => content.last(subject)),
    subjects: (stream, filter) => ask('subjects', stream, true, ({ content }) => content.subjects(filter)),
    at: (stream, sequence) =>
      ask('at', stream, false, ({ content }) => {
        if (sequence >= 1) return content.at(sequence);
        throw new AutoWeaveError('AW_BROKER_REFUSED', `Cannot store message in ${stream}: bad request (10003)`);
      }),
    streamStatus: (stream) => ask('streamStatus', stream, true, ({ content }) => content.status),
    remove: (stream, sequence) => ask('remove', stream, true, (found) => found.remove(sequence)),
    trim: (stream, filter, upTo) => ask('trim', stream, true, (found) => found.trim(filter, upTo)),
    ...live,
    async [Symbol.asyncDispose]() {
      link.close();
    },
  };
}

/** Does it at once, and gives what came of it, for the caller to hear later. */
function now<T>(perform: () => T): () => T {
  try {
    const value = perform();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function upToBytes(page: readonly Stored[], maxBytes = Number.POSITIVE_INFINITY): readonly Stored[] {
  let bytes = 0;
  const last = page.findIndex(({ body }) => (bytes += body.length) >= maxBytes);
  return last < 0 ? page : page.slice(0, last + 1);
}

/** What the caller does with its own bytes afterwards is its affair. */
function copyOf(message: Outgoing): Outgoing {
  return { ...message, body: message.body.slice() };
}

function checkPayload(message: Outgoing, maxPayloadBytes: number): void {
  // Most are far from it: then nobody need know what headers the server will see.
  if (headerBytes(message.headers ?? {}) + message.body.length < maxPayloadBytes - OWN_HEADERS_BYTES) return;
  const bytes = headerBytes(storedHeaders(message)) + message.body.length;
  if (bytes <= maxPayloadBytes) return;
  throw new AutoWeaveError(
    'AW_MESSAGE_TOO_LARGE',
    `Cannot send message on "${message.subject}": it has ${bytes} bytes of ${maxPayloadBytes}`,
  );
}
