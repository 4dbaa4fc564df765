import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignPartitions } from './assignment.ts';

/** Processes of two versions share the partitions: the answer may never change. */
const ASSIGNED = [
  { members: ['a1f3', '77c0', 'e209'], partitions: 12, owners: '7eeaaee77a7a' },
  { members: ['a1f3'], partitions: 3, owners: 'aaa' },
  { members: [], partitions: 3, owners: '' },
];

for (const { members, partitions, owners } of ASSIGNED) {
  test(`assignPartitions gives ${partitions} partitions to ${members.length} members as it always has`, () => {
    const assigned = assignPartitions(members, partitions);
    assert.equal(assigned.map((id) => id[0]).join(''), owners);
    assert.deepEqual(assignPartitions([...members].reverse(), partitions), assigned);
  });
}

test('assignPartitions gives shares that differ by at most one, and moves few when a member comes', () => {
  const members = ['a1f3', '77c0', 'e209', '5b5b'];
  const before = assignPartitions(members, 64);
  const after = assignPartitions([...members, 'c0de'], 64);
  for (const [assigned, least, most] of [
    [before, 16, 16],
    [after, 12, 13],
  ] as const) {
    const counts = [...Map.groupBy(assigned, (id) => id).values()].map(({ length }) => length);
    assert.ok(Math.min(...counts) >= least && Math.max(...counts) <= most, counts.join(' '));
  }
  const moved = after.filter((id, partition) => id !== before[partition] && id !== 'c0de').length;
  assert.ok(moved <= 6, `${moved} partitions moved between old members`);
});
