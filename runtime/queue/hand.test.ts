import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { JobClass } from '../message/job-message.ts';
import { createHand, type Hand } from './hand.ts';
import { type Home, toHome } from './home.ts';

let now = 0;
let hand: Hand;

beforeEach(() => {
  now = 0;
  hand = createHand(() => now);
});

function home(jobClass: JobClass, sequence: number, count: number): Home {
  const entries = Array.from({ length: count }, (_, n) => ({ t: 'test.numbered', d: { n } }));
  const made = toHome({
    consumer: 'c',
    subject: `aw.test.job.q.${jobClass}.p.${count}`,
    body: Buffer.from(JSON.stringify(entries)),
    sequence,
    storedAt: 0,
    deliveryCount: 1,
    consumerSequence: sequence,
    pending: 0,
    replyTo: '',
  });
  assert.ok(made);
  return made;
}

/** All that is in it, in order, as class, sequence and place. */
function all(): string[] {
  const found: string[] = [];
  for (let held = hand.next(); held !== undefined; held = hand.next()) {
    found.push(`${held.home.jobClass} ${held.home.delivery.sequence}.${held.place}`);
  }
  return found;
}

describe('hand', () => {
  test('gives higher classes first, fronts before their classes, in a class by place in the stream', () => {
    hand.add(home('r5', 1, 1));
    hand.add(home('r0', 9, 2));
    hand.add(home('r0', 3, 2));
    hand.add(home('f5', 20, 1));
    hand.add(home('f', 30, 1));
    hand.add(home('r10', 2, 1));
    hand.add(home('r1', 4, 1));
    assert.equal(hand.size, 9);
    assert.deepEqual(all(), [
      'f 30.0',
      'r0 3.0',
      'r0 3.1',
      'r0 9.0',
      'r0 9.1',
      'r1 4.0',
      'f5 20.0',
      'r5 1.0',
      'r10 2.0',
    ]);
    assert.equal(hand.size, 0);
  });

  test('leaves out what is settled already', () => {
    const one = home('r0', 1, 3);
    one.settled[1] = true;
    hand.add(one);
    assert.deepEqual(all(), ['r0 1.0', 'r0 1.2']);
    const none = home('r0', 2, 1);
    none.settled[0] = true;
    hand.add(none);
    assert.equal(hand.size, 0);
  });

  test('puts back at the very place', () => {
    hand.add(home('r0', 1, 2));
    const first = hand.next()!;
    hand.putBack(first);
    const last = home('r0', 2, 1);
    hand.add(last);
    assert.deepEqual(all(), ['r0 1.0', 'r0 1.1', 'r0 2.0']);
    hand.add(last);
    hand.putBack(hand.next()!);
    assert.deepEqual([hand.size, all()], [1, ['r0 2.0']]);
  });

  test('counts a class with those before it', () => {
    hand.add(home('f', 1, 1));
    hand.add(home('r0', 2, 3));
    hand.add(home('r2', 3, 5));
    assert.deepEqual(
      (['f', 'r0', 'r1', 'r2', 'r15'] as const).map((jobClass) => hand.countUpTo(jobClass)),
      [1, 4, 4, 9, 9],
    );
  });

  test('gives up what is older, and keeps the rest', () => {
    hand.add(home('r0', 1, 2));
    now = 10;
    hand.add(home('r0', 2, 2));
    hand.next();
    const [old, ...others] = hand.takeOlder(10);
    assert.deepEqual([old?.home.delivery.sequence, old?.places, others], [1, [1], []]);
    assert.deepEqual([hand.size, all()], [2, ['r0 2.0', 'r0 2.1']]);
  });

  test('drops a job, or all of a home', () => {
    const [one, two] = [home('r0', 1, 3), home('r0', 2, 2)];
    hand.add(one);
    hand.add(two);
    hand.drop(one, 1);
    assert.equal(hand.size, 4);
    hand.drop(two);
    hand.drop(two);
    assert.deepEqual([hand.size, all()], [2, ['r0 1.0', 'r0 1.2']]);
  });
});
