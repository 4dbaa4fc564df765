import { headers as createHeaders, type MsgHdrs } from '@nats-io/transport-node';
import type { Headers } from '../message/message.ts';

/** Headers as a plain record; of a repeated header the first value counts. */
export function headersOf(found: MsgHdrs | undefined): Headers {
  const record: Record<string, string> = {};
  if (found === undefined) return record;
  for (const [name, values] of found) record[name] = values[0] ?? '';
  return record;
}

export function toNatsHeaders(record: Headers | undefined): MsgHdrs {
  const headers = createHeaders();
  for (const name in record) headers.set(name, record[name]!);
  return headers;
}
