import type { SystemAccount, SystemAnswer } from './system-account.ts';

/** How one server syncs, as it says itself. */
export interface ServerSync {
  readonly server: string;
  readonly isSyncedAlways: boolean;
  /** NaN when it does not say. */
  readonly syncIntervalMs: number;
}

/** What was read of the servers: how each of those that answered syncs, and how many there are to answer. */
export interface SyncReading {
  readonly servers: readonly ServerSync[];
  readonly expected: number;
}

const NANOSECONDS_PER_MS = 1e6;

/** @param enough how many answers need not be waited beyond; all that come when absent */
export async function readSync(account: SystemAccount, enough?: number): Promise<SyncReading> {
  const answers = await account.ping('JSZ', enough === undefined ? {} : { enough });
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
