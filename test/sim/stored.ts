import type { Stored } from '../../runtime/bus/bus.ts';

/** Reads what the streams hold, without the runtime's own readers: the checkers are to find their mistakes, too. */

const decoder = new TextDecoder();

export interface StoredAddress {
  readonly tenant: string;
  readonly partition: number;
  readonly actor: string;
  readonly key: string;
  /** `actor/key`. */
  readonly name: string;
}

/** Of `aw.<tenant>.cmd|state.<partition>.<actor>.<key>`; keys of the world need no decoding. */
export function addressOf(subject: string): StoredAddress {
  const known = addresses.get(subject);
  if (known !== undefined) return known;
  const [, tenant = '', , partition = '', actor = '', key = ''] = subject.split('.');
  const address = { tenant, partition: Number(partition), actor, key, name: `${actor}/${key}` };
  addresses.set(subject, address);
  return address;
}

/** The world has few subjects, and the checkers ask for them at every message. */
const addresses = new Map<string, StoredAddress>();

/** `cmd`, `evt`, `state`, … */
export function kindOf(subject: string): string {
  const start = subject.indexOf('.', subject.indexOf('.') + 1) + 1;
  return subject.slice(start, subject.indexOf('.', start));
}

export function textOf({ body }: Pick<Stored, 'body'>): string {
  return decoder.decode(body);
}

export function typeOf({ headers }: Stored): string {
  return headers['ce-type'] ?? '';
}

export function idOf({ headers }: Pick<Stored, 'headers'>): string {
  return headers['ce-id'] ?? '';
}

/** Header values are percent-encoded where they must be. */
export function sourceOf({ headers }: Stored): string {
  return decodeURIComponent(headers['ce-source'] ?? '');
}

export function tagOf(message: Stored): string {
  const { tag } = JSON.parse(textOf(message)) as { tag: string };
  return tag;
}

/** An entry of STATE as DESIGN.md describes it, as far as the checkers look. */
export interface StoredEntry {
  readonly state?: unknown;
  readonly lastSeq: number;
  readonly attempt: number;
  readonly writer: string;
  readonly isPaused?: true;
  readonly timers?: Readonly<Record<string, unknown>>;
  readonly outbox: readonly StoredItem[];
}

export interface StoredItem {
  readonly to: string;
  readonly subject: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Sequence of the commit it came with; absent in the entry of that very commit. */
  readonly at?: number;
}

/** A record of HISTORY, as far as the checkers look. */
export interface StoredRecord {
  readonly from: number;
  readonly upTo: number;
  readonly isBuried?: true;
  readonly inputs?: readonly { readonly sequence: number; readonly inputs: readonly number[] }[];
  readonly reset?: { readonly state: unknown };
}

export function entryOf(message: Pick<Stored, 'body'>): StoredEntry {
  return JSON.parse(textOf(message)) as StoredEntry;
}
