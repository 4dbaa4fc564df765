import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outgoing, Stored } from '../bus/bus.ts';
import { STREAMS } from '../bus/streams.ts';
import { createSeededRandom } from '../clock/seeded-random.ts';
import { drive } from './drive.ts';
import { createMemoryBroker, type MemoryBrokerOptions } from './memory-broker.ts';
import { createVirtualClock } from './virtual-clock.ts';

const utf8 = new TextEncoder();
const UNAVAILABLE = { code: 'AW_BROKER_UNAVAILABLE' };

function world(options: Partial<MemoryBrokerOptions> = {}) {
  const clock = createVirtualClock();
  const broker = createMemoryBroker({ clock, random: createSeededRandom('test'), ...options });
  const settle = <T>(promise: Promise<T>) => drive(clock, promise);
  return { clock, broker, settle, connect: (name: string) => broker.connect({ name }) };
}

function event(key: string, rest: Partial<Outgoing> = {}): Outgoing {
  return { subject: `aw.test.evt.a.b.${key}`, body: utf8.encode(key), ...rest };
}

/** Collects what a reader gets, for as long as the test lasts. */
function follow(reading: AsyncIterable<readonly Stored[]>): number[] {
  const got: number[] = [];
  void (async () => {
    for await (const bunch of reading) got.push(...bunch.map(({ sequence }) => sequence));
  })();
  return got;
}

const forever = new AbortController().signal;

describe('memory broker', () => {
  test('a lost request stores nothing, a lost answer leaves what it stored; both callers hear the same', async () => {
    const { broker, settle, connect } = world();
    const { bus, failNext } = connect('a');
    for (const [fault, messages] of [
      ['loseRequest', 0],
      ['loseAnswer', 1],
    ] as const) {
      failNext({ fault });
      await assert.rejects(settle(bus.commit('EVENTS', [event('k', { expectLastSequence: 0 })])), UNAVAILABLE);
      assert.equal(broker.stream('EVENTS').status.messages, messages);
    }
  });

  test('a batch of a dying connection is stored after its caller has given it up, unless it is fenced', async () => {
    for (const isFenced of [false, true]) {
      const { clock, broker, settle, connect } = world();
      const { bus, failNext } = connect('a');
      failNext({ fault: 'storeLate', lateMs: 3_000, matching: ({ method }) => method === 'commit' });
      const batch = [event('late', { expectLastSequence: 0 }), event('other')];
      await assert.rejects(settle(bus.commit('EVENTS', batch)), UNAVAILABLE);
      assert.ok(clock.monotonic() < 100);
      await clock.advance(2_000);
      if (isFenced) await settle(connect('b').bus.commit('EVENTS', [event('late')]));
      assert.equal(broker.stream('EVENTS').status.messages, isFenced ? 1 : 0);
      await clock.advance(2_000);
      assert.equal(broker.stream('EVENTS').status.messages, isFenced ? 1 : 2);
    }
  });

  test('publish sends again until it is stored, once', async () => {
    const { broker, settle, connect } = world();
    const { bus, failNext } = connect('a');
    for (const fault of ['loseRequest', 'loseAnswer', 'storeLate'] as const) failNext({ fault });
    const result = await settle(bus.publish(event('k'), 'id', forever));
    assert.deepEqual(result, { sequence: 1, isDuplicate: true });
    assert.equal(broker.stream('EVENTS').status.messages, 1);
  });

  test('a dead server breaks every connection; streams stay, and readers go on where they were', async () => {
    const { clock, broker, settle, connect } = world();
    const [a, b] = [connect('a'), connect('b')];
    const got = follow(a.bus.read('EVENTS', { from: 1, signal: forever }));
    const asked = b.bus.page('EVENTS', { from: 1, filter: '>', limit: 1 });
    await settle(b.bus.commit('EVENTS', [event('1'), event('2')]));
    await settle(asked);
    await clock.advance(100);
    broker.stop();
    const page = b.bus.page('EVENTS', { from: 1, filter: '>', limit: 1 });
    await clock.advance(0);
    assert.deepEqual([a.isConnected, b.isConnected], [false, false]);
    await assert.rejects(settle(b.bus.commit('EVENTS', [event('3')])), UNAVAILABLE);
    await assert.rejects(settle(page), UNAVAILABLE);
    broker.start();
    await clock.advance(1_000);
    await settle(b.bus.commit('EVENTS', [event('3')]));
    await clock.advance(100);
    assert.deepEqual(got, [1, 2, 3]);
  });

  test('a server that was restarted knows the ids of what is still there, and no others', async () => {
    for (const isTrimmed of [false, true]) {
      const { clock, broker, settle, connect } = world();
      const { bus } = connect('a');
      await settle(bus.commit('EVENTS', [event('k', { id: 'once' })]));
      if (isTrimmed) await settle(bus.trim('EVENTS', '>', 1));
      assert.deepEqual((await settle(bus.publish(event('k'), 'once', forever))).isDuplicate, true);
      broker.restart(100);
      await clock.advance(1_000);
      assert.deepEqual((await settle(bus.publish(event('k'), 'once', forever))).isDuplicate, !isTrimmed);
    }
  });

  test('an id counts for as long as the window of the stream', async () => {
    const { clock, settle, connect } = world();
    const { bus } = connect('a');
    await settle(bus.publish(event('k'), 'id', forever));
    await clock.advance(119_000);
    assert.equal((await settle(bus.publish(event('k'), 'id', forever))).isDuplicate, true);
    await clock.advance(1_001);
    assert.equal((await settle(bus.publish(event('k'), 'id', forever))).isDuplicate, false);
  });

  test('a stream without a leader answers nobody, its readers wait, others go on', async () => {
    const { clock, broker, settle, connect } = world();
    const { bus } = connect('a');
    const got = follow(bus.read('EVENTS', { from: 1, signal: forever }));
    broker.loseLeader('EVENTS', 1_000);
    await assert.rejects(settle(bus.commit('EVENTS', [event('k')])), UNAVAILABLE);
    await assert.rejects(settle(bus.last('EVENTS', '>')), UNAVAILABLE);
    await settle(bus.commit('STATE', [{ subject: 'aw.test.state.0.a.k', body: utf8.encode('x') }]));
    assert.equal((await settle(bus.publish(event('k'), 'id', forever))).sequence, 1);
    assert.ok(clock.monotonic() > 1_000);
    await clock.advance(100);
    assert.deepEqual(got, [1]);
  });

  test('who is cut hears nothing until it is back; who asks it learns that nobody listens', async () => {
    const { clock, settle, connect } = world();
    const [listener, asker] = [connect('listener'), connect('asker')];
    const heard: string[] = [];
    listener.bus.listen('member.1', ({ body, reply }) => {
      heard.push(new TextDecoder().decode(body));
      reply(utf8.encode('pong'));
    });
    const ask = () => settle(asker.bus.ask('member.1', utf8.encode('ping'), 1_000));
    await clock.advance(100);
    assert.deepEqual(await ask(), utf8.encode('pong'));
    listener.cut(500);
    await assert.rejects(ask(), { code: 'AW_NOBODY_LISTENS' });
    asker.bus.broadcast('member.1', utf8.encode('lost'));
    await clock.advance(1_000);
    assert.deepEqual(await ask(), utf8.encode('pong'));
    assert.deepEqual(heard, ['ping', 'ping']);
  });

  test('a listener that does not answer is waited for no longer than said', async () => {
    const { clock, settle, connect } = world();
    const [listener, asker] = [connect('listener'), connect('asker')];
    listener.bus.listen('silent', () => {});
    await clock.advance(100);
    await assert.rejects(settle(asker.bus.ask('silent', utf8.encode('?'), 700)), UNAVAILABLE);
    assert.ok(clock.monotonic() >= 800 && clock.monotonic() < 900);
  });

  test('answers find their inbox: at once in the own process, twice where the rates say so, never in a dead one', async () => {
    const { clock, broker, connect } = world({ faults: { repeatAnswer: 1 } });
    const [asker, other] = [connect('asker'), connect('other')];
    const got: string[] = [];
    const inbox = asker.bus.openInbox((token, headers, body) => {
      got.push(`${token} ${headers['x']} ${new TextDecoder().decode(body)}`);
    });
    await clock.advance(100);
    asker.bus.answer(inbox.replyTo('1'), { x: 'h' }, utf8.encode('own'));
    assert.deepEqual(got, ['1 h own']);
    other.bus.answer(inbox.replyTo('2'), { x: 'h' }, utf8.encode('sent'));
    await clock.advance(100);
    assert.deepEqual(got.slice(1), ['2 h sent', '2 h sent']);
    broker.setFaults({});
    asker.kill();
    other.bus.answer(inbox.replyTo('3'), {}, utf8.encode('late'));
    await clock.advance(100);
    assert.equal(got.length, 3);
  });

  test('age and size of a stream are limits, by the virtual clock', async () => {
    const events = { ...STREAMS.find(({ name }) => name === 'EVENTS')!, maxAgeMs: 60_000, maxBytes: 300 };
    const { clock, settle, connect } = world({ streams: [events] });
    const { bus } = connect('a');
    const sequences = async () =>
      (await settle(bus.page('EVENTS', { from: 1, filter: '>', limit: 10 }))).map(({ sequence }) => sequence);
    for (let key = 0; key < 8; key++) await settle(bus.commit('EVENTS', [event(`k${key}`)]));
    // 22 + 17 + 2 + 8 bytes each.
    assert.deepEqual(await sequences(), [3, 4, 5, 6, 7, 8]);
    await clock.advance(30_000);
    await settle(bus.commit('EVENTS', [event('k8')]));
    await clock.advance(30_000);
    assert.deepEqual(await sequences(), [9]);
    assert.deepEqual((await settle(bus.streamStatus('EVENTS'))).firstSequence, 9);
  });

  test('a reader that was slow is sent the rest, in order, whatever was trimmed', async () => {
    const { clock, broker, settle, connect } = world();
    const [writer, reader] = [connect('writer'), connect('reader')];
    const iterator = reader.bus.read('EVENTS', { from: 1, signal: forever })[Symbol.asyncIterator]();
    const first = iterator.next();
    for (let batch = 0; batch < 4; batch++) {
      const messages = Array.from({ length: 600 }, (_, at) => event(`k${at}`));
      await settle(writer.bus.commit('EVENTS', messages));
    }
    await settle(first);
    await clock.advance(100);
    broker.stop();
    broker.start();
    const got = [...(await first).value!];
    while (got.length < 2_400) got.push(...(await settle(iterator.next())).value!);
    assert.deepEqual(
      got.map(({ sequence }) => sequence),
      Array.from({ length: 2_400 }, (_, at) => at + 1),
    );
  });

  test('limits of a message and a batch are those of the real bus', async () => {
    const { settle, connect } = world();
    const { bus } = connect('a');
    const large = event('k', { body: new Uint8Array(bus.maxBodyBytes + 20_000) });
    await assert.rejects(settle(bus.commit('EVENTS', [large])), { code: 'AW_MESSAGE_TOO_LARGE' });
    await assert.rejects(settle(bus.commit('EVENTS', [event('k'), large])), { code: 'AW_MESSAGE_TOO_LARGE' });
    await assert.rejects(settle(bus.commit('EVENTS', [large, event('k')])), UNAVAILABLE);
    const many = Array.from({ length: 1_001 }, () => event('k'));
    await assert.rejects(settle(bus.commit('EVENTS', many)), { code: 'AW_BATCH_TOO_LARGE' });
    await assert.rejects(settle(bus.commit('EVENTS', [{ ...event('k'), subject: 'nobody.here' }])), UNAVAILABLE);
    await bus[Symbol.asyncDispose]();
    await assert.rejects(settle(bus.commit('EVENTS', [event('k')])), UNAVAILABLE);
  });

  test('a broker that tears batches stores a part of one that was lost; a right one never does', async () => {
    const sizes = async (options: Partial<MemoryBrokerOptions>) => {
      const seen = new Set<number>();
      for (let seed = 0; seed < 20; seed++) {
        const { broker, settle, connect } = world({ ...options, random: createSeededRandom(seed) });
        const { bus, failNext } = connect('a');
        failNext({ fault: 'loseRequest' });
        await assert.rejects(settle(bus.commit('EVENTS', [event('1'), event('2'), event('3')])), UNAVAILABLE);
        seen.add(broker.stream('EVENTS').status.messages);
      }
      return [...seen].sort();
    };
    assert.deepEqual(await sizes({}), [0]);
    assert.deepEqual(await sizes({ wrong: ['tearsBatches'] }), [0, 1, 2]);
  });

  test('calm ends all faults and brings back what is down', async () => {
    const { broker, clock, settle, connect } = world({ faults: { outagesPerMinute: 60, cutsPerMinute: 60 } });
    const { bus } = connect('a');
    await clock.advance(60_000);
    broker.stop();
    broker.loseLeader('EVENTS', 1e9);
    broker.calm();
    await clock.advance(1_000);
    for (let count = 0; count < 100; count++) await settle(bus.commit('EVENTS', [event('k')]));
    assert.ok(broker.isUp);
  });
});
