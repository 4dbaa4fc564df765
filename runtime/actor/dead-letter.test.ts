import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus, readAll, startTestActors, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import type { Bus } from '../bus/bus.ts';
import { encodeHeaders, type Message } from '../message/message.ts';
import { readDeadLetter } from './dead-letter.ts';

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
      const signal = AbortSignal.timeout(5_000);
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
    await bus.publish({ subject, body }, 'broken-event', AbortSignal.timeout(5_000));
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
