import { createHash } from 'node:crypto';
import { AutoWeaveError } from '../errors/errors.ts';
import { isMessageType } from './subjects.ts';

/** A CloudEvents 1.0 message in NATS binary mode: attributes in headers, data as JSON in the body. */
export interface Message<Data = unknown> {
  /** Unique; the same for every attempt to send it. */
  readonly id: string;
  /** `noun.verb`. */
  readonly type: string;
  readonly source: string;
  /** The key of the entity it concerns, as written. */
  readonly subject: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** W3C trace context, where there is one. */
  readonly traceparent?: string;
  /** Where the answer goes, when the sender waits for one. */
  readonly replyTo?: string;
  /** When the sender stops waiting; milliseconds since 1970. */
  readonly deadline?: number;
  /** The keys that wait for this call to end, outermost first: `actor/key`, percent-encoded. */
  readonly callers?: readonly string[];
  readonly data: Data;
}

/** Header names to values, as on the wire. */
export type Headers = Readonly<Record<string, string>>;

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Inboxes alone: an answer must not be made to land in a stream or in the server's own subjects. */
const REPLY_TO = /^_INBOX\.[A-Za-z0-9_.-]{1,200}$/;
const MAX_CALLERS = 8_192;
const MAX_ID = 256;
const KEPT_OF_ID = 200;
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** The headers of a message; `Nats-Msg-Id` is left to the sender, who alone knows whether the stream needs it. */
export function encodeHeaders(message: Message): Headers {
  const headers: Record<string, string> = {
    'ce-specversion': '1.0',
    'ce-id': encodeHeaderValue(fittingId(message.id)),
    'ce-type': message.type,
    'ce-source': encodeHeaderValue(message.source),
    'ce-subject': encodeHeaderValue(message.subject),
    'ce-time': message.time,
  };
  if (message.traceparent !== undefined) headers['traceparent'] = message.traceparent;
  if (message.replyTo !== undefined) headers['aw-reply-to'] = message.replyTo;
  if (message.deadline !== undefined) headers['aw-deadline'] = String(message.deadline);
  if (message.callers !== undefined) headers['aw-callers'] = message.callers.join(' ');
  return headers;
}

/** Ids are often put together from others: of one that is too long the end becomes a digest of the whole. */
function fittingId(id: string): string {
  if (id.length <= MAX_ID) return id;
  return `${id.slice(0, KEPT_OF_ID)}~${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}

/** True for a subject that answers may be sent to. */
export function isInbox(subject: string): boolean {
  return REPLY_TO.test(subject);
}

export function encodeData(data: unknown): Uint8Array {
  return utf8.encode(JSON.stringify(data) ?? 'null');
}

/**
 * A message from the wire. Its data is parsed but not yet checked against a schema.
 *
 * @throws AW_MESSAGE_MALFORMED with the first thing that is wrong.
 */
export function decodeMessage(headers: Headers, body: Uint8Array): Message {
  const id = attribute(headers, 'ce-id', MAX_ID);
  const type = attribute(headers, 'ce-type', 128);
  const source = attribute(headers, 'ce-source', 1024);
  const subject = attribute(headers, 'ce-subject', 1024, '');
  const time = attribute(headers, 'ce-time', 64);
  if (headers['ce-specversion'] !== '1.0') throw malformed(`ce-specversion is "${headers['ce-specversion'] ?? ''}"`);
  if (!isMessageType(type)) throw malformed(`ce-type is "${type.slice(0, 128)}", not noun.verb`);
  if (Number.isNaN(Date.parse(time))) throw malformed(`ce-time is "${time}"`);
  const traceparent = headers['traceparent'];
  const replyTo = headers['aw-reply-to'];
  if (replyTo !== undefined && !isInbox(replyTo)) throw malformed('aw-reply-to is no inbox');
  return {
    id,
    type,
    source,
    subject,
    time,
    ...(traceparent !== undefined && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
    ...(replyTo === undefined ? {} : readCall(headers, replyTo)),
    data: parseJson(body),
  };
}

/** What only a call has. Callers that can't be read are none: then a cycle ends by its deadline. */
function readCall(headers: Headers, replyTo: string): Pick<Message, 'replyTo' | 'deadline' | 'callers'> {
  const deadline = Number(headers['aw-deadline'] ?? Number.NaN);
  const callers = headers['aw-callers'];
  return {
    replyTo,
    ...(Number.isSafeInteger(deadline) ? { deadline } : {}),
    ...(callers === undefined || callers.length > MAX_CALLERS ? {} : { callers: callers.split(' ') }),
  };
}

/** Outside printable ASCII (and for `"` and `%`), a value is percent-encoded, as the CloudEvents HTTP binding says. */
export function encodeHeaderValue(value: string): string {
  return /^[!#-$&-~]*$/.test(value)
    ? value
    : value.replace(/[^!#-$&-~]+/gu, (part) =>
        Array.from(utf8.encode(part), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
      );
}

export function decodeHeaderValue(value: string): string | undefined {
  try {
    return value.includes('%') ? decodeURIComponent(value) : value;
  } catch {
    return undefined;
  }
}

function attribute(headers: Headers, name: string, maxLength: number, absent?: string): string {
  const raw = headers[name] ?? absent;
  if (raw === undefined) throw malformed(`header ${name} is missing`);
  const value = decodeHeaderValue(raw);
  if (value === undefined) throw malformed(`header ${name} is not percent-encoded UTF-8`);
  if (value.length > maxLength || (value === '' && absent === undefined)) {
    throw malformed(`header ${name} has ${value.length} characters of 1 to ${maxLength}`);
  }
  return value;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(strictUtf8.decode(body));
  } catch (cause) {
    throw malformed(`body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function malformed(what: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_MESSAGE_MALFORMED', `Cannot read message: ${what}`, { cause });
}
