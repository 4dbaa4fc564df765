import { headers as createHeaders, type Msg, type MsgHdrs } from '@nats-io/transport-node';
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
  try {
    const found = message.headers;
    return { status: found?.code ?? 0, description: found?.description ?? '', headers: headersOf(found) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { status: 0, description: '', headers: { [UNREADABLE_HEADERS]: encodeURIComponent(why.slice(0, 200)) } };
  }
}

export function toNatsHeaders(record: Headers | undefined): MsgHdrs {
  const headers = createHeaders();
  for (const name in record) headers.set(name, record[name]!);
  return headers;
}
