import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { connectTestBus, startTestActors, TENANT } from '../../test/harness/actor-world.ts';
import { listActor, openListWorld, type Place } from '../../test/harness/list-world.ts';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import type { Bus, Stored } from '../bus/bus.ts';
import { systemClock } from '../clock/system-clock.ts';
import { createLoad } from './load.ts';
import { openMailbox } from './mailbox.ts';
import type { Partition } from './partition.ts';

/** What an operator meets at a key that is busy, stuck or full, on a real server. */

const world = await openListWorld();
const { bus, actors, works, fresh, send, seenBy, copiesOf, untilParked, untilSeen, untilQueued } = world;
const list = (name: string) => listActor(name, undefined, works);
const TIMEOUT = { timeoutMs: 60_000 };
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

after(() => world[Symbol.asyncDispose]());

describe('operating keys', { concurrency: true }, () => {
  test('a bunch is committed soon, and pause takes effect after the message at work', async () => {
    const address = fresh();
    const numbers = upTo(200);
    const handled: number[] = [];
    /** How many were handled by the time of each commit. */
    const committed: number[] = [];
    const commit = bus.commit;
    bus.commit = (stream, messages) => {
      const isOurs = stream === 'STATE' && messages.some(({ subject }) => subject.endsWith(`.${address.key}`));
      if (isOurs) committed.push(handled.length);
      return commit.call(bus, stream, messages);
    };
    const [all, ordered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let delayMs = 20;
    works.set(address.key, async (number) => {
      if (number === 0) await all.promise;
      if (delayMs > 0) await systemClock.sleep(delayMs);
      handled.push(number);
      if (number === 150) ordered.resolve(actors.control.pause(address));
    });
    await Promise.all(numbers.map((number) => send(address, number)));
    await untilQueued(address, 200);
    all.resolve();
    await untilSeen(address, 2);
    bus.commit = commit;
    // The first ran alone, until the others were there; more than three take longer than a bunch may.
    assert.ok(committed[0] === 1 && committed[1]! <= 5, `commits after ${committed} messages`);

    const before = handled.length;
    await actors.control.pause(address);
    const seen = await seenBy(address);
    assert.deepEqual(seen, handled);
    assert.ok(seen.length <= before + 1, `${seen.length - before} messages after the order`);
    await untilParked(address, 200 - seen.length);
    assert.equal((await actors.control.look(address)).status, 'PAUSED');
    assert.deepEqual(handled, seen);

    // Quick ones: all that are read together would fit into one bunch.
    delayMs = 0;
    await actors.control.resume(address);
    await ordered.promise;
    assert.deepEqual(handled, upTo(151));
    await actors.control.resume(address);
    await untilSeen(address, 200);
    assert.deepEqual(await seenBy(address), numbers);
    assert.deepEqual(handled, numbers);
  });

  for (const [actor, tries] of [
    ['thrice', [1, 2, 3]],
    ['once', [1]],
  ] as const) {
    test(`a message that fails behind good ones is tried as often as it may be: ${tries.length}`, async () => {
      const address = fresh(actor);
      const attempts: number[] = [];
      const all = Promise.withResolvers<void>();
      works.set(address.key, async (number, attempt) => {
        if (number === 0) await all.promise;
        if (number !== 3) return;
        attempts.push(attempt);
        throw new Error('no');
      });
      await Promise.all(upTo(6).map((number) => send(address, number)));
      await untilQueued(address, 6);
      all.resolve();
      await untilSeen(address, 5);
      assert.deepEqual(attempts, tries);
      assert.deepEqual(await seenBy(address), [0, 1, 2, 4, 5]);
      const dead = () => bus.count('DEAD', `aw.${TENANT}.dead.${actor}.${address.key}`, 1);
      await until(async () => (await dead()) === 1, 'its dead letter');
    });
  }

  test('a message whose headers leave no room for another one is parked without those of strangers', async () => {
    const [address, witness] = [fresh(), fresh()];
    for (const place of [address, witness]) await actors.control.pause(place);
    // More than one batch of copies: the first is stored, and the second holds the one that is refused.
    const filler = 'x'.repeat(bus.maxEntryBytes / 4.5);
    for (const number of upTo(5)) await send(address, number, { filler });
    await storeLargest(address, 5);
    await untilParked(address, 6);
    await send(address, 6);
    await untilParked(address, 7);
    // Each time this one is parked, the other was looked at, too.
    for (const number of [1, 2, 3]) {
      await send(witness, number);
      await untilParked(witness, number);
    }
    assert.equal((await copiesOf(address)).length, 7);
    assert.equal((await actors.control.look(address)).depth, 7);
    await actors.control.resume(address);
    await untilSeen(address, 7);
    assert.deepEqual(await seenBy(address), upTo(7));
  });

  test('a state that no command could be committed with is not imported, and the key is as it was', async () => {
    const [address, empty] = [fresh(), fresh()];
    await actors.call(address, 'list.add', { number: 1 }, TIMEOUT);
    const { exportedAt: _then, ...exported } = await actors.control.exportKey(address);
    const seen = Array.from({ length: bus.maxEntryBytes / 4 }, () => 1);
    const large = { ...exported, exportedAt: '', state: { seen } };
    const tooLarge = { code: 'AW_STATE_TOO_LARGE' };
    await assert.rejects(actors.control.importKey(address, large, { replace: true }), tooLarge);
    await assert.rejects(actors.control.importKey(empty, large, { replace: false }), tooLarge);
    const { exportedAt: _now, ...present } = await actors.control.exportKey(address);
    assert.deepEqual(present, exported);
    assert.deepEqual(await actors.call(address, 'list.add', { number: 2 }, TIMEOUT), [1, 2]);
    assert.deepEqual(await actors.call(empty, 'list.add', { number: 3 }, TIMEOUT), [3]);
  });

  test('what was handled is not counted among what waits, whether it was parked before or at work', async () => {
    const address = fresh();
    await actors.control.pause(address);
    await send(address, 0);
    await untilParked(address, 1);
    await untilQueued(address, 1);
    await actors.control.resume(address);
    await untilSeen(address, 1);
    await untilQueued(address, 0);

    const end = Promise.withResolvers<void>();
    works.set(address.key, () => end.promise);
    await send(address, 1);
    await untilParked(address, 1);
    const paused = actors.control.pause(address);
    end.resolve();
    await paused;
    assert.deepEqual(await seenBy(address), [0, 1]);
    const { status, depth } = await actors.control.look(address);
    assert.deepEqual({ status, depth }, { status: 'PAUSED', depth: 0 });
    assert.equal((await copiesOf(address)).length, 0);
  });

  test('an order to a key of another process whose handler runs long says that it may yet take place', async () => {
    await using other = await startTestServer();
    await using here = await connectTestBus(other.url);
    await using there = await connectTestBus(other.url);
    await using first = await startTestActors(here, [list('list')]);
    await using second = await startTestActors(there, [list('list')]);
    await until(() => first.status.partitions === 32 && second.status.partitions === 32, 'both to have their share');
    const address = await until(async () => {
      const place = fresh();
      // A partition that was just taken may not know its keys yet.
      const found = await first.control.look(place).catch(() => undefined);
      return found?.owner === second.status.member && place;
    }, 'a key of the other process');
    const end = Promise.withResolvers<void>();
    works.set(address.key, () => end.promise);
    await first.send(address, 'list.add', { number: 1 });
    await until(async () => (await first.control.look(address)).current?.type === 'list.add', 'the handler to run');
    await assert.rejects(first.control.pause(address), { code: 'AW_ORDER_UNANSWERED', hint: /look at the key/ });
    assert.equal((await first.control.look(address)).status, 'RUNNING');
    end.resolve();
    await until(async () => (await first.control.look(address)).status === 'PAUSED', 'the order to take place');
    assert.deepEqual((await first.control.exportKey(address)).state, { seen: [1] });
  });

  test('reading pauses while as many handlers as may be are at work, and goes on when there are fewer', async (context) => {
    const ending = new AbortController();
    context.after(() => ending.abort());
    const load = createLoad();
    let read = 0;
    const log: Pick<Bus, 'read'> = {
      async *read() {
        for (let sequence = 1; !ending.signal.aborted; sequence++) {
          await systemClock.turn();
          yield [{ subject: `aw.${TENANT}.cmd.1.list.k`, sequence } as Stored];
        }
      },
    };
    const partition: Partial<Partition> = {
      number: 1,
      handledUpTo: 0,
      signal: new AbortController().signal,
      advance: () => {},
      deliver() {
        read++;
        load.handlers++;
      },
    };
    load.handlers = 9_990;
    openMailbox(log as Bus, load, ending.signal).add([partition as Partition]);
    const turns = async () => {
      for (const _ of upTo(100)) await systemClock.turn();
    };
    await turns();
    assert.equal(read, 10);
    load.onLess();
    await turns();
    assert.equal(read, 10);
    load.handlers -= 3;
    load.onLess();
    await turns();
    assert.equal(read, 13);
  });
});

/** A stranger's message, as large as the stream takes it by a header that means nothing here. */
async function storeLargest({ actor, key }: Place, number: number): Promise<void> {
  const body = Buffer.from(JSON.stringify({ number, filler: 'x'.repeat(bus.maxBodyBytes - 100) }));
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': 'stranger',
    'ce-type': 'list.add',
    'ce-source': 'test',
    'ce-subject': key,
    'ce-time': new Date().toISOString(),
  };
  const subject = `aw.${TENANT}.cmd.${actor}.${key}`;
  for (let padding = 16_384; padding > 0; padding -= 8) {
    const message = { subject, headers: { ...headers, 'x-padding': 'p'.repeat(padding) }, body };
    try {
      await bus.commit('MAILBOX', [message]);
      return;
    } catch (error) {
      assert.equal((error as { code: string }).code, 'AW_MESSAGE_TOO_LARGE');
    }
  }
  assert.fail('The stream took none');
}
