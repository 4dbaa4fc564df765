import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../clock/clock.ts';
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
}

interface Batch {
  readonly messages: readonly Stored[];
  /** Matching messages after the last one given. */
  readonly left: number;
}

export async function readPage(parts: PageParts, stream: StreamName, options: PageOptions): Promise<readonly Stored[]> {
  return (await directBatch(parts, stream, options)).messages;
}

export async function countMatching(
  parts: PageParts,
  stream: StreamName,
  filter: string,
  from: number,
): Promise<number> {
  const { messages, left } = await directBatch(parts, stream, { filter, from, limit: 1 });
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

/** What is there from a sequence on, by one request and as many answers as there are messages. */
function directBatch(
  { connection, clock }: PageParts,
  stream: StreamName,
  { from, filter, limit }: PageOptions,
): Promise<Batch> {
  return new Promise((resolve, reject) => {
    const messages: Stored[] = [];
    let left = 0;
    const finish = (error?: Error) => {
      subscription.unsubscribe();
      cancel();
      if (error) reject(error);
      else resolve({ messages, left });
    };
    const onAnswer = (error: Error | null, message: Msg) => {
      if (error) return finish(unavailable(error.message, error));
      const { status, description, headers: all } = readHeaders(message);
      if (status === 404 || status === 204) return finish();
      if (status === 503) return finish(unavailable(`nobody answers for ${stream}`));
      if (status !== 0) return finish(unavailable(`${stream}: ${status} ${description}`));
      const { 'Nats-Sequence': sequence, 'Nats-Subject': subject, 'Nats-Time-Stamp': time, ...headers } = all;
      left = Number(headers['Nats-Num-Pending'] ?? 0);
      messages.push({
        stream,
        sequence: Number(sequence),
        subject: subject ?? '',
        headers,
        body: message.data,
        storedAt: Date.parse(time ?? ''),
      });
    };
    const subscription = connection.subscribe(createInbox(), { callback: onAnswer });
    const cancel = clock.schedule(ANSWER_MS, () => finish(unavailable(`${stream} did not answer in time`)));
    connection.publish(
      `$JS.API.DIRECT.GET.${stream}`,
      JSON.stringify({ seq: Math.max(1, from), next_by_subj: filter, batch: limit }),
      { reply: subscription.getSubject() },
    );
  });
}
