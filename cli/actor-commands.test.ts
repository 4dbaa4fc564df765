import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';

const ACTOR = {
  name: 'counter',
  key: 'visits',
  tenant: 'default',
  version: 1,
  lastSeq: 12,
  attempt: 0,
  outbox: 0,
  updatedAt: '2026-11-22T10:00:00.000Z',
};
const TIMER = {
  id: 'nightly',
  due: '2026-11-23T00:00:00.000Z',
  recurrence: 'every 5000 ms',
  missed: 'ONCE',
  type: 'counter.add',
  data: { add: 1 },
};
const ACTIVITY = {
  status: 'WAITING',
  depth: 3,
  lagMs: 61_000,
  owner: 'owner-1',
  current: { id: 'm1', type: 'counter.add', sequence: 13, attempt: 2 },
  problem: { code: 'AW_UNEXPECTED', message: 'It \u001b[2J broke' },
  timers: [TIMER],
};
const KEY = ['counter', 'visits'];
const FILE = {
  format: 1,
  actor: 'counter',
  key: 'visits',
  version: 1,
  state: { n: 1 },
  exportedAt: '2026-11-22T10:00:00Z',
};

test('actor ls asks for what was named, page after page, also over pages without any', async () => {
  await using world = await startCommandWorld();
  const { gateway, runJson } = world;
  const actor = { ...ACTOR, activity: ACTIVITY, state: { n: 1 } };
  const pages = [
    { actors: [actor, actor], next: 'n1' },
    { actors: [], next: 'n2' },
    { actors: [actor], next: null },
  ];
  gateway.answer = () => ({ data: { actors: pages.shift() } });
  const { document } = await runJson([
    'actor',
    'ls',
    'counter',
    '--prefix',
    'vi',
    '--status',
    'waiting',
    '--limit',
    '250',
  ]);
  assert.deepEqual(document, [actor, actor, actor]);
  const wanted = { name: 'counter', prefix: 'vi', status: 'WAITING', first: 100 };
  assert.deepEqual(
    gateway.requests.map(({ variables }) => variables),
    [
      { ...wanted, after: null },
      { ...wanted, after: 'n1' },
      { ...wanted, after: 'n2' },
    ],
  );
});

test('actor ls shows a row for each, and a ? where an owner does not answer', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  const actors = [
    { ...ACTOR, activity: ACTIVITY },
    { ...ACTOR, key: 'away', activity: null },
  ];
  gateway.answer = () => ({ data: { actors: { actors, next: 'more' } } });
  const { out, err } = await run(['actor', 'ls', '--limit', '2']);
  assert.match(out, /counter +visits +WAITING +3 +1 min +0 +1 +owner-1 +2026/);
  assert.match(out, /counter +away +\? +\? +\? +0 +\? +\? +2026/);
  assert.match(err, /more than 2/);
  gateway.answer = () => ({ data: { actors: { actors: [], next: null } } });
  assert.match((await run(['actor', 'ls'])).out, /No actors/);
  assert.equal((await run(['actor', 'ls', '--limit', '0'])).code, 2);
  assert.equal((await run(['actor', 'ls', '--status', 'dead'])).code, 2);
});

test('actor get shows state and what the key does, also of a key without a state', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { actor: { ...ACTOR, state: { total: 7 } }, actorActivity: ACTIVITY } });
  const { out } = await run(['actor', 'get', ...KEY]);
  assert.match(out, /lastSeq +12\n/);
  assert.match(out, /activity +WAITING, 3 messages wait, the oldest for 1 min, AW_UNEXPECTED: It \ufffd\[2J broke\n/);
  assert.match(out, /at work +counter\.add m1, attempt 2\n/);
  assert.match(out, /timer +nightly: counter\.add at 2026-11-23/);
  assert.match(out, /"total": 7/);
  const { document } = await runJson(['actor', 'get', ...KEY]);
  assert.deepEqual([document.state, document.activity], [{ total: 7 }, ACTIVITY]);
  gateway.answer = () => ({ data: { actor: null, actorActivity: ACTIVITY } });
  assert.equal((await runJson(['actor', 'get', ...KEY])).document.activity.depth, 3);
  for (const actorActivity of [null, { ...ACTIVITY, depth: 0, timers: [] }]) {
    gateway.answer = () => ({ data: { actor: null, actorActivity } });
    const none = await runJson(['actor', 'get', 'counter', 'none']);
    assert.equal(none.code, 1);
    assert.equal(none.document.error.code, 'AW_ACTOR_UNKNOWN');
  }
});

test('actor send', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { sendCommand: 'c1' } });
  assert.equal((await run(['actor', 'send', ...KEY, 'counter.add', '{"add":1}'])).out, 'c1\n');
  const command = { actor: 'counter', key: 'visits', type: 'counter.add', data: { add: 1 } };
  assert.deepEqual(gateway.requests[0]?.variables, command);
  assert.deepEqual((await runJson(['actor', 'send', ...KEY, 'counter.reset'])).document, { id: 'c1' });
  assert.deepEqual(gateway.requests[1]?.variables['data'], {});
  assert.equal((await run(['actor', 'send', ...KEY, 'counter.add', '{add:1}'])).code, 2);
});

test('actor send --wait shows the answer', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { callCommand: { total: 8 } } });
  const line = ['actor', 'send', ...KEY, 'counter.add', '{"add":1}', '--wait'];
  assert.equal((await run(line)).out, '{\n  "total": 8\n}\n');
  assert.equal(gateway.requests[0]?.variables['timeoutMs'], 10_000);
  assert.deepEqual((await runJson([...line, '--timeout', '50'])).document, { answer: { total: 8 } });
  assert.equal(gateway.requests[1]?.variables['timeoutMs'], 50);
  gateway.answer = () => ({ data: { callCommand: null } });
  assert.equal((await run(line)).out, 'null\n');
  gateway.answer = () => ({
    errors: [{ message: 'No answer', extensions: { code: 'AW_CALL_TIMEOUT', hint: 'look' } }],
  });
  assert.deepEqual((await runJson(line)).document.error, {
    code: 'AW_CALL_TIMEOUT',
    message: 'No answer',
    hint: 'look',
  });
  // An actor of one's own has codes of its own.
  gateway.answer = () => ({ errors: [{ message: 'No', extensions: { code: 'COUNTER_NEGATIVE' } }] });
  assert.match((await run(line)).err, /^COUNTER_NEGATIVE: No\n/);
  assert.equal((await run(['actor', 'send', ...KEY, 'counter.add', '--timeout', '50'])).code, 2);
  for (const wrong of ['0', '60001', 'x']) assert.equal((await run([...line, '--timeout', wrong])).code, 2, wrong);
});

test('actor pause, resume and kill say what the key does then', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  for (const [word, field] of [
    ['pause', 'pauseActor'],
    ['resume', 'resumeActor'],
    ['kill', 'killActor'],
  ] as const) {
    gateway.answer = ({ query }) => ({ data: query.includes(`${field}(`) ? { [field]: ACTIVITY } : {} });
    assert.match((await run(['actor', word, ...KEY])).out, /^counter visits: WAITING, 3 messages wait/);
    const { document } = await runJson(['actor', word, ...KEY]);
    assert.deepEqual(document, { actor: 'counter', key: 'visits', activity: ACTIVITY });
    gateway.answer = () => ({ data: { [field]: null } });
    assert.equal((await run(['actor', word, ...KEY])).out, 'counter visits: its owner does not answer\n');
  }
});

test('actor destroy does nothing until it is confirmed', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { destroyActor: true } });
  const line = ['actor', 'destroy', ...KEY];
  const nobody = await run(line);
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /^AW_NOT_CONFIRMED: .*Next: give --yes/);
  assert.equal((await runJson(line)).document.error.code, 'AW_NOT_CONFIRMED');
  assert.equal((await run(line, { answer: 'visit' })).code, 1);
  const empty = await run(['actor', 'destroy', 'counter', ''], { answer: '' });
  assert.equal(empty.code, 1, 'an empty line confirms nothing');
  assert.deepEqual(gateway.requests, []);
  const typed = await run(line, { answer: 'visits' });
  assert.deepEqual([typed.code, typed.out], [0, 'counter visits: destroyed\n']);
  assert.match(typed.asked[0]!, /Removes state and timers of counter visits\. Type visits/);
  const told = await run([...line, '--yes'], { answer: 'never asked' });
  assert.deepEqual([told.code, told.asked.length], [0, 0]);
  assert.deepEqual((await runJson([...line, '--yes'])).document, { actor: 'counter', key: 'visits', destroyed: true });
  assert.equal(gateway.requests.length, 3);
});

test('actor timers and cancel-timer', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { actorActivity: { timers: [TIMER] } } });
  assert.match(
    (await run(['actor', 'timers', ...KEY])).out,
    /nightly +2026-11-23\S+ +every 5000 ms +once +counter\.add +\{"add":1\}/,
  );
  assert.deepEqual((await runJson(['actor', 'timers', ...KEY])).document, [TIMER]);
  gateway.answer = () => ({ data: { actorActivity: { timers: [] } } });
  assert.equal((await run(['actor', 'timers', ...KEY])).out, 'No timers\n');
  gateway.answer = () => ({ data: { actorActivity: null } });
  assert.equal((await runJson(['actor', 'timers', ...KEY])).document.error.code, 'AW_OWNER_SILENT');
  gateway.answer = () => ({ data: { cancelTimer: true } });
  assert.match((await run(['actor', 'cancel-timer', ...KEY, 'nightly'])).out, /timer nightly is cancelled/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { actor: 'counter', key: 'visits', id: 'nightly' });
  gateway.answer = () => ({ data: { cancelTimer: false } });
  assert.equal((await runJson(['actor', 'cancel-timer', ...KEY, 'x'])).document.error.code, 'AW_TIMER_UNKNOWN');
});

test('actor export and import', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson, folder } = world;
  gateway.answer = () => ({ data: { actorExport: FILE } });
  assert.deepEqual(JSON.parse((await run(['actor', 'export', ...KEY])).out), FILE);
  const path = join(folder, 'visits.json');
  assert.deepEqual((await runJson(['actor', 'export', ...KEY, path])).document, {
    actor: 'counter',
    key: 'visits',
    file: path,
  });
  assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), FILE);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const again = await runJson(['actor', 'export', ...KEY, path]);
  assert.equal(again.document.error.code, 'AW_FILE_FAILED', 'what is there is left alone');

  gateway.answer = ({ variables }) => ({ data: { importActor: variables['key'] ?? 'visits' } });
  assert.equal((await run(['actor', 'import', path])).out, 'counter visits: imported\n');
  assert.deepEqual(gateway.requests.at(-1)?.variables, { file: FILE, key: null, replace: false });
  const copy = await runJson(['actor', 'import', path, '--key', 'copy', '--replace']);
  assert.deepEqual(copy.document, { actor: 'counter', key: 'copy' });
  assert.deepEqual(gateway.requests.at(-1)?.variables, { file: FILE, key: 'copy', replace: true });
  assert.equal((await runJson(['actor', 'import', join(folder, 'none')])).document.error.code, 'AW_FILE_FAILED');
  await writeFile(join(folder, 'no.json'), 'no JSON');
  assert.equal((await run(['actor', 'import', join(folder, 'no.json')])).code, 2);
});

test('actor replay', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const same = { upTo: 7, messages: 3, state: { total: 2 }, compared: 1, difference: null };
  gateway.answer = () => ({ data: { actorReplay: same } });
  const printed = await run(['actor', 'replay', ...KEY, '--to', '7']);
  assert.equal(printed.code, 0);
  assert.match(printed.out, /^counter visits: 3 messages up to 7, as stored\n/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { name: 'counter', key: 'visits', to: 7 });
  assert.deepEqual((await runJson(['actor', 'replay', ...KEY])).document, same);

  const difference = { sequence: 5, stored: { total: 2 }, rebuilt: { total: 3 } };
  gateway.answer = () => ({ data: { actorReplay: { ...same, difference } } });
  const other = await run(['actor', 'replay', ...KEY]);
  assert.equal(other.code, 1);
  assert.match(other.out, /NOT as stored\nafter message 5\nstored: {2}\{"total":2\}\nrebuilt: \{"total":3\}\n/);
  assert.equal((await run(['actor', 'replay', ...KEY, '--to', 'x'])).code, 2);
});
