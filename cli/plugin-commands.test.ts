import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { Plugin } from '../proto/generated/graphql.ts';
import { startCommandWorld } from './command-world.ts';
import type { FakeGateway } from './fake-gateway.ts';

const REQUESTED = { kv: { prefix: 'labels/' }, queue: ['print'], secrets: ['key'] };
const PLUGIN: Plugin = {
  id: 'label-printer@1.0.0',
  name: 'label-printer',
  version: '1.0.0',
  description: 'Prints \u001b[2J labels',
  manifestPath: '/plugins/label-printer',
  state: 'FOUND',
  error: null,
  functions: ['describe', 'print'],
  hooks: { onUSBAttach: 'describe' },
  permissions: {
    requested: REQUESTED,
    granted: null,
    effective: {},
    items: [
      { capability: 'kv', name: 'kv', sentence: 'Keep values under "labels/"', isGranted: false, isAvailable: true },
      {
        capability: 'queue',
        name: 'queue:print:add',
        sentence: 'Add jobs to "print"',
        isGranted: false,
        isAvailable: true,
      },
      {
        capability: 'secrets',
        name: 'secrets:key',
        sentence: 'Use the secret "key"',
        isGranted: false,
        isAvailable: false,
      },
    ],
    grantedAt: null,
    changedAt: null,
  },
  integrity: 'HASHED',
  sha256: 'ab'.repeat(32),
  size: 1536,
  loadedAt: null,
  loadDurationMs: null,
  options: { loud: true },
  limits: { callTimeoutMs: 1_000, maxOutputBytes: 1_048_576, maxHeapBytes: 16 * 1024 ** 2, maxWorkers: 1 },
  stats: {
    calls: 0,
    failures: 0,
    timeouts: 0,
    denials: 0,
    instances: 0,
    pending: 0,
    lastCallAt: null,
    p50Ms: null,
    p99Ms: null,
    recentDenials: [],
  },
  jobTypes: [{ type: 'label.print', description: '', schema: {} }],
};
const AT = '2026-11-26T10:00:00.000Z';
const LOADED: Plugin = {
  ...PLUGIN,
  state: 'LOADED',
  loadedAt: AT,
  loadDurationMs: 12.4,
  permissions: {
    ...PLUGIN.permissions,
    granted: { kv: REQUESTED.kv },
    grantedAt: AT,
    changedAt: '2026-11-26T11:00:00.000Z',
    items: PLUGIN.permissions.items.map((item) => ({ ...item, isGranted: item.capability === 'kv' })),
  },
  stats: {
    ...PLUGIN.stats,
    calls: 7,
    failures: 1,
    denials: 2,
    instances: 1,
    p50Ms: 0.2,
    p99Ms: 1.26,
    recentDenials: [{ capability: 'queue', subject: 'mail', at: AT }],
  },
};
const policy = (allowsUnsigned: boolean) => ({ plugins: { allowsUnsigned, folders: ['/plugins'] } });

/** Inspecting succeeds, and so does loading, once everything was granted. */
function answerLoad(gateway: FakeGateway, isGranted = false): void {
  gateway.requests.length = 0;
  gateway.answer = ({ query, variables }) =>
    query.startsWith('query')
      ? { data: { inspectPlugin: PLUGIN } }
      : isGranted || 'grant' in variables
        ? { data: { loadPlugin: LOADED } }
        : { errors: [{ message: 'Nobody was asked', extensions: { code: 'AW_PLUGIN_CONSENT_MISSING' } }] };
}
const loads = ({ requests }: FakeGateway) => requests.filter(({ query }) => query.startsWith('mutation'));

test('plugin ls shows state, grants and calls, and says that unsigned ones are loaded here', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const failed = {
    ...PLUGIN,
    name: 'bad',
    state: 'FAILED',
    error: { code: 'AW_PLUGIN_TRAPPED', message: 'It trapped' },
  };
  gateway.answer = () => ({ data: { plugins: [LOADED, failed], health: policy(true) } });
  const { out, err } = await run(['plugin', 'ls']);
  assert.match(out, /label-printer +1\.0\.0 +loaded +1 of 3 +7 +1 +2 +1\.3 ms\n/);
  assert.match(out, /bad +1\.0\.0 +failed +0 of 3 +0 +0 +0 +AW_PLUGIN_TRAPPED: It trapped\n/);
  assert.match(err, /nobody has signed/);
  assert.deepEqual((await runJson(['plugin', 'ls'])).document, [LOADED, failed]);
  gateway.answer = () => ({ data: { plugins: [], health: policy(false) } });
  const none = await run(['plugin', 'ls']);
  assert.deepEqual([none.out, none.err], ['No plugins in /plugins. Write one: autoweave plugin new NAME\n', '']);
});

test('plugin show and inspect have all that is known, and no control characters', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = ({ query }) => ({
    data: query.includes('inspectPlugin') ? { inspectPlugin: PLUGIN } : { plugin: LOADED },
  });
  const { out } = await run(['plugin', 'show', 'label-printer']);
  for (const expected of [
    /^id +label-printer@1\.0\.0\n/,
    /for +Prints \ufffd\[2J labels\n/,
    /state +loaded\n/,
    /loaded +2026-11-26T10:00:00\.000Z, in 13 ms\n/,
    /integrity +its SHA-256 fits; who has made it is not known\n/,
    /size +1\.5 KiB\n/,
    /onUSBAttach +describe\n/,
    /limits +1 s a call, 1 MiB of output, 16 MiB of memory, 1 at once\n/,
    /permissions, granted at 2026\S+, changed at 2026-11-26T11/,
    / {2}granted {6}kv {15}Keep values under "labels\/"\n {2}not granted {2}queue:print:add {2}Add jobs to "print"\n/,
    /secrets:key +Use the secret "key" \(changes nothing: /,
    /7 calls, 1 failed, 0 took too long, 2 denied/,
    /p50 0\.20 ms, p99 1\.26 ms\n/,
    /denied queue mail at 2026/,
  ])
    assert.match(out, expected);
  assert.ok(!out.includes('\u001b'));
  const inspected = await run(['plugin', 'inspect', 'some/folder']);
  assert.match(inspected.out, /state +found\n/);
  assert.match(inspected.out, / {2}asked for +kv +Keep values/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { manifestPath: resolve('some/folder') });
  assert.deepEqual((await runJson(['plugin', 'inspect', '/a'])).document, PLUGIN);

  gateway.answer = ({ query }) => ({
    data: query.startsWith('{') ? { plugins: [{ name: 'label-printer' }] } : { plugin: null },
  });
  const unknown = await run(['plugin', 'show', 'lable-printer']);
  assert.equal(unknown.code, 1);
  assert.match(
    unknown.err,
    /^AW_PLUGIN_UNKNOWN: There is no plugin "lable-printer"\. Next: did you mean "label-printer"\?/,
  );
});

test('plugin load asks on a terminal, in sentences, before it grants', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  const line = ['plugin', 'load', 'some/folder', '--options', '{"loud":true}'];
  answerLoad(gateway);
  const yes = await run(line, { answer: 'y' });
  assert.deepEqual(yes.asked, ['Grant and load? [y/N] ']);
  assert.match(
    yes.err,
    /^label-printer@1\.0\.0 asks for this:\n {2}Keep values under "labels\/"\n {2}Add jobs to "print"\n/,
  );
  assert.deepEqual([yes.code, yes.out], [0, 'label-printer@1.0.0: loaded in 13 ms\n']);
  const manifestPath = resolve('some/folder');
  assert.deepEqual(loads(gateway).at(-1)?.variables, { manifestPath, options: { loud: true }, grant: REQUESTED });

  for (const answer of ['', 'n', 'yess']) {
    answerLoad(gateway);
    const no = await run(line, { answer });
    assert.equal(no.code, 1, answer);
    assert.match(no.err, /AW_NOT_CONFIRMED: Plugin "label-printer@1\.0\.0" was granted nothing and not loaded/);
    assert.equal(loads(gateway).length, 1, 'the gateway was asked whether it is granted already, and no more');
  }
});

test('plugin load needs --grant where nobody can be asked, unless all was granted before', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  answerLoad(gateway);
  const alone = await run(['plugin', 'load', '/p']);
  assert.equal(alone.code, 1);
  assert.match(
    alone.err,
    /^AW_PLUGIN_CONSENT_MISSING: .*asks for this: Keep values .*; Add jobs .*Next: .* give --grant, or/,
  );
  assert.equal((await runJson(['plugin', 'load', '/p'])).document.error.code, 'AW_PLUGIN_CONSENT_MISSING');

  const cases: [string[], object][] = [
    [['--grant'], { grant: REQUESTED }],
    [['--grant-only', 'kv'], { grant: { kv: REQUESTED.kv } }],
    [['--grant-only', 'kv,queue'], { grant: { kv: REQUESTED.kv, queue: [{ name: 'print', mode: 'both' }] } }],
    [
      ['--grant-only', 'kv', '--grant-only', 'queue:print:work'],
      { grant: { kv: REQUESTED.kv, queue: [{ name: 'print', mode: 'work' }] } },
    ],
  ];
  for (const [options, grant] of cases) {
    answerLoad(gateway);
    assert.deepEqual((await runJson(['plugin', 'load', '/p', ...options])).document, LOADED);
    assert.deepEqual(
      loads(gateway).map(({ variables }) => variables),
      [{ manifestPath: '/p', ...grant }],
    );
  }
  answerLoad(gateway, true);
  const again = await run(['plugin', 'load', '/p'], { answer: 'never asked' });
  assert.deepEqual([again.code, again.asked.length, gateway.requests.length], [0, 0, 1]);

  answerLoad(gateway, true);
  const { answer } = gateway;
  gateway.answer = (request) =>
    request.query.startsWith('query Found') ? { data: { plugin: { manifestPath: '/found' } } } : answer(request);
  assert.equal((await run(['plugin', 'load', 'label-printer'])).code, 0);
  assert.deepEqual(loads(gateway).at(-1)?.variables, { manifestPath: '/found' });

  const wrong: [string[], RegExp][] = [
    [['--grant', '--grant-only', 'kv'], /give either --grant or --grant-only/],
    [
      ['--grant-only', 'quue'],
      /--grant-only is "quue" \(did you mean "queue"\?\), allowed: what .* kv, queue:print:add, secrets:key/,
    ],
    [['--grant-only', 'usb'], /--grant-only is "usb", allowed: what "label-printer" asks for/],
    [['--options', '{loud'], /--options is no JSON/],
  ];
  for (const [options, message] of wrong) {
    answerLoad(gateway);
    const { code, err } = await run(['plugin', 'load', '/p', ...options]);
    assert.equal(code, 2, options.join(' '));
    assert.match(err, message);
  }
});

test('plugin reload, unload, grant and revoke', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = ({ query }) => ({
    data: query.startsWith('query')
      ? { plugin: PLUGIN }
      : { reloadPlugin: LOADED, unloadPlugin: true, grantPlugin: LOADED, revokePlugin: true },
  });
  assert.equal((await run(['plugin', 'reload', 'label-printer'])).out, 'label-printer@1.0.0: loaded in 13 ms\n');
  assert.deepEqual((await runJson(['plugin', 'unload', 'a@1.0.0'])).document, { id: 'a@1.0.0', unloaded: true });
  assert.equal((await run(['plugin', 'revoke', 'a'])).out, 'a: consent taken back, unloaded\n');
  const granted = await run(['plugin', 'grant', 'label-printer', 'kv', 'queue:print:add']);
  assert.match(granted.out, /loaded in 13 ms\n {2}granted +Keep values.*\n {2}not granted +Add jobs/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, {
    name: 'label-printer',
    capabilities: ['kv', 'queue:print:add'],
  });
  await run(['plugin', 'grant', 'label-printer']);
  assert.deepEqual(gateway.requests.at(-1)?.variables['permissions'], REQUESTED);
  assert.equal((await run(['plugin', 'grant', 'label-printer', 'usb'])).code, 2);

  gateway.answer = ({ query }) => ({
    data: query.startsWith('query')
      ? { plugin: PLUGIN }
      : { unloadPlugin: false, revokePlugin: false, grantPlugin: PLUGIN },
  });
  assert.equal((await run(['plugin', 'unload', 'a'])).out, 'a: was not loaded\n');
  assert.equal((await run(['plugin', 'revoke', 'a'])).out, 'a: nothing was granted\n');
  assert.match(
    (await run(['plugin', 'grant', 'a'])).err,
    /not loaded: autoweave plugin load \/plugins\/label-printer\n/,
  );
  gateway.answer = ({ query }) => ({
    data: query.startsWith('{') ? { plugins: [{ name: 'abc' }] } : { unloadPlugin: false, plugin: null },
  });
  assert.match((await run(['plugin', 'unload', 'abd@1.0.0'])).err, /^AW_PLUGIN_UNKNOWN: .*did you mean "abc"\?/);
  assert.match((await run(['plugin', 'grant', 'abd'])).err, /^AW_PLUGIN_UNKNOWN/);
  let found: object = { state: 'LOADED', manifestPath: '/p', error: null };
  gateway.answer = ({ query }) =>
    !query.startsWith('mutation')
      ? { data: { plugins: [{ name: 'abc' }], plugin: found } }
      : { errors: [{ message: 'It is unknown', extensions: { code: 'AW_PLUGIN_UNKNOWN' } }] };
  assert.match(
    (await run(['plugin', 'reload', 'abc@2'])).err,
    /^AW_PLUGIN_UNKNOWN: It is unknown\. Next: autoweave plugin show abc says/,
  );
  const states: [object, string][] = [
    [{ state: 'UNLOADED', manifestPath: '/p/a b', error: null }, '(unloaded). Next: autoweave plugin load "/p/a b"'],
    [
      { state: 'FAILED', manifestPath: '/p', error: { code: 'AW_X', message: 'No' } },
      '(AW_X: No). Next: autoweave plugin load /p',
    ],
  ];
  for (const [state, expected] of states) {
    found = state;
    const { err } = await run(['plugin', 'call', 'abc', 'f']);
    assert.equal(err, `AW_PLUGIN_UNKNOWN: Plugin "abc" is not loaded ${expected}\n`);
  }
});

test('plugin revoke with capabilities takes these back, and says what is left and what it means', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  let left: Plugin = LOADED;
  gateway.answer = ({ query }) => ({ data: query.startsWith('query') ? { plugin: left } : { revokePlugin: true } });
  const revoke = ['plugin', 'revoke', 'label-printer', 'queue:print', 'secrets'];
  const some = await run(revoke);
  assert.deepEqual([some.code, some.err], [0, '']);
  assert.match(some.out, /: queue:print, secrets taken back\n {2}granted +Keep values.*\n {2}not granted +Add jobs/);
  const capabilities = ['queue:print', 'secrets'];
  assert.deepEqual(gateway.requests[0]?.variables, { name: 'label-printer', capabilities });
  left = { ...LOADED, error: { code: 'AW_PLUGIN_IMPORT_DENIED', message: 'It imports "kv_get"' } };
  const goesOn = await run(revoke);
  assert.match(goesOn.err, /^It goes on, and is refused .* cannot be loaded again without it\n$/);
  assert.doesNotMatch(goesOn.out, /IMPORT_DENIED/);
  assert.match((await run(['plugin', 'show', 'x'])).out, /\nnote +it goes on, but cannot be loaded again: It imports/);
  const { document } = await runJson(revoke);
  assert.deepEqual(document, { name: 'label-printer', revoked: true, capabilities, plugin: left });

  const error = {
    message: 'Plugin "label-printer" was not granted "quue"',
    extensions: { code: 'AW_PLUGIN_NOT_GRANTED', hint: 'did you mean "queue"? granted to it: kv' },
  };
  gateway.answer = () => ({ errors: [error] });
  const wrong = await run(['plugin', 'revoke', 'label-printer', 'quue']);
  assert.equal(wrong.code, 1);
  assert.equal(wrong.err, `AW_PLUGIN_NOT_GRANTED: ${error.message}. Next: ${error.extensions.hint}\n`);
  assert.equal((await runJson(revoke)).document.error.code, 'AW_PLUGIN_NOT_GRANTED');
  assert.match((await run(['plugin', 'revoke', '--help'])).out, /revoke <?NAME>? .*CAPABILITY/);
});

test('plugin call prints the output, and its errors say what to do next', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { executePlugin: { title: 'A \u001b[2J' } } });
  const call = ['plugin', 'call', 'hello', 'greet'];
  assert.equal((await run([...call, '{"name":"Ann"}', '--timeout', '2s'])).out, '{\n  "title": "A \\u001b[2J"\n}\n');
  const sent = { name: 'hello', function: 'greet' };
  assert.deepEqual(gateway.requests[0]?.variables, { ...sent, input: { name: 'Ann' }, timeoutMs: 2_000 });
  assert.deepEqual((await runJson(call)).document, { output: { title: 'A \u001b[2J' } });
  assert.deepEqual(gateway.requests[1]?.variables, sent);
  for (const timeout of ['0', '61s', 'soon'])
    assert.equal((await run([...call, '--timeout', timeout])).code, 2, timeout);

  const cases: [string, RegExp][] = [
    ['AW_PLUGIN_FUNCTION_UNKNOWN', /: No\. Next: did you mean "great"\? autoweave plugin show hello/],
    [
      'AW_PLUGIN_CONSENT_MISSING',
      /: No\. Next: autoweave plugin show hello .* autoweave plugin grant hello grants it\n/,
    ],
    [
      'AW_PLUGIN_DENIED',
      /: No\. Next: grant it with autoweave plugin grant hello: autoweave plugin show hello says by which name\n/,
    ],
    ['AW_PLUGIN_UNSIGNED', /: No\. Next: .* --plugin-signatures off/],
    ['AW_PLUGIN_GRANT_EXCESSIVE', /: No\n/],
    ['AW_PLUGIN_UNKNOWN', /: There is no plugin "hello"\. Next: did you mean "hallo"\?/],
    ['AW_PLUGIN_TRAPPED', /: No\. Next: this is a fault in the plugin/],
    ['AW_PLUGIN_TIMEOUT', /: No\. Next: raise limits\.call_timeout_ms/],
    ['AW_PLUGIN_OUTPUT_TOO_LARGE', /: No\. Next: raise limits\.max_output_kb/],
    ['AW_PLUGIN_MEMORY_EXCEEDED', /: No\. Next: raise permissions\.memory\.max_heap_mb/],
    ['AW_PLUGIN_ERROR', /: No\n/],
  ];
  for (const [code, message] of cases) {
    gateway.answer = ({ query }) =>
      query.startsWith('mutation')
        ? { errors: [{ message: 'No', extensions: { code } }] }
        : { data: { plugin: { functions: ['great'] }, plugins: [{ name: 'hallo' }] } };
    const { code: exit, err } = await run(call);
    assert.equal(exit, 1, code);
    assert.ok(err.startsWith(code), err);
    assert.match(err, message);
  }
  const denied = 'AW_PLUGIN_DENIED: key "x" is not granted';
  gateway.answer = () => ({ errors: [{ message: denied, extensions: { code: 'AW_PLUGIN_ERROR' } }] });
  assert.match(
    (await run(call)).err,
    /^AW_PLUGIN_ERROR: AW_PLUGIN_DENIED: .* Next: grant it with autoweave plugin grant/,
  );
  const message = `${denied}, and its plugin.json does not ask for it`;
  gateway.answer = () => ({ errors: [{ message, extensions: { code: 'AW_PLUGIN_ERROR' } }] });
  assert.match((await run(call)).err, /Next: if it is to do that, add it to permissions in its plugin\.json/);
});
