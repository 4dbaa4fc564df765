import type { Stored } from '../bus/bus.ts';
import type { Failure } from '../errors/errors.ts';
import { decodeHeaderValue, encodeHeaderValue, type Headers } from '../message/message.ts';
import { deadSubject } from '../message/subjects.ts';
import type { DeadLetterRecord } from './inspection.ts';

/**
 * A dead letter is the message as it came, headers and body untouched, with `aw-dead-…` headers beside them that say
 * why, where it stood and how often it was tried.
 */

export interface DeadAddress {
  readonly tenant: string;
  /** The actor, or the event's noun. */
  readonly noun: string;
  readonly key: string;
}

export interface DeadMessage {
  readonly subject: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Headers that steer the server: they must not act a second time. */
const STEERING = /^nats-/i;

export function makeDeadLetter(
  original: Pick<Stored, 'stream' | 'sequence' | 'subject' | 'headers' | 'body'>,
  address: DeadAddress,
  failure: Failure,
  attempts: number,
  at: number,
): DeadMessage {
  const kept = Object.entries(original.headers).filter(([name]) => !STEERING.test(name));
  return {
    subject: deadSubject(address.tenant, address.noun, address.key),
    headers: {
      ...Object.fromEntries(kept),
      'aw-dead-code': failure.code,
      'aw-dead-error': encodeHeaderValue(failure.message.slice(0, 1_000)),
      'aw-dead-stream': original.stream,
      'aw-dead-sequence': String(original.sequence),
      'aw-dead-subject': original.subject,
      'aw-dead-attempts': String(attempts),
      'aw-dead-at': String(at),
    },
    body: original.body,
  };
}

/** A stored dead letter as people see it. */
export function readDeadLetter(stored: Stored): DeadLetterRecord {
  const { headers } = stored;
  const original = Object.entries(headers).filter(([name]) => !name.startsWith('aw-dead-') && !STEERING.test(name));
  return {
    id: String(stored.sequence),
    tenant: stored.subject.split('.')[1] ?? '',
    code: headers['aw-dead-code'] ?? 'AW_UNEXPECTED',
    error: decodeHeaderValue(headers['aw-dead-error'] ?? '') ?? '',
    stream: headers['aw-dead-stream'] ?? '',
    sequence: Number(headers['aw-dead-sequence'] ?? 0),
    subject: headers['aw-dead-subject'] ?? '',
    type: headers['ce-type'],
    attempts: Number(headers['aw-dead-attempts'] ?? 0),
    at: Number(headers['aw-dead-at'] ?? stored.storedAt),
    headers: Object.fromEntries(original),
    data: new TextDecoder().decode(stored.body),
  };
}
