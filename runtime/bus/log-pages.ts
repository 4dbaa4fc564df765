import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../clock/clock.ts';
import type { Headers } from '../message/message.ts';
import type { AnswerRoom } from './answer-room.ts';
import type { PageOptions, Stored, StreamName } from './bus.ts';
import { type ApiFailure, classifyRefusal, unavailable } from './bus-errors.ts';
import { readHeaders } from './nats-headers.ts';
import type { Requester } from './requester.ts';

/** Time for one answer of the server; callers that can wait try again. */
const ANSWER_MS = 5_000;
const NOT_FOUND = 10037;

export interface PageParts {
  readonly connection: NatsConnection;
  readonly requester: Requester;
  readonly clock: Clock;
  /** Calls each time the connection was replaced. */
  readonly onReconnect: (listener: () => void) => () => void;
  /** For answers that are on their way. */
  readonly room: AnswerRoom;
}

/** Of one answer. A longer page is asked for in pieces. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** The least that is asked for: the server counts subjects and headers too, so that little is left over again and again. */
const MIN_ANSWER_BYTES = 256 * 1024;

interface Batch {
  readonly messages: readonly Stored[];
  /** Matching messages after the last one given. */
  readonly left: number;
}

export async function readPage(
  parts: PageParts,
  stream: StreamName,
  { from, filter, limit, maxBytes = Number.POSITIVE_INFINITY }: PageOptions,
): Promise<readonly Stored[]> {
  const page: Stored[] = [];
  let bytes = 0;
  let next = from;
  let left = 1;
  while (left > 0 && page.length < limit && bytes < maxBytes) {
    const most = Math.max(MIN_ANSWER_BYTES, Math.min(MAX_ANSWER_BYTES, maxBytes - bytes));
    const batch = await directBatch(parts, stream, { from: next, filter, limit: limit - page.length, maxBytes: most });
    left = batch.left;
    for (const stored of batch.messages) {
      page.push(stored);
      bytes += stored.body.length;
      next = stored.sequence + 1;
    }
  }
  return page;
}

export async function countMatching(
  parts: PageParts,
  stream: StreamName,
  filter: string,
  from: number,
): Promise<number> {
  const { messages, left } = await directBatch(parts, stream, { filter, from, limit: 1, maxBytes: MIN_ANSWER_BYTES });
  return messages.length + left;
}

/** Asked of the stream's leader, so that what was acknowledged is seen even where replicas lag. */
export async function getFromLeader(
  { requester }: PageParts,
  stream: StreamName,
  query: { readonly last_by_subj: string } | { readonly seq: number },
): Promise<Stored | undefined> {
  const answer = await requester.request(
    `$JS.API.STREAM.MSG.GET.${stream}`,
    new TextEncoder().encode(JSON.stringify(query)),
    undefined,
    ANSWER_MS,
  );
  const { message, error } = answer.json<{ message?: ApiMessage; error?: ApiFailure }>();
  if (message !== undefined) return fromApi(stream, message);
  if (error === undefined) throw unavailable(`${stream} gave no message and no error`);
  if (error.err_code === NOT_FOUND) return undefined;
  const refusal = classifyRefusal(stream, error);
  throw typeof refusal === 'string' ? unavailable(error.description) : refusal;
}

interface ApiMessage {
  readonly subject: string;
  readonly seq: number;
  readonly hdrs?: string;
  readonly data?: string;
  readonly time: string;
}

function fromApi(stream: StreamName, message: ApiMessage): Stored {
  return {
    stream,
    sequence: message.seq,
    subject: message.subject,
    headers: parseHeaderBlock(Buffer.from(message.hdrs ?? '', 'base64').toString('utf8')),
    body: Buffer.from(message.data ?? '', 'base64'),
    storedAt: Date.parse(message.time),
  };
}

/** `NATS/1.0\r\nname: value\r\n…`; of a repeated header the first value counts. */
function parseHeaderBlock(block: string): Record<string, string> {
  const record: Record<string, string> = {};
  for (const line of block.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) record[line.slice(0, colon)] ??= line.slice(colon + 1).trim();
  }
  return record;
}

/** What is there from a sequence on; one message at least, however large it is. */
async function directBatch(
  parts: PageParts,
  stream: StreamName,
  { from, filter, limit, maxBytes }: Required<PageOptions>,
): Promise<Batch> {
  const messages: Stored[] = [];
  let left = 0;
  const query = { seq: Math.max(1, from), next_by_subj: filter, batch: limit, max_bytes: maxBytes };
  using _ = await parts.room.take(maxBytes);
  await askDirect(parts, stream, query, (stored, headers) => {
    messages.push(stored);
    left = Number(headers['Nats-Num-Pending'] ?? 0);
  });
  return { messages, left };
}

/**
 * One request of the direct API: as many answers as there are messages, and one more that says that these were all.
 *
 * @param onMessage is given each message, and all headers of its answer
 * @returns the headers of the last answer; undefined when there is nothing
 */
export function askDirect(
  { connection, requester, clock, onReconnect }: PageParts,
  stream: StreamName,
  query: object,
  onMessage: (stored: Stored, headers: Headers) => void,
): Promise<Headers | undefined> {
  return new Promise((resolve, reject) => {
    requester.check();
    const end = () => {
      subscription.unsubscribe();
      cancel();
      stopListening();
    };
    const finish = (last?: Headers) => {
      end();
      resolve(last);
    };
    const fail = (why: string, cause?: unknown) => {
      end();
      reject(unavailable(why, cause));
    };
    const onAnswer = (error: Error | null, message: Msg) => {
      if (error) return fail(error.message, error);
      const { status, description, headers } = readHeaders(message);
      if (status === 0) return onMessage(fromDirect(stream, headers, message.data), headers);
      if (status === 404) return finish();
      if (status === 204) return finish(headers);
      fail(status === 503 ? `nobody answers for ${stream}` : `${stream}: ${status} ${description}`);
    };
    const subscription = connection.subscribe(createInbox(), { callback: onAnswer });
    const cancel = clock.schedule(ANSWER_MS, () => fail(`${stream} did not answer in time`));
    // What was asked on the old connection is not answered on the new one.
    const stopListening = onReconnect(() => fail('the connection was replaced'));
    const reply = subscription.getSubject();
    connection.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(query), { reply });
  });
}

/** A message as the direct API gives it: what it is stands in headers of the server's. */
function fromDirect(stream: StreamName, all: Headers, body: Uint8Array): Stored {
  const {
    'Nats-Sequence': sequence,
    'Nats-Subject': subject,
    'Nats-Time-Stamp': time,
    'Nats-Stream': _stream,
    'Nats-Num-Pending': _left,
    'Nats-Last-Sequence': _last,
    'Nats-UpTo-Sequence': _upTo,
    ...headers
  } = all;
  return {
    stream,
    sequence: Number(sequence),
    subject: subject ?? '',
    headers,
    body,
    storedAt: Date.parse(time ?? ''),
  };
}
