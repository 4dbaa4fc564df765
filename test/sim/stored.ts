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
  const [, tenant = '', , partition = '', actor = '', key = ''] = subject.split('.');
  return { tenant, partition: Number(partition), actor, key, name: `${actor}/${key}` };
}

export function isKind(subject: string, kind: string): boolean {
  return subject.split('.')[2] === kind;
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

export function entryOf(message: Stored): StoredEntry {
  return JSON.parse(textOf(message)) as StoredEntry;
}
