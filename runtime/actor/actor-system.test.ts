import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  auditor,
  type CounterState,
  connectTestBus,
  counter,
  dataOf,
  readAll,
  startTestActors,
  stateOf,
  TENANT,
} from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import type { Bus, CommitResult, Outgoing, ReadOptions, Stored, StreamName } from '../bus/bus.ts';
import { unavailable } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import { encodeHeaders, type Message } from '../message/message.ts';
import { readDeadLetter } from './dead-letter.ts';
import { defineActor } from './definition.ts';

/** In one file, though long: these share one server, and each leaves it in a state that the others must stand. */

/** Becomes what it is told to. */
const fragile = defineActor({
  name: 'fragile',
  attempts: 2,
  init(key): { handled: number; extra?: unknown } {
    if (key.startsWith('stillborn')) throw new Error('no state for this key');
    return { handled: 0 };
  },
  schemas: { 'fragile.become': { type: 'object' } },
  commands: {
    'fragile.become'(_ctx, state, { data }) {
      state.handled++;
      if (data['how'] === 'bigint') state.extra = 1n;
      if (data['how'] === 'large') state.extra = 'x'.repeat(5 * 1024 * 1024);
      return { handled: state.handled };
    },
  },
});

const TIMEOUT = { timeoutMs: 60_000 };
let server: TestServer;
let bus: Bus;
let keys = 0;

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A key that no other test uses. */
function freshCounter() {
  return { tenant: TENANT, actor: 'counter', key: `k${++keys}` };
}

function addedEvents(key: string) {
  return readAll(bus, 'EVENTS', `aw.${TENANT}.evt.counter.added.${key}`);
}

/** Waits until there are some. */
function deadLetters(key: string) {
  return until(async () => {
    const found = (await readAll(bus, 'DEAD', `aw.${TENANT}.dead.counter.${key}`)).map(readDeadLetter);
    return found.length > 0 && found;
  }, 'a dead letter');
}

/** What age and size do to the cursors of partitions that were silent for long. */
async function discardCursors(): Promise<void> {
  for (const stream of ['EVENTS', 'DEAD'] as const) {
    const { lastSequence } = await bus.streamStatus(stream);
    await bus.trim(stream, `aw._sys.cursor.${stream.toLowerCase()}.>`, lastSequence);
  }
}

/** A bus whose commits to one stream go through `change`. */
function withCommit(
  stream: StreamName,
  change: (commit: () => Promise<CommitResult>, messages: readonly Outgoing[]) => Promise<CommitResult>,
): Bus {
  return new Proxy(bus, {
    get(target, name) {
      if (name !== 'commit') return Reflect.get(target, name, target);
      return (to: StreamName, messages: readonly Outgoing[]) =>
        to === stream ? change(() => target.commit(to, messages), messages) : target.commit(to, messages);
    },
  });
}

/** A bus that a killed process would leave: from `die` on, whatever is asked of it never comes. */
function mortalParts(base: Bus): { readonly bus: Bus; readonly clock: Clock; die(): void } {
  let isDead = false;
  const never = new Promise<never>(() => {});
  const ears: Disposable[] = [];
  const bus = new Proxy(base, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name === 'read') {
        return async function* (...args: Parameters<Bus['read']>) {
          for await (const bunch of target.read(...args)) {
            if (isDead) return;
            yield bunch;
          }
        };
      }
      return (...args: unknown[]) => {
        if (isDead) return never;
        const result: unknown = member.apply(target, args);
        if (name === 'listen') ears.push(result as Disposable);
        return result;
      };
    },
  });
  const clock: Clock = {
    ...systemClock,
    schedule: (delayMs, callback) => systemClock.schedule(delayMs, () => !isDead && callback()),
  };
  return {
    bus,
    clock,
    die() {
      isDead = true;
      for (const ear of ears) ear[Symbol.dispose]();
    },
  };
}

async function* readNothing(_stream: StreamName, { signal }: ReadOptions): AsyncGenerator<readonly Stored[]> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

function rawMessage(type: string, id: string): Omit<Message, 'data'> {
  return { id, type, source: 'test', subject: 'x', time: new Date().toISOString() };
}

describe('actor system', () => {
  test('call answers, commits the state and emits the event', async () => {
    const address = freshCounter();
    await using actors = await startTestActors(bus);
    assert.deepEqual(await actors.call(address, 'counter.add', { add: 2 }, TIMEOUT), { total: 2 });
    assert.deepEqual(await actors.call(address, 'counter.add', { add: 3 }, TIMEOUT), { total: 5 });
    assert.deepEqual(await stateOf(bus, 'counter', address.key), { total: 5, added: [2, 3] });
    const events = await until(async () => {
      const found = await addedEvents(address.key);
      return found.length >= 2 && found;
    }, 'two events');
    assert.deepEqual(events.map(dataOf), [
      { total: 2, add: 2 },
      { total: 5, add: 3 },
    ]);
  });

  test('messages of one key are handled in the order they were stored in', async () => {
    const address = freshCounter();
    await using actors = await startTestActors(bus);
    const numbers = Array.from({ length: 600 }, (_, index) => index);
    for (const add of numbers) void actors.send(address, 'counter.add', { add });
    await actors.call(address, 'counter.add', { add: 600 }, TIMEOUT);
    const state = await stateOf<CounterState>(bus, 'counter', address.key);
    assert.deepEqual(state?.added, [...numbers, 600]);
  });

  test('keys of any characters are keys of their own', async () => {
    await using actors = await startTestActors(bus);
    const hostile = ['a.b', 'a b', 'a*b', 'a>b', 'ä', '💡', 'a/b', 'a=b', ' ', '\u0000', 'x'.repeat(512)];
    for (const [index, key] of hostile.entries()) {
      const address = { tenant: TENANT, actor: 'counter', key };
      assert.deepEqual(await actors.call(address, 'counter.add', { add: index }, TIMEOUT), { total: index });
    }
  });

  test('an event reaches the actors that named it, once each', async () => {
    await using actors = await startTestActors(bus, [counter, auditor]);
    const before = (await stateOf<{ heard: number }>(bus, 'auditor', 'all'))?.heard ?? 0;
    const address = freshCounter();
    for (let add = 1; add <= 20; add++) await actors.send(address, 'counter.add', { add });
    await actors.call(address, 'counter.add', { add: 21 }, TIMEOUT);
    await until(async () => (await addedEvents(address.key)).length === 21, 'all events');
    const { lastSequence } = await bus.streamStatus('EVENTS');
    await until(() => actors.status.forwardedUpTo >= lastSequence - 5 && actors.status.backlog === 0, 'forwarding');
    await until(
      async () => ((await stateOf<{ heard: number }>(bus, 'auditor', 'all'))?.heard ?? 0) >= before + 21,
      'hearing',
    );
  });

  test('a terminal error leaves the state alone, and tells the caller, or makes a dead letter where there is none', async () => {
    const address = freshCounter();
    await using actors = await startTestActors(bus);
    await actors.call(address, 'counter.add', { add: 1 }, TIMEOUT);
    await assert.rejects(actors.call(address, 'counter.add', { add: -2 }, TIMEOUT), { code: 'TEST_NEGATIVE' });
    await actors.send(address, 'counter.add', { add: -1 });
    assert.deepEqual(await actors.call(address, 'counter.add', { add: 1 }, TIMEOUT), { total: 2 });
    assert.deepEqual(await stateOf(bus, 'counter', address.key), { total: 2, added: [1, 1] });
    const [dead, ...others] = await deadLetters(address.key);
    assert.equal(others.length, 0);
    assert.equal(dead?.code, 'TEST_NEGATIVE');
    assert.equal(dead?.attempts, 1);
    assert.equal(dead?.data, '{"add":-1}');
  });

  test('a failing message is tried again alone, while other keys go on, and is buried after its last attempt', async () => {
    const failing = freshCounter();
    const other = freshCounter();
    await using actors = await startTestActors(bus);
    for (const add of [1, 2, 0.5, 3]) await actors.send(failing, 'counter.add', { add });
    assert.deepEqual(await actors.call(other, 'counter.add', { add: 7 }, TIMEOUT), { total: 7 });
    assert.deepEqual(await actors.call(failing, 'counter.add', { add: 4 }, TIMEOUT), { total: 10 });
    assert.deepEqual((await stateOf<CounterState>(bus, 'counter', failing.key))?.added, [1, 2, 3, 4]);
    const [dead] = await deadLetters(failing.key);
    assert.equal(dead?.attempts, 3);
    await until(async () => (await addedEvents(failing.key)).length === 4, 'the other events');
  });

  test('what was committed and not sent is sent by the next start, once', async () => {
    const address = freshCounter();
    const mortal = mortalParts(withCommit('EVENTS', () => new Promise<never>(() => {})));
    const killed = await startTestActors(mortal.bus, undefined, { clock: mortal.clock });
    await killed.call(address, 'counter.add', { add: 1 }, TIMEOUT);
    await killed.call(address, 'counter.add', { add: 2 }, TIMEOUT);
    mortal.die();
    assert.equal((await addedEvents(address.key)).length, 0);
    {
      await using actors = await startTestActors(bus);
      await until(async () => (await addedEvents(address.key)).length >= 2, 'the events');
      await actors.call(address, 'counter.add', { add: 3 }, TIMEOUT);
      await until(async () => (await addedEvents(address.key)).length >= 3, 'the third event');
    }
    await using again = await startTestActors(bus);
    await again.call(address, 'counter.add', { add: 4 }, TIMEOUT);
    const events = await until(async () => {
      const found = await addedEvents(address.key);
      return found.length >= 4 && found;
    }, 'the fourth event');
    assert.deepEqual(
      events.map((event) => (dataOf(event) as { add: number }).add),
      [1, 2, 3, 4],
    );
  });

  test('cursors that their stream has discarded stop nothing and send nothing twice', async () => {
    const address = freshCounter();
    {
      await using actors = await startTestActors(bus);
      await actors.call(address, 'counter.add', { add: 1 }, TIMEOUT);
      await until(async () => (await addedEvents(address.key)).length === 1, 'the first event');
      await discardCursors();
      await actors.call(address, 'counter.add', { add: 2 }, TIMEOUT);
      await until(async () => (await addedEvents(address.key)).length === 2, 'the second event');
      assert.equal(actors.isReading, true);
    }
    await discardCursors();
    const mortal = mortalParts(withCommit('EVENTS', () => new Promise<never>(() => {})));
    const killed = await startTestActors(mortal.bus, undefined, { clock: mortal.clock });
    await killed.call(address, 'counter.add', { add: 3 }, TIMEOUT);
    mortal.die();
    await using last = await startTestActors(bus);
    await last.call(address, 'counter.add', { add: 4 }, TIMEOUT);
    await until(async () => (await addedEvents(address.key)).length >= 4, 'all events');
    const numbers = (await addedEvents(address.key)).map((event) => (dataOf(event) as { add: number }).add);
    assert.deepEqual(numbers, [1, 2, 3, 4]);
  });

  for (const stream of ['STATE', 'EVENTS'] as const) {
    test(`a commit to ${stream} whose answer is lost takes effect once`, async () => {
      const address = freshCounter();
      let lost = 0;
      const deaf = withCommit(stream, async (commit) => {
        const result = await commit();
        if (result.outcome === 'stored' && lost++ < 5) throw unavailable('the answer was lost');
        return result;
      });
      await using actors = await startTestActors(deaf);
      for (let add = 1; add <= 10; add++) await actors.call(address, 'counter.add', { add }, TIMEOUT);
      await until(async () => (await addedEvents(address.key)).length >= 10, 'all events');
      assert.equal((await stateOf<CounterState>(bus, 'counter', address.key))?.total, 55);
      assert.equal((await addedEvents(address.key)).length, 10);
      assert.ok(lost >= 1);
    });
  }

  for (const [what, key, code] of [
    ['can not be serialised', 'bigint', 'AW_STATE_INVALID'],
    ['is too large to be stored', 'large', 'AW_STATE_TOO_LARGE'],
    ['can not be made', 'stillborn', 'AW_UNEXPECTED'],
  ] as const) {
    test(`a message whose state ${what} becomes a dead letter, and its key goes on`, async () => {
      await using actors = await startTestActors(bus, [fragile]);
      const address = { tenant: TENANT, actor: 'fragile', key: `${key}${++keys}` };
      const send = (how: string) => actors.call(address, 'fragile.become', { how }, TIMEOUT);
      if (key === 'stillborn') {
        await assert.rejects(send('fine'), { code });
        return;
      }
      const all = [send('fine'), send(key), send('fine')];
      assert.deepEqual(await all[0], { handled: 1 });
      await assert.rejects(all[1]!, { code });
      assert.deepEqual(await all[2], { handled: 2 });
    });
  }

  test('two systems on one broker double nothing', async () => {
    const address = freshCounter();
    const first = await startTestActors(bus);
    const second = await startTestActors(bus);
    for (let add = 1; add <= 50; add++) {
      const message = { ...rawMessage('counter.add', `double-${add}`), data: { add } };
      const body = new TextEncoder().encode(JSON.stringify(message.data));
      const subject = `aw.${TENANT}.cmd.counter.${address.key}`;
      await bus.publish({ subject, headers: encodeHeaders(message), body }, message.id, AbortSignal.timeout(60_000));
    }
    // Either may lose its partitions to the other, even both: then a third one goes on.
    await until(async () => {
      const state = await stateOf<CounterState>(bus, 'counter', address.key);
      return state?.added.length === 50 || !(first.isReading || second.isReading);
    }, 'the state, or the end of both');
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    await using third = await startTestActors(bus);
    await third.call(address, 'counter.add', { add: 51 }, TIMEOUT);
    await until(async () => (await addedEvents(address.key)).length >= 51, 'all events');
    const numbers = (await addedEvents(address.key)).map((event) => (dataOf(event) as { add: number }).add);
    assert.deepEqual(
      numbers,
      Array.from({ length: 51 }, (_, index) => index + 1),
    );
  });

  test('a sender that repeats a handled command after the broker was restarted is recognised', async () => {
    const address = freshCounter();
    await using actors = await startTestActors(bus, [counter], { keepHandledMs: 130_000 });
    const message = { ...rawMessage('counter.add', `repeated-${address.key}`), data: { add: 1 } };
    const body = new TextEncoder().encode('{"add":1}');
    const send = () =>
      bus.publish(
        { subject: `aw.${TENANT}.cmd.counter.${address.key}`, headers: encodeHeaders(message), body },
        message.id,
        AbortSignal.timeout(60_000),
      );
    await send();
    await actors.call(address, 'counter.add', { add: 2 }, TIMEOUT);
    await server.kill();
    await server.restart();
    assert.equal((await send()).isDuplicate, true);
    await actors.call(address, 'counter.add', { add: 3 }, TIMEOUT);
    assert.deepEqual((await stateOf<CounterState>(bus, 'counter', address.key))?.added, [1, 2, 3]);
  });

  test('what is handled is trimmed from the mailbox', async () => {
    const address = freshCounter();
    await using actors = await startTestActors(bus);
    for (let add = 1; add <= 30; add++) await actors.call(address, 'counter.add', { add }, TIMEOUT);
    await until(async () => (await bus.count('MAILBOX', 'aw.*.cmd.>', 1)) === 0, 'an empty mailbox');
  });

  test('a nats-server killed under load loses nothing and doubles nothing', async () => {
    const addresses = Array.from({ length: 10 }, freshCounter);
    await using actors = await startTestActors(bus);
    const sent: Promise<string>[] = [];
    for (let add = 1; add <= 40; add++) {
      for (const address of addresses) sent.push(actors.send(address, 'counter.add', { add }));
      if (add === 20) {
        await Promise.race(sent);
        await server.kill();
        await server.restart();
      }
    }
    await Promise.all(sent);
    for (const { key } of addresses) {
      await until(async () => (await addedEvents(key)).length >= 40, `the events of ${key}`);
      const state = await stateOf<CounterState>(bus, 'counter', key);
      assert.equal(state?.added.length, 40);
      assert.equal(new Set(state?.added).size, 40);
      assert.equal((await addedEvents(key)).length, 40);
    }
  });

  test('unknown actor, unhandled type and wrong data are refused before they are stored', async () => {
    await using actors = await startTestActors(bus);
    const { lastSequence } = await bus.streamStatus('MAILBOX');
    const address = freshCounter();
    await assert.rejects(actors.send({ ...address, actor: 'nobody' }, 'counter.add', {}), { code: 'AW_ACTOR_UNKNOWN' });
    await assert.rejects(actors.send(address, 'counter.fly', {}), { code: 'AW_TYPE_UNHANDLED' });
    await assert.rejects(actors.send(address, 'counter.add', { add: 'x' }), { code: 'AW_DATA_INVALID' });
    await assert.rejects(actors.send({ ...address, key: 'x'.repeat(513) }, 'counter.add', { add: 1 }), {
      code: 'AW_KEY_INVALID',
    });
    assert.equal((await bus.streamStatus('MAILBOX')).lastSequence, lastSequence);
  });

  test('a call that nobody answers ends with a typed error', async () => {
    const unread = new Proxy(bus, {
      get(target, name) {
        if (name !== 'read') return Reflect.get(target, name, target);
        return (...args: Parameters<Bus['read']>) =>
          args[0] === 'MAILBOX' ? readNothing(...args) : target.read(...args);
      },
    });
    await using actors = await startTestActors(unread);
    const call = actors.call(freshCounter(), 'counter.add', { add: 1 }, { timeoutMs: 50 });
    await assert.rejects(call, { code: 'AW_CALL_TIMEOUT' });
  });
});
