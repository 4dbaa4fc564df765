import { isAscii } from 'node:buffer';
import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Headers } from '../message/message.ts';

/** Headers as a plain record; of a repeated header the first value counts. */
export function headersOf(found: MsgHdrs | undefined): Headers {
  const record: Record<string, string> = {};
  if (found === undefined) return record;
  for (const [name, values] of found) record[name] = values[0] ?? '';
  return record;
}

/** Stands for headers that are none; a message that has it is malformed to everyone. */
export const UNREADABLE_HEADERS = 'aw-unreadable-headers';

/** What a callback needs of a message's headers. */
export interface ReadHeaders {
  /** The status code of the server, 0 for a message. */
  readonly status: number;
  readonly description: string;
  readonly headers: Headers;
}

/**
 * The client parses headers when they are asked for, and throws over what a stranger may well have sent (a blank in a
 * name, a lone line feed). Thrown in a subscription's callback that would end the whole connection, and the message
 * would come again: so whoever takes messages takes their headers from here.
 */
export function readHeaders(message: Msg): ReadHeaders {
  const raw = rawHeaders(message);
  if (raw !== undefined) return parseHeaders(raw);
  try {
    const found = message.headers;
    return { status: found?.code ?? 0, description: found?.description ?? '', headers: headersOf(found) };
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const NONE: ReadHeaders = { status: 0, description: '', headers: {} };
const VERSION = 'NATS/1.0';
/** A field name by RFC 9110. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The header block as it came, from where the client keeps it; undefined where it does so no more. */
function rawHeaders(message: Msg): Uint8Array | undefined {
  const { _msg: meta, _rdata: data } = message as Msg & {
    readonly _msg?: { hdr?: number };
    readonly _rdata?: Uint8Array;
  };
  if (meta?.hdr === undefined || !(data instanceof Uint8Array)) return undefined;
  return data.subarray(0, Math.max(0, meta.hdr));
}

function parseHeaders(raw: Uint8Array): ReadHeaders {
  if (raw.length === 0) return NONE;
  let block: string;
  try {
    block = decode(raw);
  } catch {
    return unreadable('they are not UTF-8');
  }
  if (!block.startsWith(VERSION) || !block.endsWith('\r\n\r\n')) return unreadable('they are no header block');
  const headers: Record<string, string> = {};
  let end = block.indexOf('\r\n');
  const [code = '', ...words] = end === VERSION.length ? [] : block.slice(VERSION.length, end).trim().split(' ');
  // By position and not by pieces: every message of a log comes through here.
  for (let start = end + 2; start < block.length - 2; start = end + 2) {
    end = block.indexOf('\r\n', start);
    const colon = block.indexOf(':', start);
    const name = colon > start && colon < end ? nameOf(block.slice(start, colon)) : undefined;
    if (name === undefined || isBroken(block, start, end)) {
      return unreadable(`a line is "${block.slice(start, Math.min(end, start + 64))}"`);
    }
    if (!Object.hasOwn(headers, name)) headers[name] = block.slice(colon + 1, end).trim();
  }
  return { status: code === '' ? 0 : Number(code), description: words.join(' '), headers };
}

function decode(raw: Uint8Array): string {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  return isAscii(bytes) ? bytes.toString('latin1') : decoder.decode(bytes);
}

/** Names that were checked before, as they are written: the same few come again and again. */
const known = new Map<string, string>();
const MAX_KNOWN = 100;

/** The name of a field; undefined for what is none. */
function nameOf(text: string): string | undefined {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (!NAME.test(text)) return undefined;
  if (known.size < MAX_KNOWN) known.set(text, text);
  return text;
}

/** A line ends with both characters, and holds none of them. */
function isBroken(block: string, start: number, end: number): boolean {
  return block.indexOf('\n', start) !== end + 1 || block.indexOf('\r', start) !== end;
}

function unreadable(why: string): ReadHeaders {
  return { status: 0, description: '', headers: { [UNREADABLE_HEADERS]: encodeURIComponent(why.slice(0, 200)) } };
}

const BROKEN = /[\r\n]/;
const utf8 = new TextEncoder();

/**
 * Headers on their way out. The client's own class checks and canonicalises each name and value, which costs more than
 * all the rest of a publish; ours are well-formed by construction, save that no value may break a line.
 *
 * @param more headers for the server, beside those of the message
 */
export function toNatsHeaders(record: Headers | undefined, more: readonly (readonly [string, string])[] = []): MsgHdrs {
  let block = 'NATS/1.0\r\n';
  for (const name in record) block += line(name, record[name]!);
  for (const [name, value] of more) block += line(name, value);
  const encoded: Pick<MsgHdrsImpl, 'encode'> = { encode: () => utf8.encode(`${block}\r\n`) };
  return encoded as MsgHdrs & MsgHdrsImpl;
}

/** What the client calls when it publishes; its public type leaves it out. */
interface MsgHdrsImpl {
  encode(): Uint8Array;
}

function line(name: string, value: string): string {
  if (BROKEN.test(value) || BROKEN.test(name)) {
    throw new AutoWeaveError(
      'AW_MESSAGE_MALFORMED',
      `Cannot send header "${encodeURIComponent(name)}": it holds a line break`,
    );
  }
  return `${name}: ${value}\r\n`;
}
