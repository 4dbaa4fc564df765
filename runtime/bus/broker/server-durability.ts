import { QUORUM_REPLICAS } from './durability-dial.ts';
import type { StreamDurability } from './stream-durability.ts';
import { readSync, type SyncReading } from './sync-reading.ts';
import { openSystemAccount, type SystemAccount, type SystemAccountOptions } from './system-account.ts';

/**
 * What the broker's acknowledgement is worth. `FSYNC`: the message is on disk. `INTERVAL`: it will be within
 * `syncIntervalMs`, which is short. `QUORUM`: most of three servers have it; `isSynced` says whether on disk. `UNKNOWN`:
 * in memory only, on one disk after a long while, or on a server that would not say.
 */
export interface ServerDurability {
  readonly level: 'FSYNC' | 'INTERVAL' | 'QUORUM' | 'UNKNOWN';
  /** Whether every server syncs before it acknowledges; null when that is not known. */
  readonly isSynced: boolean | null;
  /** Of the server that syncs least often. Null when every message is synced, or when it is not known. */
  readonly syncIntervalMs: number | null;
  /** Of the stream that has the fewest. */
  readonly replicas: number;
  /** Empty when they could not be read. */
  readonly streams: readonly StreamDurability[];
  /** The same in a sentence. */
  readonly detail: string;
}

/** Whoever calls a minute of acknowledged messages durable has not lost one yet: beyond this nothing is called so. */
const LONGEST_INTERVAL_MS = 10_000;
/** What a server would be asked to keep, where only the server is of interest. */
const FILE_STREAM: StreamDurability = { name: 'a file stream', replicas: 1, storage: 'file', isAsync: false };

/**
 * Reads from the servers, through their system account, what they do. Never rejects: a server that cannot be asked
 * makes the answer `UNKNOWN`, with the reason.
 *
 * @param access an open system account, what is needed to open one, or nothing when there is none
 * @param streams how they are kept, or why that is not known; the weakest counts
 * @param enough servers that answer, where their number is known
 */
export async function readServerDurability(
  access: SystemAccount | SystemAccountOptions | undefined,
  streams: readonly StreamDurability[] | string = [FILE_STREAM],
  enough?: number,
): Promise<ServerDurability> {
  if (access === undefined) return judgeDurability('no system user is configured', streams);
  if ('ping' in access) return judgeDurability(await readSync(access, enough), streams);
  let account: SystemAccount;
  try {
    account = await openSystemAccount(access);
  } catch (error) {
    return judgeDurability(`the system user cannot log in (${(error as Error).message})`, streams);
  }
  try {
    return judgeDurability(await readSync(account, enough), streams);
  } finally {
    await account[Symbol.asyncDispose]();
  }
}

/** The judgement alone. A text in place of a reading says why there is none. */
export function judgeDurability(
  reading: SyncReading | string,
  streams: readonly StreamDurability[] | string = [FILE_STREAM],
): ServerDurability {
  const read = typeof streams === 'string' ? [] : streams;
  const replicas = read.length === 0 ? 1 : Math.min(...read.map((stream) => stream.replicas));
  const { why, ...sync } = judgeSync(reading);
  const facts = { ...sync, replicas, streams: read };
  const unknown = (reason: string): ServerDurability => ({
    level: 'UNKNOWN',
    ...facts,
    detail: `Nothing is called durable here: ${reason}`,
  });

  if (typeof streams === 'string') return unknown(streams);
  if (streams.length === 0) return unknown('there is no stream');
  const inMemory = streams.filter(({ storage }) => storage === 'memory');
  if (inMemory.length > 0) return unknown(`${named(inMemory)} kept in memory`);
  const late = streams.filter(({ isAsync }) => isAsync);
  if (late.length > 0)
    return unknown(`${named(late)} written only after the acknowledgement, so even a kill may lose it`);

  const seconds = (sync.syncIntervalMs ?? 0) / 1000;
  if (replicas >= QUORUM_REPLICAS) {
    const detail = `Acknowledged messages are on most of ${replicas} servers, ${
      why !== undefined
        ? `whether on their disks is not known: ${why}`
        : sync.isSynced
          ? 'on their disks by fsync'
          : `on their disks within ${seconds} s: a power cut of one loses nothing while the others go on, of several it may`
    }`;
    return { level: 'QUORUM', ...facts, detail };
  }
  if (why !== undefined) return unknown(why);
  const copies = replicas > 1 ? `, on ${replicas} servers` : '';
  if (sync.isSynced) {
    const detail = `Every acknowledged message is on disk, by fsync, before its acknowledgement${copies}`;
    return { level: 'FSYNC', ...facts, detail };
  }
  if (sync.syncIntervalMs! > LONGEST_INTERVAL_MS) {
    return unknown(`acknowledged messages reach the disk up to ${seconds} s later, and a power cut may lose that much`);
  }
  const detail = `Acknowledged messages reach the disk within ${seconds} s${copies}: a power cut may lose that much, a killed process nothing`;
  return { level: 'INTERVAL', ...facts, detail };
}

/** All servers together: as the laziest of them. `why` says why that is not known. */
function judgeSync(
  reading: SyncReading | string,
): Pick<ServerDurability, 'isSynced' | 'syncIntervalMs'> & { readonly why?: string } {
  const unread = (why: string) => ({ isSynced: null, syncIntervalMs: null, why });
  if (typeof reading === 'string') return unread(reading);
  const { servers, expected } = reading;
  if (servers.length === 0) return unread('no server says how it syncs');
  if (servers.length < expected) return unread(`${servers.length} of ${expected} servers say how they sync`);
  const lazy = servers.filter(({ isSyncedAlways }) => !isSyncedAlways);
  if (lazy.length === 0) return { isSynced: true, syncIntervalMs: null };
  const silent = lazy.find(({ syncIntervalMs }) => !(syncIntervalMs > 0));
  if (silent !== undefined) return unread(`"${silent.server}" does not say how often it syncs`);
  return { isSynced: false, syncIntervalMs: Math.max(...lazy.map(({ syncIntervalMs }) => syncIntervalMs)) };
}

function named(streams: readonly StreamDurability[]): string {
  return `${streams.map(({ name }) => name).join(', ')} ${streams.length === 1 ? 'is' : 'are'}`;
}
