import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { connectTestBus, startTestActors, TENANT } from '../../test/harness/actor-world.ts';
import { listActor, openListWorld, type Place } from '../../test/harness/list-world.ts';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import { systemClock } from '../clock/system-clock.ts';

/** What an operator meets at a key where two things happen at once, on a real server. */

const world = await openListWorld();
const { bus, actors, works, fresh, send, seenBy, copiesOf, untilParked, untilSeen, untilQueued } = world;
const list = (name: string) => listActor(name, undefined, works);
const TIMEOUT = { timeoutMs: 60_000 };
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

after(() => world[Symbol.asyncDispose]());

describe('edges of operating keys', { concurrency: true }, () => {
  test('an order that comes while a message fails does not give it one more attempt', async () => {
    const address = fresh('once');
    const attempts: number[] = [];
    const [all, failing, end] = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    works.set(address.key, async (number, attempt) => {
      if (number === 0) await all.promise;
      if (number !== 3) return;
      attempts.push(attempt);
      failing.resolve();
      await end.promise;
      throw new Error('no');
    });
    await Promise.all(upTo(6).map((number) => send(address, number)));
    await untilQueued(address, 6);
    all.resolve();
    await failing.promise;
    const ordered = actors.control.exportKey(address);
    end.resolve();
    await ordered;
    await untilSeen(address, 5);
    assert.deepEqual(attempts, [1]);
  });
  test('nor do the good ones before it that take longer when they run once more', async () => {
    const address = fresh('once');
    const attempts: number[] = [];
    const all = Promise.withResolvers<void>();
    let runs = 0;
    works.set(address.key, async (number, attempt) => {
      if (number === 0) await all.promise;
      if (number === 1 && ++runs === 2) await systemClock.sleep(80);
      if (number !== 3) return;
      attempts.push(attempt);
      throw new Error('no');
    });
    await Promise.all(upTo(6).map((number) => send(address, number)));
    await untilQueued(address, 6);
    all.resolve();
    await untilSeen(address, 5);
    assert.deepEqual(attempts, [1]);
  });
  test('what is too large for a copy is parked without headers of strangers, also in the midst of a batch', async () => {
    const address = fresh();
    await actors.control.pause(address);
    await send(address, 0);
    await storeLargest(address, 1);
    await send(address, 2);
    await untilParked(address, 3);
    assert.equal((await copiesOf(address)).length, 3);
  });
  test('nor is a header of ours taken for one that only looks like it', async () => {
    const [address, witness] = [fresh(), fresh()];
    for (const place of [address, witness]) await actors.control.pause(place);
    await send(address, 0);
    await storeLargest(address, 1, 'ce-padding');
    await untilParked(address, 1);
    for (const number of [1, 2, 3]) {
      await send(witness, number);
      await untilParked(witness, number);
    }
    assert.deepEqual((await copiesOf(address)).length, 2);
  });
  test('what was parked and handled is no longer counted, also where more waits behind it', async () => {
    const address = fresh();
    const end = Promise.withResolvers<void>();
    works.set(address.key, () => end.promise);
    for (const number of upTo(3)) await send(address, number);
    await untilParked(address, 3);
    const paused = actors.control.pause(address);
    end.resolve();
    await paused;
    assert.deepEqual(await seenBy(address), [0]);
    const { status, depth } = await actors.control.look(address);
    assert.deepEqual(
      { status, depth, copies: (await copiesOf(address)).length },
      { status: 'PAUSED', depth: 2, copies: 2 },
    );
  });
  test('a refusal from another process keeps its hint', async () => {
    await using other = await startTestServer();
    await using here = await connectTestBus(other.url);
    await using there = await connectTestBus(other.url);
    await using first = await startTestActors(here, [list('list')]);
    await using second = await startTestActors(there, [list('list')]);
    await until(() => first.status.partitions === 32 && second.status.partitions === 32, 'both to have their share');
    const address = await until(async () => {
      const place = fresh();
      const found = await first.control.look(place).catch(() => undefined);
      return found?.owner === second.status.member && place;
    }, 'a key of the other process');
    await first.call(address, 'list.add', { number: 1 }, TIMEOUT);
    const exported = await first.control.exportKey(address);
    await assert.rejects(first.control.importKey(address, exported, { replace: false }), {
      code: 'AW_STATE_EXISTS',
      hint: /replaced/,
    });
  });
  test('what is handled while it is copied leaves no copy behind', async () => {
    const address = fresh();
    const end = Promise.withResolvers<void>();
    works.set(address.key, () => end.promise);
    const commit = bus.commit;
    const blocked = Promise.withResolvers<void>();
    const copied = Promise.withResolvers<void>();
    const handledIt = Promise.withResolvers<void>();
    bus.commit = async (stream, messages) => {
      const isCopy = messages.some(({ subject }) => subject.includes('.parked.') && subject.endsWith(address.key));
      if (!isCopy) return await commit.call(bus, stream, messages);
      blocked.resolve();
      await handledIt.promise;
      const result = await commit.call(bus, stream, messages);
      copied.resolve();
      return result;
    };
    await send(address, 0);
    await blocked.promise;
    end.resolve();
    await untilSeen(address, 1);
    for (const _ of upTo(20)) await systemClock.turn();
    handledIt.resolve();
    await copied.promise;
    bus.commit = commit;
    await until(async () => (await copiesOf(address)).length === 0, 'the copy to go');
    assert.equal((await actors.control.look(address)).depth, 0);
  });
});

/** A stranger's message, as large as the stream takes it by a header that means nothing here. */
async function storeLargest({ actor, key }: Place, number: number, header = 'x-padding'): Promise<void> {
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
    const message = { subject, headers: { ...headers, [header]: 'p'.repeat(padding) }, body };
    try {
      await bus.commit('MAILBOX', [message]);
      return;
    } catch (error) {
      assert.equal((error as { code: string }).code, 'AW_MESSAGE_TOO_LARGE');
    }
  }
  assert.fail('The stream took none');
}
