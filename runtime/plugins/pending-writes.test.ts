import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createVirtualClock } from '../../test/harness/virtual-clock.ts';
import { createPendingWrites } from './pending-writes.ts';
import type { PluginValue } from './plugin-record.ts';

function open() {
  const states = new Map<string, PluginValue>();
  const clock = createVirtualClock();
  const writes = createPendingWrites(async (key) => states.get(key), clock);
  return { states, clock, writes };
}

/** What it gives once so much time has passed, or `waits`. */
async function within(byMs: number, { clock }: ReturnType<typeof open>, reading: Promise<string | undefined>) {
  let answer: string | undefined | symbol = WAITS;
  void reading.then((value) => (answer = value));
  await clock.advance(byMs);
  return answer;
}

const WAITS = Symbol('waits');

describe('pending writes', () => {
  test('let a read through at once where nothing is on its way', async () => {
    const world = open();
    world.states.set('a', { value: 'kept', write: 'w0' });
    assert.equal(await within(0, world, world.writes.read('a')), 'kept');
    assert.equal(await within(0, world, world.writes.read('b')), undefined);
    world.writes.note('other', 'w1');
    assert.equal(await within(0, world, world.writes.read('a')), 'kept');
    assert.equal(world.clock.waiting, 0);
  });

  test('hold a read back until what was written before is there, the newest of it', async () => {
    const world = open();
    world.states.set('a', { value: 'old', write: 'w0' });
    world.writes.note('a', 'w1');
    world.writes.note('a', 'w2');
    const reading = world.writes.read('a');
    assert.equal(await within(100, world, reading), WAITS);
    world.states.set('a', { value: 'first', write: 'w1' });
    assert.equal(await within(100, world, reading), WAITS);
    world.states.set('a', { value: 'second', write: 'w2' });
    assert.equal(await within(10, world, reading), 'second');
    // By then it is known: what others write afterwards is read as it is.
    world.states.set('a', { value: 'third', write: 'by another' });
    assert.equal(await within(0, world, world.writes.read('a')), 'third');
  });

  test('give nothing for a key that was deleted', async () => {
    const world = open();
    world.writes.note('a', 'w1');
    const reading = world.writes.read('a');
    world.states.set('a', { value: null, write: 'w1' });
    assert.equal(await within(10, world, reading), undefined);
  });

  test('give up a write that does not come, for all who wait and for those after them', async () => {
    const world = open();
    world.states.set('a', { value: 'old', write: 'w0' });
    world.writes.note('a', 'w1');
    const readings = [world.writes.read('a'), world.writes.read('a')];
    assert.deepEqual(await Promise.all(readings.map((reading) => within(5_000, world, reading))), ['old', 'old']);
    assert.equal(await within(0, world, world.writes.read('a')), 'old');
  });

  test('forget the oldest of very many keys', async () => {
    const world = open();
    for (let index = 0; index <= 10_000; index++) world.writes.note(`k${index}`, 'w1');
    assert.equal(await within(0, world, world.writes.read('k0')), undefined);
    assert.equal(await within(0, world, world.writes.read('k1')), WAITS);
  });
});
