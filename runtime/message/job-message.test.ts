import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkJobId,
  checkQueueName,
  classOf,
  encodeSingle,
  frontOf,
  isJobEntry,
  lowestPriority,
  MAX_PRIORITY,
  packedId,
  packHome,
  packSubject,
  parseJobSubject,
  parsePackedId,
  parsePackHome,
  singleSubject,
} from './job-message.ts';

describe('classes', () => {
  const table: readonly (readonly [priority: number, jobClass: string, lowest: number])[] = [
    [0, 'r0', 0],
    [1, 'r1', 1],
    [9, 'r9', 9],
    [10, 'r10', 10],
    [99, 'r10', 10],
    [100, 'r11', 100],
    [999, 'r11', 100],
    [1_000, 'r12', 1_000],
    [9_999, 'r12', 1_000],
    [10_000, 'r13', 10_000],
    [100_000, 'r14', 100_000],
    [999_999, 'r14', 100_000],
    [1_000_000, 'r15', 1_000_000],
    [MAX_PRIORITY, 'r15', 1_000_000],
  ];
  for (const [priority, jobClass, lowest] of table) {
    test(`priority ${priority} is ${jobClass}`, () => {
      assert.equal(classOf(priority), jobClass);
      assert.equal(lowestPriority(classOf(priority)), lowest);
      assert.equal(lowestPriority(frontOf(classOf(priority))), lowest);
    });
  }

  test('each has one front, and a front is its own', () => {
    assert.deepEqual([frontOf('r0'), frontOf('f'), frontOf('l'), frontOf('d')], ['f', 'f', 'f', 'f']);
    assert.deepEqual([frontOf('r7'), frontOf('f7'), frontOf('r15')], ['f7', 'f7', 'f15']);
  });
});

describe('subjects', () => {
  test('are read as they were written', () => {
    for (const id of ['a', 'order 7/ä', '3f2k~7', 'x'.repeat(200), '…']) {
      const subject = singleSubject('t', 'q', 'r3', id);
      assert.equal(subject.split('.').length, 7);
      assert.deepEqual(parseJobSubject(subject), { tenant: 't', queue: 'q', jobClass: 'r3', id });
    }
    assert.deepEqual(parseJobSubject(packSubject('t', 'q', 'f', 64)), {
      tenant: 't',
      queue: 'q',
      jobClass: 'f',
      size: 64,
    });
  });

  test('of others are none', () => {
    for (const subject of [
      '',
      'aw.t.evt.a.b.c',
      'aw.t.job.q.r0.x.1',
      'aw.t.job.q.r0.s',
      'aw.t.job.q.r0.s.a.b',
      'aw.t.job.q.r0.s.=zz',
    ]) {
      assert.equal(parseJobSubject(subject), undefined, subject);
    }
  });
});

describe('ids', () => {
  test('of jobs in a pack say where they stand', () => {
    for (const [sequence, place] of [
      [1, 0],
      [35, 63],
      [2 ** 40, 255],
    ] as const) {
      assert.deepEqual(parsePackedId(packedId(sequence, place)), { sequence, place });
      assert.equal(parsePackHome(packHome(sequence)), sequence);
    }
    for (const id of ['a', '~', 'a~', '~a', 'A~1', 'a~b~c', '']) assert.equal(parsePackedId(id), undefined, id);
  });

  test('by callers have not the forms of those that are given', () => {
    for (const id of ['', '3f~0', '~3f', 'x'.repeat(201), '…'.repeat(180), '\ud800', 5, undefined, null, {}]) {
      assert.throws(() => checkJobId(id as string), { code: 'AW_JOB_OPTIONS_INVALID' });
    }
    for (const id of ['a', 'A~1', '7', 'order 7/ä', 'x'.repeat(200)]) checkJobId(id);
  });

  test('of queues are names', () => {
    for (const name of ['mail', 'a-b_c9']) checkQueueName('t', name);
    for (const name of ['', 'A', 'a.b', '*', '9'])
      assert.throws(() => checkQueueName('t', name), { code: 'AW_NAME_INVALID' });
    assert.throws(() => checkQueueName('T', 'mail'), { code: 'AW_NAME_INVALID' });
  });
});

describe('encodeSingle', () => {
  const job = { tenant: 't', queue: 'q', id: 'a', type: 'x.y', data: { n: 1 }, addedAt: 5 };

  test('leaves out what has its usual value', () => {
    assert.deepEqual(encodeSingle(job), { subject: 'aw.t.job.q.r0.s.a', body: '[{"t":"x.y","d":{"n":1},"i":"a"}]' });
  });

  test('waits apart when it is delayed, and says where it goes then', () => {
    const { subject, deliver, body } = encodeSingle({ ...job, at: 9, options: { pr: 12 } });
    assert.deepEqual([subject, deliver], ['aw.t.job.q.d.s.a', { at: 9, to: 'aw.t.job.q.r10.s.a' }]);
    assert.equal(JSON.parse(body)[0].a, 5);
  });

  test('leaves out a trace context that is none', () => {
    const good = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    assert.equal(JSON.parse(encodeSingle({ ...job, traceparent: good }).body)[0].p, good);
    for (const traceparent of ['"}', '', 'x', `${good}0`]) {
      assert.equal('p' in JSON.parse(encodeSingle({ ...job, traceparent }).body)[0], false);
    }
  });
});

describe('isJobEntry', () => {
  const ofTurn = (sch: object) => ({ t: 'x', o: { sch } });
  const good: readonly object[] = [
    { t: 'x' },
    { t: 'x', d: null, i: 'a', a: 1, n: 0, s: 2, u: '', c: 'r0', e: [{ code: 'X' }] },
    { t: 'x', o: { a: 1, b: ['fixed', 0, 0.5], to: 1, tt: 2, pr: 3, l: true, k: 'k', sch: { id: 'a', turn: 1 } } },
    { t: 'x', o: { b: ['custom', 'mine'] } },
    { t: 'x', o: { sch: { id: '', turn: 0 }, nt: { a: 'actor', k: '', r: 'r'.repeat(200) } } },
    { t: 'x', o: { nt: { a: 'actor', k: '', r: 'r', o: ['failed'] } } },
  ];
  const bad: readonly unknown[] = [
    null,
    5,
    'x',
    [],
    {},
    { t: 5 },
    { t: 'x', p: '"' },
    { t: 'x', n: '1' },
    { t: 'x', n: -1 },
    { t: 'x', s: 0.5 },
    { t: 'x', a: 'now' },
    { t: 'x', e: {} },
    { t: 'x', e: [null] },
    { t: 'x', o: null },
    { t: 'x', o: { a: '1' } },
    { t: 'x', o: { b: 'fixed' } },
    { t: 'x', o: { b: ['fixed', 'soon'] } },
    { t: 'x', o: { b: ['linear', 1] } },
    { t: 'x', o: { b: ['custom', 1] } },
    { t: 'x', o: { pr: MAX_PRIORITY + 1 } },
    ...[{}, { id: 'a' }, { id: 'a', turn: 'y' }, { id: 'a', turn: -1 }, { id: 'a', turn: 1e15 }].map(ofTurn),
    ...[{ turn: 1 }, { id: '\ud800', turn: 1 }, { id: 'a'.repeat(600), turn: 1 }].map(ofTurn),
    ...['', 'r'.repeat(201), 5].map((r) => ({ t: 'x', o: { nt: { a: 'actor', k: 'k', r } } })),
    { t: 'x', o: { nt: { a: 'actor', k: 'k', r: 'r', o: 'failed' } } },
  ];
  for (const entry of good) test(`takes ${JSON.stringify(entry)}`, () => assert.equal(isJobEntry(entry), true));
  for (const entry of bad) test(`refuses ${JSON.stringify(entry)}`, () => assert.equal(isJobEntry(entry), false));
});
