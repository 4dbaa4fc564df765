import { SCHEMAS } from '../../proto/generated/messages.ts';
import type { Stored } from '../bus/bus.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import { encodeKey } from '../message/key.ts';
import { decodeMessage, type Message } from '../message/message.ts';
import { isMessageType, parseEvent } from '../message/subjects.ts';

/** Which events: of one tenant, of these types, of one key or of all. A type may be `noun.*`, and all are `*.*`. */
export interface EventFilter {
  readonly tenant: string;
  readonly types: readonly string[];
  readonly key?: string;
}

/** Events of any type. */
export const ALL_TYPES = '*.*';

/** An event as the log holds it. */
export interface LoggedEvent {
  readonly sequence: number;
  /** Of the entity it concerns. */
  readonly key: string;
  readonly message: Message;
  readonly storedAt: number;
}

/** `unwanted`: the narrowest subject filter also lets other types through. */
export type DecodedEvent =
  | { readonly outcome: 'event'; readonly event: LoggedEvent }
  | { readonly outcome: 'unwanted' }
  | { readonly outcome: 'malformed'; readonly code: string };

/** The narrowest single subject filter that lets all of them through. */
export function filterSubject({ tenant, types, key }: EventFilter): string {
  const parts = types.map((type) => type.split('.'));
  const common = (at: number): string => {
    const [first, ...others] = parts.map((part) => part[at] ?? '*');
    return first !== undefined && others.every((other) => other === first) ? first : '*';
  };
  return `aw.${tenant}.evt.${common(0)}.${common(1)}.${key === undefined ? '*' : encodeKey(key)}`;
}

/** One name for equal filters. */
export function filterName(filter: EventFilter): string {
  return JSON.stringify([filter.tenant, [...new Set(filter.types)].sort(), filter.key ?? null]);
}

/** @throws AW_NAME_INVALID when a type is none. */
export function checkFilter({ types }: EventFilter): void {
  const wrong = types.length === 0 ? '' : types.find((type) => !isMessageType(type) && !isPattern(type));
  if (wrong === undefined) return;
  throw new AutoWeaveError('AW_NAME_INVALID', `Cannot look for events: type is "${wrong.slice(0, 128)}"`, {
    hint: 'give types such as "device.attached", or "device.*" for all of a noun',
  });
}

/**
 * Reads a stored event; one that breaks the envelope or its schema is left to the forwarder's dead letters. Types that
 * are not AutoWeave's come and go with plugins: whoever emitted one has checked it, and here it is an event at any time,
 * also before its plugin is loaded or after it is gone. So the same message always gives the same.
 */
export function decodeEvent(stored: Stored, filter: EventFilter, contracts: Contracts): DecodedEvent {
  const address = parseEvent(stored.subject);
  if (address === undefined) return { outcome: 'malformed', code: 'AW_MESSAGE_MALFORMED' };
  if (!filter.types.some((wanted) => isOfType(address.type, wanted))) return { outcome: 'unwanted' };
  try {
    const message = decodeMessage(stored.headers, stored.body);
    if (message.type !== address.type) return { outcome: 'malformed', code: 'AW_MESSAGE_MALFORMED' };
    if (Object.hasOwn(SCHEMAS, message.type)) contracts.validate(message.type, message.data);
    const { sequence, storedAt } = stored;
    return { outcome: 'event', event: { sequence, key: address.key, message, storedAt } };
  } catch (error) {
    return { outcome: 'malformed', code: toFailure(error).code };
  }
}

function isPattern(type: string): boolean {
  return type === ALL_TYPES || (type.endsWith('.*') && isMessageType(`${type.slice(0, -1)}x`));
}

function isOfType(type: string, wanted: string): boolean {
  if (!wanted.endsWith('*')) return type === wanted;
  return wanted === ALL_TYPES || type.startsWith(wanted.slice(0, -1));
}
