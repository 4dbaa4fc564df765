import { type DurabilityWish, INTERVAL_MS, QUORUM_REPLICAS } from './durability-dial.ts';
import type { ServerDurability } from './server-durability.ts';

/** Whether the wish is fulfilled; null when too little could be read to say so. */
export function isWishMet(wish: DurabilityWish, found: ServerDurability): boolean | null {
  const { streams, replicas, isSynced, syncIntervalMs } = found;
  if (streams.length === 0) return null;
  if (streams.some((stream) => stream.storage === 'memory' || stream.isAsync)) return false;
  if (wish === 'quorum') return replicas >= QUORUM_REPLICAS;
  if (isSynced === null || isSynced || wish === 'fsync') return isSynced;
  return syncIntervalMs !== null && syncIntervalMs <= INTERVAL_MS;
}
