import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSeededRandom } from '../../clock/seeded-random.ts';
import {
  decodeShares,
  divide,
  encodeShares,
  type Portion,
  planLeave,
  planShares,
  type Shares,
  type Situation,
  shareOf,
} from './shares.ts';

/** `a:3/8` is process a with a share of 3, wanting 8. */
function portions(text: string): readonly Portion[] {
  return text
    .split(' ')
    .filter((each) => each !== '')
    .map((each) => {
      const [process, share, want] = each.split(/[:/]/);
      return { process: process!, share: Number(share), want: Number(want) };
    });
}

const shares = (limit: number, text: string): Shares => ({ limit, portions: portions(text) });
const textOf = ({ limit, portions: all }: Shares) =>
  `${limit} | ${all.map(({ process, share, want }) => `${process}:${share}/${want}`).join(' ')}`;

describe('divide', () => {
  const TABLE: ReadonlyArray<readonly [claim: string, limit: number, who: string, due: readonly number[]]> = [
    ['nothing to nobody', 8, '', []],
    ['all that is wanted where there is enough', 8, 'a:0/3 b:0/2', [3, 2]],
    ['equal parts where there is not', 8, 'a:0/8 b:0/8', [4, 4]],
    ['what does not divide to the first in order', 8, 'a:0/9 b:0/9 c:0/9', [3, 3, 2]],
    ['what one does not want to the others', 8, 'a:0/1 b:0/9 c:0/9', [1, 4, 3]],
    ['nothing to whom wants nothing', 8, 'a:8/0 b:0/9', [0, 8]],
    ['one to the first when there is one', 1, 'a:0/5 b:0/5 c:0/5', [1, 0, 0]],
    ['nothing when there is nothing', 0, 'a:0/5', [0]],
  ];
  for (const [claim, limit, who, due] of TABLE) {
    test(`gives ${claim}`, () => assert.deepEqual([...divide(limit, portions(who)).values()], due));
  }
});

describe('planShares', () => {
  interface Case {
    readonly claim: string;
    readonly record: Shares;
    readonly me: Partial<Situation>;
    readonly ceiling: number;
    /** Absent: nothing to write. */
    readonly next?: string;
  }
  const TABLE: readonly Case[] = [
    {
      claim: 'takes what is free, and as much again',
      record: shares(8, ''),
      me: { want: 3 },
      ceiling: 0,
      next: '8 | a:6/3',
    },
    {
      claim: 'never takes more than the limit',
      record: shares(8, ''),
      me: { want: 30 },
      ceiling: 0,
      next: '8 | a:8/8',
    },
    { claim: 'writes nothing when it wants nothing', record: shares(8, 'b:8/8'), me: { want: 0 }, ceiling: 0 },
    {
      claim: 'tells of its want where nothing is free',
      record: shares(8, 'b:8/8'),
      me: { want: 2 },
      ceiling: 0,
      next: '8 | b:8/8 a:0/2',
    },
    { claim: 'keeps what nobody else needs', record: shares(8, 'a:8/8 b:0/0'), me: { want: 0 }, ceiling: 8 },
    {
      claim: 'gives what it does not need to whom needs it',
      record: shares(8, 'a:8/8 b:0/5'),
      me: { want: 1 },
      ceiling: 3,
      next: '8 | a:3/1 b:5/5',
    },
    {
      claim: 'gives no more than is needed',
      record: shares(8, 'a:6/8 b:1/2'),
      me: { want: 1 },
      ceiling: 6,
      next: '8 | a:6/1 b:2/2',
    },
    {
      claim: 'stops first, and writes what still runs',
      record: shares(8, 'a:8/8 b:0/8'),
      me: { want: 8, running: 7 },
      ceiling: 4,
      next: '8 | a:7/8 b:1/8',
    },
    {
      claim: 'stops and waits where all of it runs',
      record: shares(8, 'a:8/8 b:0/8'),
      me: { want: 8, running: 8 },
      ceiling: 4,
    },
    {
      claim: 'lowers itself when the limit is lowered',
      record: shares(8, 'a:4/4 b:4/4'),
      me: { limit: 4, want: 4 },
      ceiling: 2,
      next: '4 | a:2/4 b:4/4',
    },
    {
      claim: 'gives nothing away of a lowered limit that is not free yet',
      record: shares(4, 'a:3/4 b:4/4 c:0/4'),
      me: { want: 4 },
      ceiling: 2,
      next: '4 | a:2/4 b:4/4 c:0/4',
    },
    {
      claim: 'removes who is gone',
      record: shares(8, 'a:3/8 b:3/8 c:2/8'),
      me: { want: 8, gone: new Set(['b']) },
      ceiling: 3,
      next: '8 | a:4/8 c:4/8',
    },
    {
      claim: 'removes who is gone though it has nothing',
      record: shares(1, 'a:1/1 b:0/1'),
      me: { want: 1, gone: new Set(['b']) },
      ceiling: 1,
      next: '1 | a:1/1',
    },
    { claim: 'keeps the only place', record: shares(1, 'a:1/1 b:0/1'), me: { want: 1, running: 1 }, ceiling: 1 },
    {
      claim: 'hands the only place on when its turn is over',
      record: shares(1, 'a:1/1 b:0/1'),
      me: { want: 1, isYielding: true },
      ceiling: 0,
      next: '1 | b:1/1 a:0/1',
    },
    {
      claim: 'goes to the end first where the only place is taken by a job',
      record: shares(1, 'a:1/1 b:0/1'),
      me: { want: 1, running: 1, isYielding: true },
      ceiling: 0,
      next: '1 | b:0/1 a:1/1',
    },
    {
      claim: 'writes no news of a want that changes nothing',
      record: shares(8, 'a:4/8 b:4/8'),
      me: { want: 6 },
      ceiling: 4,
    },
  ];
  for (const { claim, record, me, ceiling, next } of TABLE) {
    test(`a process ${claim}`, () => {
      const plan = planShares(record, { process: 'a', running: 0, want: 0, ...me });
      assert.equal(plan.ceiling, ceiling);
      assert.equal(plan.isNeeded ? textOf(plan.next) : undefined, next);
    });
  }

  test('many processes that plan in any order keep the sum within the limit, and come to rest with their due', () => {
    const random = createSeededRandom('shares');
    for (let round = 0; round < 300; round++) {
      const limit = 1 + random.integer(20);
      const processes = ['a', 'b', 'c', 'd', 'e'].slice(0, 1 + random.integer(5));
      let record = shares(limit, '');
      for (let phase = 0; phase < 4; phase++) {
        const wants = new Map(processes.map((process) => [process, random.chance(0.3) ? 0 : random.integer(15)]));
        let quiet = 0;
        for (let step = 0; quiet < 3 * processes.length; step++) {
          assert.ok(step < 500, `no rest: ${textOf(record)}`);
          const process = processes[step % processes.length]!;
          const plan = planShares(record, { process, want: wants.get(process) ?? 0, running: 0 });
          quiet = plan.isNeeded ? 0 : quiet + 1;
          if (!plan.isNeeded) continue;
          for (const other of processes) {
            if (other !== process) assert.ok(shareOf(plan.next, other) >= shareOf(record, other), 'lowered by another');
          }
          record = plan.next;
          assert.ok(record.portions.reduce((total, { share }) => total + share, 0) <= limit, textOf(record));
          const again = planShares(record, { process, want: wants.get(process) ?? 0, running: 0 });
          assert.ok(!again.isNeeded, `${textOf(record)} again`);
        }
        const due = divide(
          limit,
          processes.map((process) => ({ process, share: 0, want: Math.min(limit, wants.get(process)!) })),
        );
        const served = processes.map((process) => Math.min(shareOf(record, process), wants.get(process)!));
        const total = (numbers: Iterable<number>) => [...numbers].reduce((one, other) => one + other, 0);
        assert.equal(total(served), total(due.values()), `${textOf(record)} for ${[...wants]}`);
      }
    }
  });
});

test('planLeave leaves the places of jobs that run, and gives on the others', () => {
  assert.equal(textOf(planLeave(shares(8, 'a:5/8 b:3/8'), 'a', 0)), '8 | b:8/8');
  assert.equal(textOf(planLeave(shares(8, 'a:5/8 b:3/8'), 'a', 2)), '8 | b:6/8 a:2/0');
  assert.equal(textOf(planLeave(shares(8, 'b:3/3'), 'a', 2)), '8 | b:3/3');
});

test('decodeShares reads what encodeShares wrote, and nothing else', () => {
  const record = shares(8, 'a:5/8 b:3/8');
  assert.deepEqual(decodeShares(encodeShares(record)), record);
  for (const text of [
    '',
    '{}',
    '{"limit":8}',
    '{"limit":"8","portions":[]}',
    '{"limit":8,"portions":[{"process":"a"}]}',
  ]) {
    assert.equal(decodeShares(new TextEncoder().encode(text)), undefined, text);
  }
});
