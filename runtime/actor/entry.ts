import type { Delivery } from '../bus/bus.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Headers } from '../message/message.ts';
import type { MissedPolicy } from '../schedule/missed.ts';
import type { Recurrence } from '../schedule/recurrence.ts';

/** Where an item of an outbox goes: a stream, or a caller that waits for an answer. */
export type Target = 'EVENTS' | 'MAILBOX' | 'DEAD' | 'HISTORY' | 'JOBS' | 'REPLY';

/** One message that left with a commit, on its way to its target. */
export interface OutboxItem {
  readonly to: Target;
  readonly subject: string;
  readonly headers: Headers;
  readonly body: string;
  /** Absent for text. */
  readonly encoding?: 'base64';
  /** For a timer: when it is put where. */
  readonly deliver?: Delivery;
  /** Sequence in STATE of the commit it came with; absent in the entry of that very commit. */
  readonly at?: number;
}

export interface Timer {
  readonly recurrence: Recurrence;
  readonly missed: MissedPolicy;
  readonly type: string;
  readonly data: unknown;
  /** When it is due next; milliseconds since 1970. */
  readonly due: number;
  /** Unlike that of every other turn of any timer. */
  readonly turn: string;
}

export type Timers = Readonly<Record<string, Timer>>;

/** What STATE holds for one key: its state, how far it has read its mailbox, and what it has yet to send. */
export interface StateEntry {
  /** Absent until a message has been handled. */
  readonly state?: unknown;
  /** Version of the state's shape. */
  readonly version: number;
  /** Incarnation of the mailbox that `lastSeq` counts in. */
  readonly incarnation: string;
  /** Sequence of the last message whose effects are in `state` and `outbox`. */
  readonly lastSeq: number;
  /** Attempts begun at the message after it, as far as they were recorded. */
  readonly attempt: number;
  /** Sequence of the first message of this life; 0 before it. */
  readonly since: number;
  /** True while an operator keeps the key from working; absent otherwise. */
  readonly isPaused?: true;
  /** By id; absent when there are none. */
  readonly timers?: Timers;
  readonly outbox: readonly OutboxItem[];
  /** Who wrote this entry, and which of its commits it was: how an owner recognises its own. */
  readonly writer: string;
  readonly commit: number;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** An entry whose state has been serialised already; undefined for none. */
export interface EntryToWrite extends Omit<StateEntry, 'state'> {
  readonly stateText: string | undefined;
}

export function encodeEntry({ stateText, ...rest }: EntryToWrite): Uint8Array {
  const state = stateText === undefined ? '' : `"state":${stateText},`;
  return utf8.encode(`{${state}${JSON.stringify(rest).slice(1)}`);
}

/** @throws AW_STATE_CORRUPT when what is stored is no entry. */
export function decodeEntry(subject: string, body: Uint8Array): StateEntry {
  try {
    const entry = JSON.parse(text.decode(body)) as StateEntry;
    if (Number.isSafeInteger(entry.lastSeq) && Array.isArray(entry.outbox) && typeof entry.writer === 'string')
      return entry;
  } catch {
    // Said below, together with the other way of being no entry.
  }
  throw new AutoWeaveError('AW_STATE_CORRUPT', `Cannot read state on "${subject}": it is no entry of ours`, {
    hint: 'something else wrote to the STATE stream; restore it from a backup',
  });
}

/** An item whose body need not be text. */
export function toBase64Item(
  to: Target,
  { subject, headers, body }: { readonly subject: string; readonly headers: Headers; readonly body: Uint8Array },
): OutboxItem {
  return { to, subject, headers, body: Buffer.from(body).toString('base64'), encoding: 'base64' };
}

export function itemBody(item: OutboxItem): Uint8Array {
  return item.encoding === 'base64' ? Buffer.from(item.body, 'base64') : utf8.encode(item.body);
}

/** An item with the sequence of the commit it came with. */
export type DatedItem = OutboxItem & { readonly at: number };

/** Items of an entry in the order they were made, each with the sequence of the commit it came with. */
export function datedItems(outbox: readonly OutboxItem[], sequence: number): readonly DatedItem[] {
  return outbox.map((item) => ({ ...item, at: item.at ?? sequence }));
}
