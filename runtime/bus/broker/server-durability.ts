import {
  openSystemAccount,
  type SystemAccount,
  type SystemAccountOptions,
  type SystemAnswer,
} from './system-account.ts';

/**
 * What the broker's acknowledgement is worth. `FSYNC`: the message is on disk. `INTERVAL`: it will be within
 * `syncIntervalMs`. `UNKNOWN`: memory only, or a server that would not say.
 */
export interface ServerDurability {
  readonly level: 'FSYNC' | 'INTERVAL' | 'UNKNOWN';
  /** Null when every message is synced, or when it is not known. */
  readonly syncIntervalMs: number | null;
  readonly replicas: number;
  /** The same in a sentence. */
  readonly detail: string;
}

/** How one server syncs, as it says itself. */
export interface ServerSync {
  readonly server: string;
  readonly isSyncedAlways: boolean;
  readonly syncIntervalMs: number;
}

/** What was read of the servers: how each of those that answered syncs, and how many there are to answer. */
export interface SyncReading {
  readonly servers: readonly ServerSync[];
  readonly expected: number;
}

/** The settings of the streams that matter here; the weakest stream counts. */
export interface StreamDurability {
  readonly replicas: number;
  readonly storage: 'file' | 'memory';
}

const NANOSECONDS_PER_MS = 1e6;
const SINGLE_FILE_STREAM: StreamDurability = { replicas: 1, storage: 'file' };

/**
 * Reads from the servers, through their system account, what they do. Never rejects: a server that cannot be asked
 * makes the answer `UNKNOWN`, with the reason.
 *
 * @param access an open system account, what is needed to open one, or nothing when there is none
 */
export async function readServerDurability(
  access: SystemAccount | SystemAccountOptions | undefined,
  streams: readonly StreamDurability[] = [SINGLE_FILE_STREAM],
): Promise<ServerDurability> {
  if (access === undefined) return judgeDurability('no system user is configured', streams);
  if ('ping' in access) return judgeDurability(await readSync(access), streams);
  let account: SystemAccount;
  try {
    account = await openSystemAccount(access);
  } catch (error) {
    return judgeDurability(`the system user cannot log in (${(error as Error).message})`, streams);
  }
  try {
    return judgeDurability(await readSync(account), streams);
  } finally {
    await account[Symbol.asyncDispose]();
  }
}

/** The judgement alone. A text in place of a reading says why there is none. */
export function judgeDurability(
  reading: SyncReading | string,
  streams: readonly StreamDurability[] = [SINGLE_FILE_STREAM],
): ServerDurability {
  const replicas = streams.length === 0 ? 1 : Math.min(...streams.map((stream) => stream.replicas));
  const copies = replicas > 1 ? `, on ${replicas} servers` : '';
  const unknown = (why: string): ServerDurability => ({
    level: 'UNKNOWN',
    syncIntervalMs: null,
    replicas,
    detail: `Nothing is called durable here: ${why}`,
  });

  if (typeof reading === 'string') return unknown(reading);
  if (streams.length === 0) return unknown('there is no stream');
  if (streams.some((stream) => stream.storage === 'memory')) return unknown('a stream is kept in memory');
  if (reading.servers.length === 0) return unknown('no server says how it syncs');
  if (reading.servers.length < reading.expected) {
    return unknown(`${reading.servers.length} of ${reading.expected} servers say how they sync`);
  }
  const lazy = reading.servers.filter((server) => !server.isSyncedAlways);
  if (lazy.length === 0) {
    const detail = `Every acknowledged message is on disk, by fsync, before its acknowledgement${copies}`;
    return { level: 'FSYNC', syncIntervalMs: null, replicas, detail };
  }
  const syncIntervalMs = Math.max(...lazy.map((server) => server.syncIntervalMs));
  if (!(syncIntervalMs > 0)) return unknown(`"${lazy[0]!.server}" does not say how often it syncs`);
  const detail = `Acknowledged messages reach the disk within ${syncIntervalMs / 1000} s${copies}: a power cut may lose that much, a killed process nothing`;
  return { level: 'INTERVAL', syncIntervalMs, replicas, detail };
}

async function readSync(account: SystemAccount): Promise<SyncReading> {
  const answers = await account.ping('JSZ');
  const readings = answers.map(parseJsz).filter((reading) => reading !== undefined);
  return {
    servers: readings.flatMap(({ sync }) => sync ?? []),
    expected: Math.max(0, ...readings.map(({ clusterSize }) => clusterSize)),
  };
}

/** A server without JetStream keeps nothing, and so has no say. */
function parseJsz(answer: SystemAnswer): { sync: ServerSync | undefined; clusterSize: number } | undefined {
  const data = objectAt(answer, 'data');
  if (data === undefined || data['disabled'] === true) return undefined;
  const clusterSize = Number(objectAt(data, 'meta_cluster')?.['cluster_size'] ?? 1);
  const config = objectAt(data, 'config');
  if (config === undefined) return { sync: undefined, clusterSize };
  const isSyncedAlways = config['sync_always'] === true;
  const interval = config['sync_interval'];
  const sync = {
    server: String(objectAt(answer, 'server')?.['name'] ?? 'a server'),
    isSyncedAlways,
    syncIntervalMs: typeof interval === 'number' ? interval / NANOSECONDS_PER_MS : Number.NaN,
  };
  return { sync, clusterSize };
}

function objectAt(value: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> | undefined {
  const found = value[name];
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined;
}
