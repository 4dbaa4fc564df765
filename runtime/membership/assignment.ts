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
  const counts = new Map<string, number>();
  return Array.from({ length: partitions }, (_, partition) => {
    const open = members.filter((member) => (counts.get(member) ?? 0) < share + (extra > 0 ? 1 : 0));
    const chosen = heaviest(open, partition);
    const count = counts.get(chosen) ?? 0;
    if (count === share) extra--;
    counts.set(chosen, count + 1);
    return chosen;
  });
}

function heaviest(members: readonly string[], partition: number): string {
  let chosen = members[0]!;
  let most = -1;
  for (const member of members) {
    const weight = weigh(member, partition);
    if (weight < most || (weight === most && member > chosen)) continue;
    chosen = member;
    most = weight;
  }
  return chosen;
}

/** FNV-1a over member and partition, mixed at the end so that neighbours differ (murmur3's finaliser). */
function weigh(member: string, partition: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${member}/${partition}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
