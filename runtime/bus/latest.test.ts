import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { connectTestBus } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { systemClock } from '../clock/system-clock.ts';
import { createAnswerRoom } from './answer-room.ts';
import type { Bus, Stored } from './bus.ts';
import { createLatest } from './latest.ts';
import { createRequester } from './requester.ts';

let server: TestServer;
let bus: Bus;
let connection: NatsConnection;
/** Requests to read that the server has had, by the kind of the request. */
const asked = { together: 0, leader: 0 };

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
  connection = await connect({ servers: server.url });
  connection.subscribe('$JS.API.DIRECT.GET.STATE', { callback: () => void asked.together++ });
  connection.subscribe('$JS.API.STREAM.MSG.GET.STATE', { callback: () => void asked.leader++ });
  await connection.flush();
});
after(async () => {
  await connection.close();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const subjectOf = (group: string, index: number) => `aw.test.state.0.${group}.k${index}`;

/** Stores a message on every second subject. */
async function fill(group: string, subjects: number): Promise<void> {
  const stored = Array.from({ length: subjects }, (_, index) => subjectOf(group, index));
  const bodies = stored.map((subject, index) => ({ subject, body: new TextEncoder().encode(String(index)) }));
  const even = bodies.filter((_, index) => index % 2 === 0);
  for (let from = 0; from < even.length; from += 500) await bus.commit('STATE', even.slice(from, from + 500));
}

const textOf = (stored: Stored | undefined) => stored && new TextDecoder().decode(stored.body);

const expected = (subjects: number) =>
  Array.from({ length: subjects }, (_, index) => (index % 2 === 0 ? String(index) : undefined));

/** What reading them all at once gives, and what it was asked with. */
async function readAll(read: (subject: string) => Promise<Stored | undefined>, group: string, subjects: number) {
  const before = { ...asked };
  const all = await Promise.all(Array.from({ length: subjects }, (_, index) => read(subjectOf(group, index))));
  await connection.flush();
  return {
    texts: all.map(textOf),
    headers: all[0]?.headers,
    together: asked.together - before.together,
    leader: asked.leader - before.leader,
  };
}

function openLatest() {
  const requester = createRequester(connection, systemClock);
  return createLatest({
    connection,
    requester,
    clock: systemClock,
    onReconnect: () => () => {},
    room: createAnswerRoom(1),
  });
}

describe('the newest messages of many subjects', () => {
  test('are read together, those that are not there included', async () => {
    await fill('many', 1_200);
    const found = await readAll((subject) => bus.last('STATE', subject), 'many', 1_200);
    assert.deepEqual(found.texts, expected(1_200));
    assert.ok(!('Nats-Subject' in found.headers!) && !('Nats-Num-Pending' in found.headers!));
    assert.deepEqual([found.together, found.leader], [3, 0]);
  });

  test('are seen as this connection has just stored them', async () => {
    for (let round = 0; round < 20; round++) {
      const subjects = Array.from({ length: 10 }, (_, index) => subjectOf('fresh', index));
      const body = new TextEncoder().encode(String(round));
      await bus.commit(
        'STATE',
        subjects.map((subject) => ({ subject, body })),
      );
      const found = await Promise.all(subjects.map((subject) => bus.last('STATE', subject)));
      assert.deepEqual(found.map(textOf), Array(10).fill(String(round)));
    }
  });

  test('a few are asked of the leader, one by one', async () => {
    await fill('few', 3);
    const found = await readAll((subject) => bus.last('STATE', subject), 'few', 3);
    assert.deepEqual(found.texts, expected(3));
    assert.deepEqual([found.together, found.leader], [0, 3]);
  });

  test('an answer that does not cover what was stored is not believed: the leader is asked', async () => {
    await fill('behind', 10);
    const latest = openLatest();
    latest.noteStored('STATE', subjectOf('behind', 0), Number.MAX_SAFE_INTEGER);
    const found = await readAll((subject) => latest.read('STATE', subject), 'behind', 10);
    assert.deepEqual(found.texts, expected(10));
    assert.deepEqual([found.together, found.leader], [1, 10]);
  });

  test('an answer that says nothing of what it covers is not believed either', async () => {
    await fill('gone', 10);
    const latest = openLatest();
    latest.noteStored('STATE', subjectOf('gone', 1), 1);
    const missing = await Promise.all([3, 5, 7, 9, 11].map((index) => latest.read('STATE', subjectOf('gone', index))));
    assert.deepEqual(missing, Array(5).fill(undefined));
    const found = await readAll((subject) => latest.read('STATE', subject), 'gone', 10);
    assert.deepEqual(found.texts, expected(10));
  });

  test('with a wildcard are found among others, too', async () => {
    await fill('wild', 10);
    const patterns = Array.from({ length: 10 }, (_, index) => `aw.test.state.*.wild.k${index}`);
    const found = await Promise.all(patterns.map((pattern) => bus.last('STATE', pattern)));
    assert.deepEqual(found.map(textOf), expected(10));
  });

  test('that are too large for one answer come in several', async () => {
    const subjects = Array.from({ length: 90 }, (_, index) => subjectOf('large', index));
    for (const [index, subject] of subjects.entries()) {
      if (index % 3 > 0) await bus.commit('STATE', [{ subject, body: new Uint8Array(bus.maxEntryBytes).fill(index) }]);
    }
    const before = asked.together;
    const found = await Promise.all(subjects.map((subject) => bus.last('STATE', subject)));
    await connection.flush();
    assert.deepEqual(
      found.map((stored) => stored?.body[0]),
      subjects.map((_, index) => (index % 3 > 0 ? index : undefined)),
    );
    assert.ok(asked.together - before > 1, `${asked.together - before} requests`);
  });

  test('fail with the broker, and come again with it', async () => {
    await fill('away', 10);
    await server.kill();
    await assert.rejects(
      readAll((subject) => bus.last('STATE', subject), 'away', 10),
      { code: 'AW_BROKER_UNAVAILABLE' },
    );
    await server.restart();
    const again = async (): Promise<readonly (string | undefined)[]> => {
      try {
        return (await readAll((subject) => bus.last('STATE', subject), 'away', 10)).texts;
      } catch {
        return again();
      }
    };
    assert.deepEqual(await again(), expected(10));
  });
});
