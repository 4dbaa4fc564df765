import { encodeKey } from './key.ts';
import type { Address } from './subjects.ts';

/**
 * The partition that the server's subject transform puts a key into: FNV-1a of 32 bits over the tokens of tenant,
 * actor and key, one after the other (nats-server's `partition(n, 1, 2, 3)`).
 */
export function partitionOf({ tenant, actor, key }: Address, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${tenant}${actor}${encodeKey(key)}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return (hash >>> 0) % partitions;
}
