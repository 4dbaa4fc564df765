import { chmodSync, closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Remembered } from './memory.ts';
import type { MemoryChange, MemorySearch, Move } from './memory-index-port.ts';
import type { Packed } from './packed-memory.ts';
import { apart } from './search-words.ts';
import { count, find, type PackedMemories } from './sqlite-search.ts';

/** The index in one SQLite file. It blocks, and so it belongs into a thread of its own. */
export interface SqliteStore extends Disposable {
  position(tenant: string): string | undefined;
  apply(tenant: string, changes: readonly PackedChange[], move: Move): boolean;
  clear(tenant: string, position: string): void;
  search(search: MemorySearch): PackedMemories | undefined;
  counts(tenant: string, agentIds: readonly (string | undefined)[]): readonly number[] | undefined;
}

export interface PackedChange extends Omit<MemoryChange, 'memory'> {
  readonly memory?: Packed<Remembered>;
}

/** Counts up with each change of {@link SCHEMA}; an index of another version is made anew. */
const VERSION = 1;
/** A row's text stands last, so that what is left out for its tenant or agent is left out without reading it. */
const SCHEMA = `
  CREATE TABLE memories (
    row INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, agent TEXT,
    created TEXT NOT NULL, updated TEXT NOT NULL, metadata TEXT, text TEXT NOT NULL, spelled TEXT,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX newest ON memories (tenant, updated);
  CREATE INDEX newest_of_agent ON memories (tenant, agent, updated);
  CREATE TABLE positions (tenant TEXT PRIMARY KEY, position TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE VIEW texts AS SELECT row, coalesce(spelled, text) AS text FROM memories;
  CREATE VIRTUAL TABLE words USING fts5 (
    text, content = 'texts', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2'
  );
  INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
  PRAGMA user_version = ${VERSION};
`;
/** It is made anew from the actors where the last moments were lost. What is deleted is overwritten. */
const SETTINGS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON';
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/**
 * Opens the file, and makes it where there is none.
 *
 * @param onSetAside told when the file was of no use, and why; it stands beside the new one then
 */
export function openSqliteStore(
  file: string,
  onSetAside: (setAside: { readonly file: string; readonly why: string }) => void,
): SqliteStore {
  let db = openOrSetAside();
  /** False also at first: it may have been killed before. */
  let isLogEmpty = false;

  function openOrSetAside(): DatabaseSync {
    try {
      return open(file);
    } catch (error) {
      if (!isUseless(error)) throw error;
      return setAside(error);
    }
  }

  function setAside(error: Error): DatabaseSync {
    // One is enough to look at, and no more of what was to be forgotten should stay.
    const aside = `${file}.aside`;
    renameSync(file, aside);
    for (const rest of ['-wal', '-shm']) rmSync(`${file}${rest}`, { force: true });
    onSetAside({ file: aside, why: error.message });
    return open(file);
  }

  /** Runs once more on a new index when the present one turns out to be damaged. */
  function guarded<Result>(work: (db: DatabaseSync) => Result): Result {
    try {
      return work(db);
    } catch (error) {
      if (!isUseless(error)) throw error;
      db.close();
      db = setAside(error);
      return work(db);
    }
  }

  /** What is deleted would stand in SQLite's log for a while. Whoever follows the actors comes again when it fails. */
  function emptyLog(): void {
    if (isLogEmpty) return;
    guarded(truncateLog);
    isLogEmpty = true;
  }

  return {
    position(tenant) {
      emptyLog();
      return guarded((db) => readPosition(db, tenant));
    },
    apply(tenant, changes, { from, to }) {
      const isApplied = guarded((db) =>
        inTransaction(db, () => {
          if (readPosition(db, tenant) !== from) return false;
          for (const change of changes) if (applyChange(db, tenant, change)) isLogEmpty = false;
          writePosition(db, tenant, to);
          return true;
        }),
      );
      emptyLog();
      return isApplied;
    },
    clear(tenant, position) {
      isLogEmpty = false;
      guarded((db) => inTransaction(db, () => clear(db, tenant, position)));
      emptyLog();
    },
    search: (search) => guarded((db) => (isKnown(db, search.tenant) ? find(db, search) : undefined)),
    counts(tenant, agentIds) {
      const countEach = (db: DatabaseSync) => agentIds.map((agentId) => count(db, tenant, agentId));
      return guarded((db) => (isKnown(db, tenant) ? countEach(db) : undefined));
    },
    [Symbol.dispose]: () => db.close(),
  };
}

class OtherVersion extends Error {}

function isUseless(error: unknown): error is Error {
  if (error instanceof OtherVersion) return true;
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  return [CORRUPT, NOT_A_DATABASE].includes(Number(error.errcode) & 0xff);
}

function open(file: string): DatabaseSync {
  // What SQLite puts beside it gets the same mode.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const db = new DatabaseSync(file, { timeout: 1_000 });
  try {
    db.exec(SETTINGS);
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
    if (isEmpty) inTransaction(db, () => db.exec(SCHEMA));
    else if (version !== VERSION) throw new OtherVersion(`its version is ${version}, not ${VERSION}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @throws also where SQLite only says that it could not */
function truncateLog(db: DatabaseSync): void {
  const answer = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (answer?.['busy'] !== 0) throw new Error('its log cannot be emptied while another program reads it');
}

function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // Some errors have ended it already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function readPosition(db: DatabaseSync, tenant: string): string | undefined {
  const found = db.prepare('SELECT position FROM positions WHERE tenant = ?').get(tenant);
  return found === undefined ? undefined : String(found['position']);
}

function isKnown(db: DatabaseSync, tenant: string): boolean {
  return readPosition(db, tenant) !== undefined;
}

function writePosition(db: DatabaseSync, tenant: string, position: string): void {
  db.prepare('INSERT OR REPLACE INTO positions (tenant, position) VALUES (?, ?)').run(tenant, position);
}

/** @returns whether something of before was removed or replaced */
function applyChange(db: DatabaseSync, tenant: string, { id, at, memory }: PackedChange): boolean {
  const known = db.prepare('SELECT row, at FROM memories WHERE tenant = ? AND id = ?').get(tenant, id);
  if (known !== undefined && Number(known['at']) > at) return false;
  if (known !== undefined) remove(db, Number(known['row']));
  if (memory !== undefined) insert(db, tenant, id, at, memory);
  return known !== undefined;
}

function insert(db: DatabaseSync, tenant: string, id: string, at: number, memory: Packed<Remembered>): void {
  const { text, agentId, metadata, createdAt, updatedAt } = memory;
  const spelled = apart(text);
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO memories (tenant, id, at, agent, created, updated, metadata, text, spelled)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      tenant,
      id,
      at,
      agentId ?? null,
      createdAt,
      updatedAt,
      metadata ?? null,
      text,
      spelled === text ? null : spelled,
    );
  // As it was stored: half of a surrogate pair is another sign by then, and only that can be removed again.
  db.prepare('INSERT INTO words (rowid, text) SELECT row, text FROM texts WHERE row = ?').run(lastInsertRowid);
}

function remove(db: DatabaseSync, row: number): void {
  db.prepare("INSERT INTO words (words, rowid, text) SELECT 'delete', row, text FROM texts WHERE row = ?").run(row);
  db.prepare('DELETE FROM memories WHERE row = ?').run(row);
}

function clear(db: DatabaseSync, tenant: string, position: string): void {
  const hasOthers = db.prepare('SELECT 1 FROM memories WHERE tenant <> ? LIMIT 1').get(tenant) !== undefined;
  if (hasOthers) {
    db.prepare(
      `INSERT INTO words (words, rowid, text)
       SELECT 'delete', row, texts.text FROM memories JOIN texts USING (row) WHERE tenant = ?`,
    ).run(tenant);
  } else db.exec("INSERT INTO words (words) VALUES ('delete-all')");
  db.prepare('DELETE FROM memories WHERE tenant = ?').run(tenant);
  writePosition(db, tenant, position);
}
