import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Stored } from '../bus/bus.ts';
import { STREAMS } from '../bus/streams.ts';
import { createSeededRandom } from '../clock/seeded-random.ts';
import { createStreamContent } from './stream-content.ts';
import { compileFilter, isLiteral } from './subject-filter.ts';
import { compileTransform } from './subject-transform.ts';

const EVENTS = STREAMS.find(({ name }) => name === 'EVENTS')!;
const MAILBOX = STREAMS.find(({ name }) => name === 'MAILBOX')!;

describe('stream content', () => {
  test('answers from its indexes what a scan of all messages would', () => {
    const random = createSeededRandom('content');
    const content = createStreamContent(EVENTS, 'i');
    let all: Stored[] = [];
    const filters = ['>', 'aw.*.evt.a.>', 'aw.t1.evt.*.*.k3', 'aw.t0.evt.a.b.k1', 'aw.t9.evt.a.b.k1'];
    for (let step = 0; step < 3_000; step++) {
      const filter = random.pick(filters);
      const matches = compileFilter(filter);
      const from = random.integer(step + 2);
      if (random.chance(0.6)) {
        const subject = `aw.t${random.integer(2)}.evt.${random.pick(['a', 'c'])}.b.k${random.integer(5)}`;
        all.push(content.append({ subject, headers: {}, body: new Uint8Array(), storedAt: 0 }));
      } else if (random.chance(0.02)) {
        content.trim(filter, Math.min(from, content.status.lastSequence));
        all = all.filter(({ subject, sequence }) => !matches(subject) || sequence > from);
      } else if (random.chance(0.2) && all.length > 0) {
        const { sequence } = random.pick(all);
        content.remove(sequence);
        all = all.filter((each) => each.sequence !== sequence);
      }
      const after = all.filter(({ subject }) => matches(subject));
      const wanted = after.filter(({ sequence }) => sequence >= from);
      assert.deepEqual(content.page(filter, from, 10), wanted.slice(0, 10));
      assert.equal(content.count(filter, from), wanted.length);
      assert.equal(content.last(filter), after.at(-1));
      assert.equal(content.status.messages, all.length);
      assert.equal(
        content.at(from),
        all.find(({ sequence }) => sequence === from),
      );
    }
  });

  test('pages and last messages cost the same however long the stream is', () => {
    const content = createStreamContent(EVENTS, 'i');
    const add = (subject: string) => content.append({ subject, headers: {}, body: new Uint8Array(), storedAt: 0 });
    const timeOf = (): number => {
      const start = performance.now();
      for (let count = 0; count < 2_000; count++) {
        content.page('aw.t.evt.rare.>', content.status.lastSequence - 500, 10);
        content.last('aw.t.evt.rare.b.k');
      }
      return performance.now() - start;
    };
    add('aw.t.evt.rare.b.k');
    for (let count = 0; count < 1_000; count++) add(`aw.t.evt.a.b.k${count % 100}`);
    timeOf();
    const short = timeOf();
    for (let count = 0; count < 100_000; count++) add(`aw.t.evt.a.b.k${count % 100}`);
    const long = timeOf();
    // A scan would take a hundred times as long.
    assert.ok(long < 20 * short + 20, `${short} ms, then ${long} ms`);
  });
});

describe('subjects', () => {
  const table: ReadonlyArray<readonly [filter: string, subject: string, matches: boolean]> = [
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a', false],
    ['a.*', 'a.b.c', false],
    ['*.b', 'ab.b', true],
    ['*.b', 'ab.bc', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['>', 'a', true],
    ['a.*.c.>', 'a.b.c.d', true],
    ['a.*.c.>', 'a.b.cc.d', false],
    ['ab.*', 'a.b', false],
  ];
  for (const [filter, subject, matches] of table) {
    test(`"${filter}" ${matches ? 'matches' : 'does not match'} "${subject}"`, () => {
      assert.equal(compileFilter(filter)(subject), matches);
    });
  }

  test('a token that holds a star is no wildcard', () => {
    assert.ok(isLiteral('a.b*.c'));
    assert.ok(!isLiteral('a.*'));
    assert.ok(!isLiteral('a.>'));
  });

  test('commands get the partition that nats-server gives them', () => {
    const transform = compileTransform(MAILBOX.subjectTransform!);
    const given = { k: 55, k2: 31, k3: 12, k4: 57, sk: 44 };
    for (const [key, partition] of Object.entries(given)) {
      assert.equal(transform(`aw.t.cmd.a.${key}`), `aw.t.cmd.${partition}.a.${key}`);
    }
    assert.equal(transform('aw.t.parked.1.a.k'), 'aw.t.parked.1.a.k');
  });
});
