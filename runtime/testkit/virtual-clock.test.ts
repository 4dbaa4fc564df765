import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSeededRandom } from '../clock/seeded-random.ts';
import { runSteps } from './drain.ts';
import { drive } from './drive.ts';
import { createEventQueue } from './event-queue.ts';
import { createVirtualClock, VIRTUAL_START } from './virtual-clock.ts';

describe('virtual clock', () => {
  test('fires timers in the order of their times, and of one time in the order they were set', async () => {
    const clock = createVirtualClock();
    const fired: string[] = [];
    for (const [name, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
    ] as const) {
      clock.schedule(delayMs, () => fired.push(`${name} ${clock.now() - VIRTUAL_START}`));
    }
    clock.schedule(15, () => fired.push('cancelled'))();
    await clock.advance(25);
    assert.deepEqual(fired, ['a 10', 'b1 20', 'b2 20']);
    assert.equal(clock.monotonic(), 25);
    assert.equal(clock.waiting, 1);
    await clock.advance(5);
    assert.equal(fired.at(-1), 'c 30');
    assert.equal(clock.nextAt, undefined);
  });

  test('sleep ends at its time or with its signal, turn after what was ready', async () => {
    const clock = createVirtualClock();
    const end = new AbortController();
    const order: string[] = [];
    clock.schedule(0, () => order.push('ready'));
    const turned = clock.turn().then(() => order.push('turn'));
    const aborted = clock.sleep(1_000, end.signal);
    const slept = clock.sleep(50);
    await drive(clock, turned);
    assert.deepEqual(order, ['ready', 'turn']);
    await drive(clock, slept);
    assert.equal(clock.monotonic(), 50);
    end.abort(new Error('enough'));
    await assert.rejects(aborted, /enough/);
    await assert.rejects(clock.sleep(1, end.signal), /enough/);
    assert.equal(clock.waiting, 0);
    await assert.rejects(drive(clock, new Promise(() => {})), /nothing is left to happen/);
  });
});

describe('runSteps', () => {
  /** The longest chain of promises and ticks that has run to its end before the next step began. */
  const longestSettled = async (run: (step: () => boolean) => Promise<void>): Promise<number> => {
    let [length, settled, longest] = [1, true, 0];
    await run(() => {
      if (!settled) return false;
      longest = length;
      length *= 4;
      settled = false;
      void (async () => {
        for (let link = 0; link < length; link++) await (link % 2 ? undefined : new Promise(process.nextTick));
        settled = true;
      })();
      return length < 100_000;
    });
    return longest;
  };

  test('lets everything settle between two steps, which awaiting some promises does not', async () => {
    assert.ok((await longestSettled(runSteps)) > 10_000);
    const byAwaiting = async (step: () => boolean) => {
      while (step()) for (let count = 0; count < 50; count++) await undefined;
    };
    assert.ok((await longestSettled(byAwaiting)) < 10_000);
  });

  test('rejects with what a step throws', async () => {
    const broken = () => {
      throw new Error('broken');
    };
    await assert.rejects(runSteps(broken), /broken/);
  });
});

describe('event queue', () => {
  test('gives what a sorted list would, whatever was cancelled', () => {
    const random = createSeededRandom('queue');
    const queue = createEventQueue();
    const expected = [];
    for (let count = 0; count < 2_000; count++) {
      const event = queue.add(random.integer(100), () => {}, String(count));
      if (random.chance(0.7)) queue.cancel(event);
      else expected.push({ at: event.at, label: event.label, order: event.order });
    }
    expected.sort((left, right) => left.at - right.at || left.order - right.order);
    assert.equal(queue.size, expected.length);
    assert.deepEqual(
      queue.list(5).map(({ label }) => label),
      expected.slice(0, 5).map(({ label }) => label),
    );
    const got = [];
    for (let event = queue.take(); event !== undefined; event = queue.take()) got.push(event.label);
    assert.deepEqual(
      got,
      expected.map(({ label }) => label),
    );
  });
});

describe('seeded random', () => {
  test('the same seed gives the same values, and forks leave one another alone', () => {
    const [a, b, c] = [createSeededRandom(1), createSeededRandom(1), createSeededRandom(2)];
    const draw = ({ hex, uuid, fraction }: typeof a) => [hex(8), uuid(), fraction()];
    const drawn = draw(a);
    b.fork('x').hex(100);
    assert.deepEqual(draw(b), drawn);
    assert.notDeepEqual(draw(c), drawn);
    assert.notEqual(createSeededRandom(1).fork('x').hex(8), createSeededRandom(1).fork('y').hex(8));
    assert.match(a.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('values are spread evenly', () => {
    const random = createSeededRandom('even');
    const counts = Array.from({ length: 10 }, () => 0);
    for (let count = 0; count < 10_000; count++) counts[random.integer(10)]!++;
    for (const count of counts) assert.ok(count > 850 && count < 1_150, String(counts));
    let hits = 0;
    for (let count = 0; count < 10_000; count++) if (random.chance(0.1)) hits++;
    assert.ok(hits > 850 && hits < 1_150, String(hits));
  });
});
