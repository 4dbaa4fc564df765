import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { FoundMemories, FoundMemory, MemorySearch } from './memory-index-port.ts';
import type { Packed } from './packed-memory.ts';
import { pageAfterOffset, pageAfterRow, readOffset, readRow } from './search-page.ts';
import { searchWords, together } from './search-words.ts';

/** The questions to the tables of `sqlite-store.ts`. */

export interface PackedMemories extends Omit<FoundMemories, 'memories'> {
  readonly memories: readonly PackedMemory[];
}
export type PackedMemory = Packed<FoundMemory>;

const EXCERPT_WORDS = 32;
/** A word may be as long as its text. */
const MAX_EXCERPT = 600;

interface Row {
  readonly row: number;
  readonly id: string;
  readonly agent: string | null;
  readonly created: string;
  readonly updated: string;
  readonly metadata: string | null;
  readonly text: string;
}

export function count(db: DatabaseSync, tenant: string, agentId: string | undefined): number {
  const { where, values } = ownedBy({ tenant, ...(agentId === undefined ? {} : { agentId }) });
  return numberOf(db, `SELECT count(*) AS number FROM memories m WHERE ${where}`, values);
}

export function find(db: DatabaseSync, search: MemorySearch): PackedMemories {
  const { query = '' } = search;
  return query.trim() === '' ? listNewest(db, search) : findByWords(db, search, query);
}

function listNewest(db: DatabaseSync, search: MemorySearch): PackedMemories {
  const { where, values } = ownedBy(search);
  const after = search.after === undefined ? undefined : readRow(search.after);
  const rows = db
    .prepare(
      `SELECT row, id, agent, created, updated, metadata, text FROM memories m
       WHERE ${where} ${after === undefined ? '' : 'AND (updated, row) < (?, ?)'}
       ORDER BY updated DESC, row DESC LIMIT ?`,
    )
    .all(...values, ...(after ?? []), search.first + 1) as unknown as Row[];
  const shown = rows.slice(0, search.first);
  const last = shown.at(-1);
  return {
    memories: shown.map(toMemory),
    total: count(db, search.tenant, search.agentId),
    ...(rows.length > search.first && last ? { next: pageAfterRow(last.updated, last.row) } : {}),
  };
}

/** Those that have all words come first. What fits how well may change from page to page, as the memories do. */
function findByWords(db: DatabaseSync, search: MemorySearch, query: string): PackedMemories {
  const offset = search.after === undefined ? 0 : readOffset(search.after);
  const words = searchWords(query);
  if (words === undefined) return { memories: [], total: 0 };
  const { all, any } = words;
  const { where, values } = ownedBy(search);
  const from = `FROM words JOIN memories m ON m.row = words.rowid WHERE words MATCH ? AND ${where}`;
  const rows = db
    .prepare(
      `SELECT m.row, -bm25(words) AS fit, m.row IN (SELECT rowid FROM words WHERE words MATCH ?) AS hasAll
       ${from} ORDER BY hasAll DESC, fit DESC, m.row DESC LIMIT ? OFFSET ?`,
    )
    .all(all, any, ...values, search.first + 1, offset);
  const shown = rows.slice(0, search.first);
  const read = db.prepare('SELECT row, id, agent, created, updated, metadata, text FROM memories WHERE row = ?');
  // A number of JavaScript is a real one for SQLite, and FTS5 lets a rowid that is no integer pass for any.
  const cut = db.prepare(
    `SELECT snippet(words, 0, '[', ']', '…', ${EXCERPT_WORDS}) AS excerpt
     FROM words WHERE words MATCH ? AND rowid = CAST(? AS INTEGER)`,
  );
  return {
    memories: shown.map(({ row, fit, hasAll }): PackedMemory => {
      const excerpt = String(cut.get(any, row!)?.['excerpt'] ?? '');
      // A number that says at once whether all words were found, and does not depend on how many texts there are.
      const score = Number(hasAll) + Number(fit) / (1 + Number(fit));
      return { ...toMemory(read.get(row!) as unknown as Row), score, excerpt: shorten(together(excerpt)) };
    }),
    total: numberOf(db, `SELECT count(*) AS number ${from}`, [any, ...values]),
    ...(rows.length > search.first ? { next: pageAfterOffset(offset + search.first) } : {}),
  };
}

function ownedBy({ tenant, agentId }: Pick<MemorySearch, 'tenant' | 'agentId'>) {
  return agentId === undefined
    ? { where: 'm.tenant = ?', values: [tenant] }
    : { where: 'm.tenant = ? AND m.agent = ?', values: [tenant, agentId] };
}

function numberOf(db: DatabaseSync, sql: string, values: readonly SQLInputValue[]): number {
  return Number(db.prepare(sql).get(...values)?.['number']);
}

function toMemory({ id, text, agent, metadata, created, updated }: Row): PackedMemory {
  return {
    id,
    text,
    ...(agent === null ? {} : { agentId: agent }),
    ...(metadata === null ? {} : { metadata }),
    createdAt: created,
    updatedAt: updated,
  };
}

function shorten(excerpt: string): string {
  if (excerpt.length <= MAX_EXCERPT) return excerpt;
  const from = Math.max(0, excerpt.indexOf('[') - MAX_EXCERPT / 4);
  return `${from === 0 ? '' : '…'}${excerpt.slice(from, from + MAX_EXCERPT).toWellFormed()}…`;
}
