/**
 * Who should own which partition: the same answer in every process that sees the same members, shares that differ by
 * at most one, and few moves when a member comes or goes (rendezvous hashing with bounded loads).
 *
 * @param members ids, in any order
 * @returns the member of each partition, by number; empty when there are no members
 */
export function assignPartitions(members: readonly string[], partitions: number): readonly string[] {
  if (members.length === 0) return [];
  const share = Math.floor(partitions / members.length);
  /** How many members may have one more than their share. */
  let extra = partitions % members.length;
  const candidates = members.map((id) => ({ id, hash: hashOn(SEED, `${id}/`), count: 0 }));
  return Array.from({ length: partitions }, (_, partition) => {
    const chosen = heaviest(candidates, partition, share + (extra > 0 ? 1 : 0));
    if (chosen.count === share) extra--;
    chosen.count++;
    return chosen.id;
  });
}

interface Candidate {
  readonly id: string;
  /** Of its id, for the partition's number to be added to. */
  readonly hash: number;
  count: number;
}

/** Of those that own fewer than `most`, of which there is one. */
function heaviest(candidates: readonly Candidate[], partition: number, most: number): Candidate {
  const number = String(partition);
  let chosen: Candidate | undefined;
  let best = -1;
  for (const candidate of candidates) {
    if (candidate.count >= most) continue;
    const weight = mix(hashOn(candidate.hash, number));
    if (weight < best || (weight === best && chosen !== undefined && candidate.id > chosen.id)) continue;
    chosen = candidate;
    best = weight;
  }
  return chosen!;
}

const SEED = 0x811c9dc5;

/** FNV-1a, continued. */
function hashOn(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Murmur3's finaliser, so that neighbours differ. */
function mix(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
