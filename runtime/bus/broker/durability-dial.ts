/**
 * What a deployment asks for. `fsync`: an acknowledged message is on the disk. `interval`: it is there a second later
 * at most. `quorum`: it is on most of three servers, each with or without fsync.
 */
export const DURABILITY_DIAL = ['fsync', 'interval', 'quorum'] as const;
export type DurabilityWish = (typeof DURABILITY_DIAL)[number];

/** What nats-server takes for `sync_interval`. Not `2m`: a number with an `m` is that many millions to it. */
export type SyncInterval = 'always' | '1s';

export const QUORUM_REPLICAS = 3;
/** What Redis calls everysec. */
export const INTERVAL_MS = 1_000;

/** What the embedded server is told; one that is not ours is told nothing. */
export function syncIntervalOf(wish: DurabilityWish): SyncInterval {
  return wish === 'interval' ? '1s' : 'always';
}

/** Copies of each stream. */
export function replicasOf(wish: DurabilityWish): number {
  return wish === 'quorum' ? QUORUM_REPLICAS : 1;
}
