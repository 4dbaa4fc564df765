import type { Bus, Stored } from '../bus/bus.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { encodeKey } from '../message/key.ts';
import { isName, parseState, SYSTEM_TENANT } from '../message/subjects.ts';
import { type Cursor, readCursors } from './cursor-batch.ts';
import { readDeadLetter } from './dead-letter.ts';
import { datedItems, decodeEntry, type StateEntry } from './entry.ts';
import type { ActorRecord, DeadLetterRecord } from './inspection.ts';
import { isFull, type ListedActor, type ListNewestOptions, listNewest, MAX_PAGE_BYTES } from './newest-actors.ts';
import { TARGETS } from './outbox.ts';
import { partitionSource } from './outbox-sender.ts';

/** Reads what actors have committed and what was buried, for people to look at. It changes nothing. */
export interface Inspector {
  /**
   * The longest unchanged first; `after` is the `next` of the page before. A page of large states has fewer than were
   * asked for, and a `next`.
   */
  listActors(options: ListActorsOptions): Promise<{ readonly actors: readonly ActorRecord[]; readonly next?: string }>;
  /** The latest change first; `before` is the `next` of the page before, or the position of one of its actors. */
  listNewestActors(
    options: ListNewestOptions,
  ): Promise<{ readonly actors: readonly ListedActor[]; readonly next?: number }>;
  getActor(name: string, key: string): Promise<ActorRecord | undefined>;
  /** The state alone, for which the broker is asked once. */
  getState(name: string, key: string): Promise<ActorState | undefined>;
  /** Newest first; `before` is the `next` of the page before. */
  listDeadLetters(options: ListDeadLettersOptions): Promise<DeadLetterPage>;
  getDeadLetter(id: string): Promise<DeadLetterRecord | undefined>;
}

export interface ListActorsOptions {
  readonly name?: string | undefined;
  readonly first: number;
  readonly after?: string | undefined;
}

export interface ActorState {
  readonly state: unknown;
  /** It took so many in the log. */
  readonly bytes: number;
}

export interface ListDeadLettersOptions {
  readonly first: number;
  readonly before?: string | undefined;
}

export interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetterRecord[];
  readonly total: number;
  readonly next?: string;
}

const MAX_PAGE = 1_000;

type SentUpTo = (target: string, partition: number) => number;

export function createInspector(bus: Bus, tenant: string): Inspector {
  /** Up to which commit a partition's outboxes have reached a stream. */
  const readSent = async (): Promise<SentUpTo> => {
    const { incarnation } = await bus.streamStatus('STATE');
    const found = await Promise.all(TARGETS.map((target) => readCursors(bus, target, incarnation)));
    const cursors = new Map<string, ReadonlyMap<string, Cursor>>(TARGETS.map((target, at) => [target, found[at]!]));
    return (target, partition) => cursors.get(target)?.get(partitionSource(partition))?.at ?? 0;
  };
  const readLast = (name: string, key: string) => bus.last('STATE', `aw.${tenant}.state.*.${name}.${encodeKey(key)}`);
  // What names no tenant is the system's, and everybody's to look at.
  const deadFilter = 'aw.*.dead.>';
  const isVisible = (record: DeadLetterRecord) => record.tenant === tenant || record.tenant === SYSTEM_TENANT;
  return {
    async listActors({ name, first, after }) {
      if (name !== undefined && !isName(name)) return { actors: [] };
      const limit = clampPage(first);
      const from = after === undefined ? 1 : parsePosition(after) + 1;
      const filter = name === undefined ? `aw.${tenant}.state.>` : `aw.${tenant}.state.*.${name}.>`;
      const pageOptions = { from, filter, limit, maxBytes: MAX_PAGE_BYTES };
      const [page, sentUpTo] = await Promise.all([bus.page('STATE', pageOptions), readSent()]);
      const actors = page.map((stored) => readActorRecord(stored, sentUpTo)).filter((record) => record !== undefined);
      const last = page.at(-1);
      return { actors, ...(last && isFull(page, limit) ? { next: String(last.sequence) } : {}) };
    },

    async listNewestActors(options) {
      const sentUpTo = await readSent();
      const toRecord = (stored: Stored) => readActorRecord(stored, sentUpTo);
      return await listNewest({ bus, tenant, toRecord }, { ...options, first: clampPage(options.first) });
    },

    async getActor(name, key) {
      const stored = isName(name) ? await readLast(name, key) : undefined;
      return stored && readActorRecord(stored, await readSent());
    },

    async getState(name, key) {
      const stored = isName(name) ? await readLast(name, key) : undefined;
      const state = stored && tryDecode(stored)?.state;
      return state === undefined ? undefined : { state, bytes: stored!.body.length };
    },

    async listDeadLetters({ first, before }) {
      const limit = clampPage(first);
      const { lastSequence } = await bus.streamStatus('DEAD');
      const end = before === undefined ? lastSequence : Math.min(lastSequence, parsePosition(before) - 1);
      const [found, total] = await Promise.all([
        readBackwards(bus, deadFilter, end, limit),
        bus.count('DEAD', deadFilter, 1),
      ]);
      const oldest = found.at(-1);
      const hasMore = oldest !== undefined && found.length === limit;
      return {
        deadLetters: found.map(readDeadLetter).filter(isVisible),
        total,
        ...(hasMore ? { next: String(oldest.sequence) } : {}),
      };
    },

    async getDeadLetter(id) {
      const sequence = parsePosition(id);
      const [stored] = await bus.page('DEAD', { from: sequence, filter: deadFilter, limit: 1 });
      const record = stored?.sequence === sequence ? readDeadLetter(stored) : undefined;
      return record && isVisible(record) ? record : undefined;
    },
  };
}

/** The last `limit` messages up to `end`, newest first: windows that grow while they hold too little. */
async function readBackwards(bus: Bus, filter: string, end: number, limit: number): Promise<readonly Stored[]> {
  let window = limit;
  let found: readonly Stored[] = [];
  let upTo = end;
  while (upTo > 0 && found.length < limit) {
    const from = Math.max(1, upTo - window + 1);
    const inWindow: Stored[] = [];
    for (let next = from; next <= upTo; ) {
      const page = await bus.page('DEAD', { from: next, filter, limit: MAX_PAGE });
      inWindow.push(...page.filter(({ sequence }) => sequence <= upTo));
      const last = page.at(-1);
      if (last === undefined || page.length < MAX_PAGE) break;
      next = last.sequence + 1;
    }
    found = [...found, ...inWindow.reverse()];
    upTo = from - 1;
    window *= 4;
  }
  return found.slice(0, limit);
}

/** Undefined for what is no actor's state. */
function readActorRecord(stored: Stored, sentUpTo: SentUpTo): ActorRecord | undefined {
  const address = parseState(stored.subject);
  if (address === undefined) return undefined;
  const entry = tryDecode(stored);
  if (entry === undefined) return undefined;
  // What is left of a destroyed key is nobody's state.
  if (entry.state === undefined && entry.attempt === 0 && !entry.isPaused) return undefined;
  return {
    name: address.actor,
    key: address.key,
    tenant: address.tenant,
    version: entry.version,
    lastSeq: entry.lastSeq,
    attempt: entry.attempt,
    outbox: datedItems(entry.outbox, stored.sequence).filter(
      ({ to, at }) => to !== 'REPLY' && at > sentUpTo(to, address.partition),
    ).length,
    state: entry.state ?? null,
    updatedAt: stored.storedAt,
  };
}

/** An entry that something else has written is not shown; its key says so when it is used. */
function tryDecode(stored: Stored): StateEntry | undefined {
  try {
    return decodeEntry(stored.subject, stored.body);
  } catch {
    return undefined;
  }
}

function clampPage(first: number): number {
  return Math.max(1, Math.min(MAX_PAGE, Math.floor(first)));
}

function parsePosition(text: string): number {
  const position = Number(text);
  if (Number.isSafeInteger(position) && position >= 0) return position;
  throw new AutoWeaveError('AW_CURSOR_INVALID', `Cannot page from "${text.slice(0, 64)}": it is no position`, {
    hint: 'give the "next" of the page before',
  });
}
