import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus, dataOf, readAll, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import type { Bus, Stored, StreamName } from '../bus/bus.ts';
import { systemRandom } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { createContracts } from '../contracts/contracts.ts';
import { encodeData, encodeHeaders } from '../message/message.ts';
import { commandSubject, eventSubject } from '../message/subjects.ts';
import { makeDeadLetter } from './dead-letter.ts';
import { type ResendOptions, resendDeadLetter } from './resend.ts';

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

const contracts = createContracts({
  'counter.add': { type: 'object', properties: { add: { type: 'number' } }, required: ['add'] },
});
const resend = (letter: string, options?: ResendOptions) =>
  resendDeadLetter({ bus, tenant: TENANT, contracts, clock: systemClock, random: systemRandom }, letter, options);

/** Stores a message, and a letter of it; gives the letter's id. */
async function bury(
  subject: string,
  { key = 'a', body = encodeData({ add: 'one' }), more = {} as Record<string, string> } = {},
): Promise<string> {
  const id = systemRandom.uuid();
  const time = '2026-01-01T00:00:00.000Z';
  const message = { id, type: 'counter.add', source: 'test', subject: key, time, data: null };
  const headers = { ...encodeHeaders(message), ...more };
  const { sequence } = await bus.publish({ subject, headers, body }, id, AbortSignal.timeout(60_000));
  const stream: StreamName = subject.includes('.evt.') ? 'EVENTS' : 'MAILBOX';
  const stored = (await bus.at(stream, sequence))!;
  const failure = { code: 'AW_DATA_INVALID', message: 'It is no number' };
  const letter = makeDeadLetter(stored, { tenant: TENANT, noun: 'counter', key }, failure, 1, 0);
  const result = await bus.commit('DEAD', [letter]);
  assert.equal(result.outcome, 'stored');
  return String(result.outcome === 'stored' && result.sequences[0]);
}

async function lastIn(stream: StreamName, filter: string): Promise<Stored> {
  return (await readAll(bus, stream, filter)).at(-1)!;
}

describe('resendDeadLetter', () => {
  test('sends a command as it was, under a new id, to the mailbox of its key; the letter stays', async () => {
    const letter = await bury(commandSubject({ tenant: TENANT, actor: 'counter', key: 'a.b c' }), {
      key: 'a.b c',
      body: new Uint8Array([0xff, 0x00]),
      more: { 'aw-reply-to': '_INBOX.gone', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` },
    });
    const [first] = await readAll(bus, 'MAILBOX', 'aw.test.cmd.*.counter.a=2Eb=20c');
    const id = await resend(letter);
    const sent = await lastIn('MAILBOX', 'aw.test.cmd.*.counter.a=2Eb=20c');
    assert.equal(sent.subject, first!.subject, 'the server gives it the same partition');
    assert.ok(sent.sequence > first!.sequence);
    assert.deepEqual([...sent.body], [0xff, 0x00]);
    const { headers } = sent;
    assert.equal(headers['ce-id'], id);
    assert.notEqual(headers['ce-id'], first!.headers['ce-id']);
    assert.equal(headers['aw-resent-from'], letter);
    assert.equal(headers['ce-type'], 'counter.add');
    assert.equal(headers['ce-source'], 'test');
    assert.equal(headers['traceparent'], first!.headers['traceparent']);
    assert.equal(headers['aw-reply-to'], undefined, 'nobody waits for an answer any more');
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('aw-dead-')),
      [],
    );
    assert.ok(await bus.at('DEAD', Number(letter)));
  });

  test('puts other data in its place when it keeps its contract', async () => {
    const letter = await bury(commandSubject({ tenant: TENANT, actor: 'counter', key: 'edit' }));
    await assert.rejects(resend(letter, { data: { add: 'two' } }), { code: 'AW_DATA_INVALID' });
    assert.equal((await readAll(bus, 'MAILBOX', 'aw.test.cmd.*.counter.edit')).length, 1);
    const traceparent = `00-${'3'.repeat(32)}-${'4'.repeat(16)}-01`;
    await resend(letter, { data: { add: 2 }, traceparent });
    const sent = await lastIn('MAILBOX', 'aw.test.cmd.*.counter.edit');
    assert.deepEqual(dataOf(sent), { add: 2 });
    assert.equal(sent.headers['traceparent'], traceparent);
    const large = { add: 1, text: 'x'.repeat(bus.maxBodyBytes) };
    await assert.rejects(resend(letter, { data: large }), { code: 'AW_MESSAGE_TOO_LARGE' });
  });

  test('publishes an event again as an event', async () => {
    const subject = eventSubject(TENANT, 'counter.add', 'a');
    const letter = await bury(subject);
    await resend(letter, { data: { add: 3 } });
    const sent = await readAll(bus, 'EVENTS', subject);
    assert.equal(sent.length, 2);
    assert.deepEqual(dataOf(sent[1]!), { add: 3 });
  });

  test('sends what was parked to the mailbox', async () => {
    const letter = await bury('aw.test.parked.7.counter.parked');
    await resend(letter);
    assert.equal((await readAll(bus, 'MAILBOX', 'aw.test.cmd.*.counter.parked')).length, 1);
  });

  test('removes that letter alone, and only when told', async () => {
    const subject = commandSubject({ tenant: TENANT, actor: 'counter', key: 'remove' });
    const letters = [await bury(subject), await bury(subject), await bury(subject)];
    await resend(letters[1]!, { remove: true });
    const left = await Promise.all(letters.map((letter) => bus.at('DEAD', Number(letter))));
    assert.deepEqual(
      left.map((stored) => stored !== undefined),
      [true, false, true],
    );
    await assert.rejects(resend(letters[1]!), { code: 'AW_DEAD_LETTER_UNKNOWN' });
    assert.equal((await readAll(bus, 'MAILBOX', 'aw.test.cmd.*.counter.remove')).length, 4);
  });

  test('refuses what it does not know, what is of others, and what goes nowhere', async () => {
    await bus.commit('DEAD', [{ subject: 'aw._sys.cursor.dead.p1', body: encodeData({}) }]);
    const cursor = (await bus.last('DEAD', 'aw._sys.cursor.dead.p1'))!;
    const others = await bury(commandSubject({ tenant: 'others', actor: 'counter', key: 'a' }));
    for (const letter of ['', 'x', '0', '-1', '1.5', '01', '999999', String(cursor.sequence), others]) {
      await assert.rejects(resend(letter), { code: 'AW_DEAD_LETTER_UNKNOWN' }, letter);
    }
    const timer = await bury('aw.test.timer.1.counter.a.t1');
    await assert.rejects(resend(timer), { code: 'AW_RESEND_IMPOSSIBLE' });
    const nameless = await bury(commandSubject({ tenant: TENANT, actor: 'counter', key: 'a' }));
    const stored = (await bus.at('DEAD', Number(nameless)))!;
    const { 'ce-type': _type, ...headers } = stored.headers;
    const result = await bus.commit('DEAD', [{ subject: stored.subject, headers, body: stored.body }]);
    const letter = String(result.outcome === 'stored' && result.sequences[0]);
    await assert.rejects(resend(letter, { data: { add: 1 } }), { code: 'AW_RESEND_IMPOSSIBLE' });
  });
});
