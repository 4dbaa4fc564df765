import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus, readAll, startTestActors, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { publishRawHeaders } from '../../test/harness/raw-publish.ts';
import { until } from '../../test/harness/until.ts';
import type { Bus } from '../bus/bus.ts';
import { encodeHeaders, type Message } from '../message/message.ts';
import { readDeadLetter } from './dead-letter.ts';
import { createInspector } from './inspector.ts';

/** What others publish straight to the broker, past every check of ours. */

let server: TestServer;
let bus: Bus;

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function rawMessage(type: string, id: string): Omit<Message, 'data'> {
  return { id, type, source: 'test', subject: 'x', time: new Date().toISOString() };
}

describe('dead letters', () => {
  for (const [index, headers] of ['bad name: x', 'n\u00e4me: x', 'a: b\rc', 'a: b\nc', ': x', 'no colon'].entries()) {
    test(`headers that are none (${JSON.stringify(headers)}) end in the dead letters, and everything else goes on`, async () => {
      await using actors = await startTestActors(bus);
      await publishRawHeaders(server.url, `aw.${TENANT}.cmd.counter.headers${index}`, headers, '{"add":1}');
      await publishRawHeaders(server.url, `aw.${TENANT}.evt.counter.added.headers${index}`, headers, '{"add":1}');
      const letters = await until(async () => {
        const all = (await readAll(bus, 'DEAD', `aw.${TENANT}.dead.>`)).map(readDeadLetter);
        const own = all.filter(({ subject }) => subject.endsWith(`.headers${index}`));
        return own.length >= 2 && own;
      }, 'both dead letters');
      assert.deepEqual(
        letters.map(({ code, data }) => [code, data]),
        Array(2).fill(['AW_MESSAGE_MALFORMED', '{"add":1}']),
      );
      const address = { tenant: TENANT, actor: 'counter', key: `after${index}` };
      assert.deepEqual(await actors.call(address, 'counter.add', { add: 1 }, { timeoutMs: 60_000 }), { total: 1 });
    });
  }

  test('an answer is sent to an inbox alone: a command that names a stream as such is malformed', async () => {
    await using actors = await startTestActors(bus);
    const headers = {
      ...encodeHeaders({ ...rawMessage('counter.add', 'deputy'), data: 0 }),
      'aw-reply-to': `aw.${TENANT}.state.3.counter.x`,
    };
    const body = new TextEncoder().encode('{"add":1}');
    await bus.publish(
      { subject: `aw.${TENANT}.cmd.counter.deputy`, headers, body },
      'deputy',
      AbortSignal.timeout(60_000),
    );
    await until(async () => {
      const all = (await readAll(bus, 'DEAD', `aw.${TENANT}.dead.counter.deputy`)).map(readDeadLetter);
      return all.some(({ code }) => code === 'AW_MESSAGE_MALFORMED');
    }, 'the dead letter');
    assert.equal(await bus.last('STATE', `aw.${TENANT}.state.3.counter.x`), undefined);
    assert.equal(actors.isReading, true);
  });

  test('an entry of STATE that is none hides nothing else and stops no start', async () => {
    await bus.commit('STATE', [
      { subject: `aw.${TENANT}.state.3.counter.evil`, body: new TextEncoder().encode('garbage') },
    ]);
    await using actors = await startTestActors(bus);
    const address = { tenant: TENANT, actor: 'counter', key: 'beside' };
    assert.deepEqual(await actors.call(address, 'counter.add', { add: 1 }, { timeoutMs: 60_000 }), { total: 1 });
    const { actors: listed } = await createInspector(bus, TENANT).listActors({
      name: 'counter',
      first: 1_000,
    });
    assert.ok(listed.some(({ key }) => key === 'beside'));
    assert.ok(!listed.some(({ key }) => key === 'evil'));
  });

  for (const [what, subject, headers, body, code] of [
    ['without headers', `aw.${TENANT}.cmd.counter.raw1`, {}, '{}', 'AW_MESSAGE_MALFORMED'],
    [
      'that is not JSON',
      `aw.${TENANT}.cmd.counter.raw2`,
      encodeHeaders({ ...rawMessage('counter.add', 'r2'), data: 0 }),
      '{',
      'AW_MESSAGE_MALFORMED',
    ],
    [
      'that breaks its schema',
      `aw.${TENANT}.cmd.counter.raw3`,
      encodeHeaders({ ...rawMessage('counter.add', 'r3'), data: 0 }),
      '{"add":"1"}',
      'AW_DATA_INVALID',
    ],
    [
      'of an unknown type',
      `aw.${TENANT}.cmd.counter.raw4`,
      encodeHeaders({ ...rawMessage('counter.fly', 'r4'), data: 0 }),
      '{}',
      'AW_TYPE_UNHANDLED',
    ],
    [
      'to an unknown actor',
      `aw.${TENANT}.cmd.nobody.raw5`,
      encodeHeaders({ ...rawMessage('counter.add', 'r5'), data: 0 }),
      '{"add":1}',
      'AW_ACTOR_UNKNOWN',
    ],
    [
      'to a key that no key encodes to',
      `aw.${TENANT}.cmd.counter.raw=zz`,
      encodeHeaders({ ...rawMessage('counter.add', 'r6'), data: 0 }),
      '{"add":1}',
      'AW_ACTOR_UNKNOWN',
    ],
  ] as const) {
    test(`a command ${what} published straight to the broker ends in the dead letters`, async () => {
      await using actors = await startTestActors(bus);
      const signal = AbortSignal.timeout(60_000);
      await bus.publish({ subject, headers, body: new TextEncoder().encode(body) }, `raw-${subject}`, signal);
      const dead = await until(async () => {
        const all = (await readAll(bus, 'DEAD', 'aw.*.dead.>')).map(readDeadLetter);
        const stem = subject.split('.').at(-1)!;
        return all.find((letter) => letter.subject.endsWith(`.${stem}`));
      }, 'the dead letter');
      assert.equal(dead.code, code);
      assert.equal(dead.data, body);
      assert.equal(actors.isReading, true);
    });
  }

  test('a malformed event published straight to the broker is buried once, over restarts too', async () => {
    const subject = `aw.${TENANT}.evt.counter.added.broken`;
    const body = new TextEncoder().encode('not json');
    await bus.publish({ subject, body }, 'broken-event', AbortSignal.timeout(60_000));
    const letters = async () => (await readAll(bus, 'DEAD', `aw.${TENANT}.dead.counter.broken`)).map(readDeadLetter);
    for (let start = 0; start < 3; start++) {
      await using actors = await startTestActors(bus);
      await until(async () => (await letters()).length > 0, 'the dead letter');
      const { lastSequence } = await bus.streamStatus('EVENTS');
      await until(() => actors.status.forwardedUpTo >= lastSequence - 64, 'the forwarder to pass it');
    }
    assert.deepEqual(
      (await letters()).map(({ code, stream }) => [code, stream]),
      [['AW_MESSAGE_MALFORMED', 'EVENTS']],
    );
  });
});
