import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyActivity } from '../../runtime/actor/control.ts';
import { IDLE } from './fake-control.ts';
import { fakeActor } from './fake-services.ts';
import { startWorld } from './gateway-world.ts';

const BUSY: KeyActivity = {
  status: 'WAITING',
  depth: 3,
  lagMs: 1500,
  current: { id: 'm1', type: 'counter.add', sequence: 9, attempt: 2 },
  problem: { code: 'AW_UNEXPECTED', message: 'It broke' },
  timers: [{ id: 't1', due: 0, recurrence: 'every 5000 ms', missed: 'once', type: 'counter.add', data: { add: 1 } }],
  owner: 'owner-1',
};
const ACTIVITY = `activity {
  status depth lagMs current { id type sequence attempt } problem { code message }
  timers { id due recurrence missed type data } owner
}`;

test('actors: what a key does is asked only where it is selected, and once for each key', async (t) => {
  const { query, services } = await startWorld(t);
  services.actors.push(fakeActor('counter', 'a', 1), fakeActor('counter', 'b', 2));
  services.control.activities.set('counter/a', BUSY);
  await query('{ actors { actors { name key state } } }');
  assert.deepEqual(services.control.orders, []);
  const { data, errors } = await query(`{
    actors { actors { key ${ACTIVITY} } }
    actor(name: "counter", key: "a") { activity { status } }
    actorActivity(name: "counter", key: "a") { status }
  }`);
  assert.equal(errors, undefined);
  assert.deepEqual(services.control.orders.toSorted(), ['look counter/a', 'look counter/b']);
  assert.deepEqual(data.actors.actors[1].activity, {
    ...BUSY,
    timers: [{ ...BUSY.timers[0], due: '1970-01-01T00:00:00.000Z', missed: 'ONCE' }],
  });
  assert.deepEqual(data.actors.actors[0].activity, { ...IDLE, current: null, problem: null });
  assert.equal(data.actor.activity.status, 'WAITING');
});

test('actors: a key whose owner does not answer has no activity, and the others have theirs', async (t) => {
  const { query, services } = await startWorld(t, { limits: { keyLookMs: 50 } });
  for (const key of ['away', 'silent', 'well']) services.actors.push(fakeActor('counter', key, null));
  services.control.activities.set('counter/away', 'away').set('counter/silent', 'silent');
  const { data, errors } = await query('{ actors { actors { key activity { status } } } }');
  assert.equal(errors, undefined);
  assert.deepEqual(data.actors.actors, [
    { key: 'well', activity: { status: 'IDLE' } },
    { key: 'silent', activity: null },
    { key: 'away', activity: null },
  ]);
  // Control: a fault of ours is no owner that is away.
  services.control.activities.set('counter/away', new TypeError('a fault'));
  const faulty = await query('{ actorActivity(name: "counter", key: "away") { status } }');
  assert.equal(faulty.errors?.[0]?.extensions.code, 'AW_INTERNAL');
});

test('actors: one operation asks about so many keys and no more', async (t) => {
  const { query, services } = await startWorld(t, { limits: { keyLooks: 4 } });
  for (let n = 0; n < 6; n++) services.actors.push(fakeActor('counter', `k${n}`, n));
  const { data, errors } = await query('{ actors { actors { key activity { status } } } }');
  assert.equal(services.control.orders.length, 4);
  assert.equal(data.actors.actors.filter(({ activity }: { activity: unknown }) => activity !== null).length, 4);
  assert.deepEqual(
    errors?.map(({ extensions }) => extensions.code),
    ['AW_TOO_MANY_KEYS', 'AW_TOO_MANY_KEYS'],
  );
  assert.equal((await query('{ actors(first: 4) { actors { activity { status } } } }')).errors, undefined);
});

test('actors: by name, prefix and status, page after page until none is left', async (t) => {
  const { query, services } = await startWorld(t, { limits: { keyLooks: 4 } });
  for (let n = 0; n < 10; n++) {
    services.actors.push(fakeActor('counter', `a${n}`, n), fakeActor('counter', `b${n}`, n), fakeActor('x', 'a', n));
    if (n % 3 === 0) services.control.activities.set(`counter/a${n}`, { ...IDLE, status: 'PAUSED' });
  }
  const list = async (after: string | null) => {
    const { data, errors } = await query(
      `query ($after: String) {
        actors(name: "counter", prefix: "a", status: PAUSED, first: 2, after: $after) { actors { key } next }
      }`,
      { after },
    );
    assert.equal(errors, undefined);
    return data.actors as { actors: { key: string }[]; next: string | null };
  };
  const keys: string[] = [];
  let after: string | null = null;
  let pages = 0;
  do {
    const page = await list(after);
    assert.ok(page.actors.length <= 2);
    keys.push(...page.actors.map(({ key }) => key));
    after = page.next;
    pages++;
  } while (after !== null);
  assert.deepEqual(keys, ['a9', 'a6', 'a3', 'a0']);
  assert.ok(pages > 2, 'a page ends where no more keys may be asked');
  for (const wrong of ['x', '0', '-1']) {
    const { errors } = await query(`{ actors(after: "${wrong}") { next } }`);
    assert.equal(errors?.[0]?.extensions.code, 'AW_CURSOR_INVALID', wrong);
  }
});

test('pause, resume, kill: the order is carried out, and the answer says what the key does then', async (t) => {
  const { query, services } = await startWorld(t);
  const order = async (field: string) => {
    const { data, errors } = await query(`mutation { ${field}(actor: "counter", key: "a/b c") { status } }`);
    assert.equal(errors, undefined);
    return data[field].status;
  };
  assert.equal(await order('pauseActor'), 'PAUSED');
  assert.equal(await order('resumeActor'), 'IDLE');
  assert.equal(await order('killActor'), 'WAITING');
  assert.deepEqual(
    services.control.orders.filter((each) => !each.startsWith('look')),
    ['pause counter/a/b c', 'resume counter/a/b c', 'kill counter/a/b c'],
  );
  const both = await query(`mutation {
    first: pauseActor(actor: "counter", key: "k") { status }
    second: resumeActor(actor: "counter", key: "k") { status }
  }`);
  assert.deepEqual(both.data, { first: { status: 'PAUSED' }, second: { status: 'IDLE' } });
});

test('destroyActor and cancelTimer', async (t) => {
  const { query, services } = await startWorld(t);
  services.control.activities.set('counter/a', BUSY);
  const cancel = () => query('mutation { cancelTimer(actor: "counter", key: "a", id: "t1") }');
  assert.deepEqual((await cancel()).data, { cancelTimer: true });
  assert.deepEqual((await cancel()).data, { cancelTimer: false });
  assert.deepEqual((await query('mutation { destroyActor(actor: "counter", key: "a") }')).data, {
    destroyActor: true,
  });
  assert.equal(services.control.orders.at(-1), 'destroy counter/a');
});

test('what the core refuses reaches the client with code and hint', async (t) => {
  const { query, services } = await startWorld(t);
  const file = {
    format: 1,
    actor: 'counter',
    key: 'a',
    version: 1,
    state: { n: 1 },
    exportedAt: '2026-01-01T00:00:00Z',
  };
  services.control.states.set('counter/a', { ...file, format: 1 });
  const again = await query('mutation ($file: JSON!) { importActor(file: $file) }', { file });
  assert.deepEqual(again.errors?.[0]?.extensions, { code: 'AW_STATE_EXISTS', hint: 'replace it' });
});

test('a key goes out as a file and comes in again, also under another key', async (t) => {
  const { query, services } = await startWorld(t);
  const file = { format: 1, actor: 'counter', key: 'a', version: 2, state: null, exportedAt: '2026-01-01T00:00:00Z' };
  const put = (variables: object) =>
    query(
      'mutation ($file: JSON!, $key: String, $replace: Boolean) { importActor(file: $file, key: $key, replace: $replace) }',
      variables,
    );
  assert.equal((await put({ file })).data.importActor, 'a');
  assert.deepEqual((await query('{ actorExport(name: "counter", key: "a") }')).data.actorExport, file);
  assert.equal((await put({ file, key: 'b' })).data.importActor, 'b');
  assert.equal(services.control.states.get('counter/b')?.key, 'b');
  assert.equal((await put({ file, replace: true })).errors, undefined);
  for (const wrong of [
    [],
    null,
    'x',
    { ...file, format: 2 },
    { ...file, state: undefined },
    { ...file, version: '1' },
  ]) {
    assert.ok((await put({ file: wrong })).errors, JSON.stringify(wrong));
  }
  const { errors } = await put({ file: { ...file, format: 2 } });
  assert.equal(errors?.[0]?.extensions.code, 'AW_IMPORT_INVALID');
  const none = await query('{ actorExport(name: "counter", key: "none") }');
  assert.equal(none.errors?.[0]?.extensions.code, 'AW_NOT_FOUND');
});

test('callCommand gives the answer, within the time that it was given', async (t) => {
  const { query, services } = await startWorld(t);
  services.answer = (type, data) => ({ type, data });
  const call = (timeoutMs: number | null) =>
    query(
      `mutation ($timeoutMs: Int) {
        callCommand(actor: "counter", key: "a", type: "counter.add", data: { add: 1 }, timeoutMs: $timeoutMs)
      }`,
      { timeoutMs },
    );
  assert.deepEqual((await call(null)).data.callCommand, { type: 'counter.add', data: { add: 1 } });
  assert.deepEqual((await call(500)).data.callCommand, { type: 'counter.add', data: { add: 1 } });
  assert.deepEqual(
    services.sent.map(({ timeoutMs }) => timeoutMs),
    [10_000, 500],
  );
  for (const wrong of [0, -1, 60_001]) {
    assert.equal((await call(wrong)).errors?.[0]?.extensions.code, 'AW_ARGUMENT_INVALID', String(wrong));
  }
});

test('resendDeadLetter sends as it was unless data is given, and removes only when told', async (t) => {
  const { query, services } = await startWorld(t);
  services.deadLetters.push({
    id: '12',
    tenant: 'default',
    code: 'AW_DATA_INVALID',
    error: 'Data breaks its schema',
    stream: 'MAILBOX',
    sequence: 5,
    subject: 'aw.default.cmd.3.counter.x',
    type: 'counter.add',
    attempts: 1,
    at: 0,
    headers: {},
    data: '{}',
  });
  const resend = (variables: object) =>
    query(
      'mutation ($id: ID!, $data: JSON, $remove: Boolean) { resendDeadLetter(id: $id, data: $data, remove: $remove) }',
      variables,
    );
  assert.equal((await resend({ id: '12' })).data.resendDeadLetter, 'resent-1');
  assert.equal((await resend({ id: '12', data: null, remove: false })).errors, undefined);
  assert.equal((await resend({ id: '12', data: { add: 2 }, remove: true })).errors, undefined);
  assert.deepEqual(
    services.resent.map(({ options }) => options),
    [{ remove: false }, { remove: false }, { data: { add: 2 }, remove: true }],
  );
  assert.equal((await resend({ id: '13' })).errors?.[0]?.extensions.code, 'AW_DEAD_LETTER_UNKNOWN');
});

test('actorReplay: says what was rebuilt, and where it differs', async (t) => {
  const { query } = await startWorld(t);
  const fields = '{ upTo messages state compared difference { sequence stored rebuilt } }';
  const same = await query(`{ actorReplay(name: "counter", key: "a", to: 7) ${fields} }`);
  assert.deepEqual(same.data.actorReplay, { upTo: 7, messages: 4, state: { n: 1 }, compared: 1, difference: null });
  const other = await query(`{ actorReplay(name: "counter", key: "other") ${fields} }`);
  assert.deepEqual(other.data.actorReplay.difference, { sequence: 3, stored: { n: 1 }, rebuilt: { n: 2 } });
});
