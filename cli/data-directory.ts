import { chmod, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../runtime/clock/clock.ts';
import { type Random, systemRandom } from '../runtime/clock/random.ts';
import { systemClock } from '../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../runtime/errors/errors.ts';

/** The directory of one running AutoWeave. It is ours alone until it is disposed, or this process ends. */
export interface DataDirectory extends AsyncDisposable {
  /** Absolute and real. */
  readonly path: string;
  readonly tokenFile: string;
  /** Tells others, the CLI among them, where we answer. */
  announce(url: string): Promise<void>;
  /** The kept access token; made at the first call. */
  readOrCreateToken(): Promise<string>;
}

/** Who runs on a data directory, as it announced itself. Read it as a hint: the lock decides. */
export interface Instance {
  readonly pid: number;
  readonly url: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
}

export interface OpenDataDirectoryOptions {
  readonly clock?: Clock;
  readonly random?: Random;
}

const TOKEN_BYTES = 24;
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
/** `autoweave doctor` holds the lock for a moment to see whether it is free; nobody should fail for that. */
const LOCK_WAIT_MS = 250;
/** A connection that nothing refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<object>();

/** @throws AW_DATA_UNWRITABLE, AW_DATA_IN_USE */
export async function openDataDirectory(
  directory: string,
  { clock = systemClock, random = systemRandom }: OpenDataDirectoryOptions = {},
): Promise<DataDirectory> {
  const path = await prepare(directory);
  const files = filesOf(path);
  const unlock = await lock(path, LOCK_WAIT_MS);
  return {
    path,
    tokenFile: files.token,
    async announce(url) {
      const instance: Instance = { pid: process.pid, url, startedAt: new Date(clock.now()).toISOString() };
      await replaceFile(files.instance, `${JSON.stringify(instance, null, 2)}\n`);
    },
    async readOrCreateToken() {
      const kept = await readToken(path);
      if (kept !== undefined) return kept;
      const token = random.hex(TOKEN_BYTES);
      await replaceFile(files.token, `${token}\n`);
      return token;
    },
    async [Symbol.asyncDispose]() {
      await rm(files.instance, { force: true });
      unlock();
    },
  };
}

/** Who announced itself last and did not stop in order since; undefined when nobody did. */
export async function readInstance(directory: string): Promise<Instance | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(filesOf(directory).instance, 'utf8'));
    return isInstance(value) ? value : undefined;
  } catch {
    // Absent, half written by a killed process, or not ours to read: in each case nobody is known.
    return undefined;
  }
}

/** The token in a data directory; undefined when there is none that we may read. */
export async function readToken(directory: string): Promise<string | undefined> {
  const text = await readFile(filesOf(directory).token, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

/**
 * Whether a running AutoWeave holds the directory, found out by taking its lock for a moment; false also when there
 * is no such directory.
 */
export async function isDataDirectoryInUse(directory: string): Promise<boolean> {
  try {
    const release = await lock(directory, 0);
    release();
    return false;
  } catch (error) {
    return error instanceof AutoWeaveError && error.code === 'AW_DATA_IN_USE';
  }
}

function filesOf(directory: string) {
  return {
    lock: join(directory, 'lock'),
    instance: join(directory, 'instance.json'),
    token: join(directory, 'token'),
  };
}

/**
 * Level by level: Node's recursive form never ends below `/proc`. What is there already keeps its mode, for it may be
 * somebody else's, such as `/tmp`; the secrets in it have a mode of their own.
 */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

async function prepare(directory: string): Promise<string> {
  try {
    await makeDirectory(directory);
    const path = await realpath(directory);
    const probe = join(path, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe, { force: true });
    return path;
  } catch (error) {
    throw unwritable(directory, error);
  }
}

/**
 * A lock of the operating system: it ends with the process, however that ends. SQLite is the one library within Node
 * that takes such locks; the file holds nothing.
 *
 * @returns what gives it back
 */
async function lock(directory: string, waitMs: number): Promise<() => void> {
  // Loaded when needed: `autoweave --help` has no use for it.
  const { DatabaseSync } = await import('node:sqlite');
  const file = filesOf(directory).lock;
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(file, { timeout: waitMs });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    await chmod(file, 0o600);
  } catch (error) {
    database?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)
      throw await inUse(directory, error);
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL) throw full(directory, error);
    throw unwritable(directory, error);
  }
  const locked = database;
  held.add(locked);
  return () => {
    held.delete(locked);
    locked.close();
  };
}

function full(directory: string, cause: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_DISK_FULL', `No space is left on the disk of "${directory}"`, {
    hint: 'free space on it, or set AUTOWEAVE_DATA to a folder on another disk',
    cause,
  });
}

async function inUse(directory: string, cause: unknown): Promise<AutoWeaveError> {
  const instance = await readInstance(directory);
  const by = instance === undefined ? 'another AutoWeave' : `process ${instance.pid} at ${instance.url}`;
  return new AutoWeaveError('AW_DATA_IN_USE', `Data directory "${directory}" is in use by ${by}`, {
    hint: 'use that one, stop it first, or set AUTOWEAVE_DATA to another folder',
    cause,
  });
}

async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  try {
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw unwritable(file, error);
  }
}

function isInstance(value: unknown): value is Instance {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, url, startedAt } = value as Record<string, unknown>;
  return Number.isInteger(pid) && typeof url === 'string' && typeof startedAt === 'string';
}

function unwritable(path: string, cause: unknown): AutoWeaveError {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') {
    return new AutoWeaveError('AW_DISK_FULL', `Cannot write to "${path}": the disk is full`, {
      hint: 'free space on that disk, then start again',
      cause,
    });
  }
  return new AutoWeaveError('AW_DATA_UNWRITABLE', `Cannot write to "${path}": ${why}`, {
    hint: 'give yourself the right to write there, or set AUTOWEAVE_DATA to another folder',
    cause,
  });
}
