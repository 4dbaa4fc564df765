import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';
import { describeEvent } from './commands/event-text.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const AT = '2026-11-26T10:00:00.000Z';
const event = (cursor: string, type: string, data: unknown) => ({
  events: {
    __typename: 'Event',
    id: `e${cursor}`,
    cursor,
    type,
    subject: 'hello',
    source: 'x',
    at: AT,
    data,
    traceId: TRACE,
  },
});
const caughtUp = (cursor: string) => ({ events: { __typename: 'CaughtUp', cursor } });
const lagged = { events: { __typename: 'Lagged', cursor: '7', from: '5', to: '7', count: null } };
const LOADED = { plugin: 'hello', pluginId: 'hello@1.0.0', sha256: 'ab', durationMs: 12 };

test('events goes on from the last cursor after the connection ended, with its types', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  const rounds = [
    [caughtUp('3'), event('4', 'plugin.loaded', LOADED)],
    [lagged, event('8', 'a.b', 1)],
  ];
  gateway.stream = () => rounds.shift() ?? [];
  const { code, out } = await run(['events', 'plugin.*', 'a.b', '--json', '--count', '2']);
  assert.equal(code, 0);
  const shown = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    shown.map(({ __typename, cursor, traceId = null }) => [__typename, cursor, traceId]),
    [
      ['CaughtUp', '3', null],
      ['Event', '4', TRACE],
      ['Lagged', '7', null],
      ['Event', '8', TRACE],
    ],
  );
  const types = ['plugin.*', 'a.b'];
  assert.deepEqual(
    gateway.requests.map(({ variables }) => variables),
    [
      { after: null, types },
      { after: '4', types },
    ],
  );
});

test('events says what happens in words', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  gateway.stream = () => [lagged, event('8', 'plugin.loaded', LOADED), event('9', 'own.thing', { text: '\u001b[2J' })];
  const { out } = await run(['events', '--after', '5', '--count', '2']);
  assert.deepEqual(gateway.requests[0]?.variables, { after: '5', types: null });
  const [gone, loaded, own] = out.trimEnd().split('\n');
  assert.equal(gone, 'An unknown number of events are gone from the log, from 5 to 7');
  assert.match(
    loaded!,
    /^2026-11-26T10:00:00\.000Z {5}8 {2}plugin\.loaded +hello {2}hello@1\.0\.0 was loaded in 12 ms$/,
  );
  assert.match(own!, /own\.thing +hello {2}\{"text":"\\u001b\[2J"\}$/);
  assert.equal((await run(['events', '--count', 'many'])).code, 2);
});

test('events shows the last ones first, and goes on after them unless told not to', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const past = ['in-c-41', 'in-c-42'].map((cursor) => event(cursor, 'plugin.loaded', LOADED).events);
  const history = past.map(({ __typename: _, ...told }) => told);
  gateway.answer = () => ({ data: { eventHistory: history } });
  const alone = await run(['events', 'plugin.*', '--last', '2', '--no-follow']);
  assert.match(alone.out, /^\S+ {4}41 {2}plugin\.loaded .*\n\S+ {4}42 {2}plugin\.loaded .*\n$/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { types: ['plugin.*'], last: 2 });
  await run(['events', '--no-follow']);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { types: null, last: 50 });
  assert.equal((await run(['events', '--last', '2', '--count', '1'])).out.split('\n').length, 2);

  gateway.stream = () => [caughtUp('in-c-42'), event('in-c-43', 'a.b', 1)];
  const { out } = await run(['events', '--last', '2', '--count', '3', '--json']);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(lines.slice(0, 2), past);
  assert.equal(lines.at(-1).cursor, 'in-c-43');
  assert.deepEqual(gateway.requests.at(-1)?.variables, { after: 'in-c-42', types: null });
  for (const wrong of [
    ['--last', '0'],
    ['--last', '1001'],
    ['--last', '1', '--after', 'x-1'],
  ]) {
    assert.equal((await runJson(['events', ...wrong])).document.error.code, 'AW_CLI_USAGE');
  }
});

test('describeEvent has a sentence for each of our events, and shows the data of others', () => {
  const device = { id: '1209:1', vendor: 'Acme', product: 'Scale', virtual: true };
  const error = { code: 'AW_X', message: 'No' };
  const cases: [string, unknown, string][] = [
    ['device.attached', { device }, 'Acme Scale (virtual) was attached'],
    ['plugin.failed', { plugin: 'a', error }, 'AW_X: No'],
    ['plugin.hook_failed', { hook: 'onUSBAttach', jobId: '7', error }, 'onUSBAttach, job 7: AW_X: No'],
    ['plugin.revoked', { plugin: 'a' }, 'what was granted was taken back'],
    ['plugin.revoked', { plugin: 'a', capabilities: ['usb'] }, 'usb was taken back'],
    ['plugin.granted', { version: '1.0.0', granted: { kv: {}, usb: {} } }, '1.0.0 was granted kv, usb'],
    [
      'plugin.denied',
      { capability: 'queue', subject: 'mail', count: 3 },
      'tried queue "mail", which is not granted, 3 times',
    ],
    ['agent.status_changed', { name: 'g', status: 'DEPLOYED', before: 'DRAFT' }, 'g: deployed, was draft'],
    ['agent.status_changed', { name: 'g', status: 'DRAFT', before: null }, 'g: draft'],
    ['agent.run_started', { runId: 'r1', trigger: 'manual' }, 'run r1 began by hand'],
    [
      'agent.step_finished',
      { node: 'n', type: 'plugin', status: 'DONE', runId: 'r1' },
      'n (plugin) is done, of run r1',
    ],
    ['agent.run_finished', { runId: 'r1', status: 'FAILED', error }, 'run r1 has failed, AW_X: No'],
    ['memory.remembered', { characters: 9, agentId: 'a1' }, '9 characters were remembered by agent a1'],
    ['memory.forgotten', {}, 'was forgotten'],
    ['plugin.failed', { of: 'another version' }, '{"of":"another version"}'],
    ['own.thing', null, ''],
    ['toString', [1], '[1]'],
  ];
  for (const [type, data, expected] of cases) assert.equal(describeEvent({ type, data }), expected, type);
});

test('trace finds that of the last event of a type, and says what each step was about', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  const file = 'runtime/plugins/loaded-plugin.ts';
  const attributes = { plugin: 'hello', function: 'greet' };
  const step = { traceId: TRACE, spanId: 'a', parentSpanId: null, name: 'plugin.call', attributes, file };
  gateway.answer = ({ query, variables }) => {
    if (!query.includes('eventHistory'))
      return { data: { trace: [{ ...step, offsetUs: 0, durationUs: 1, ok: true }] } };
    const isKnown = (variables['types'] as readonly string[] | undefined)?.includes('memory.remembered') ?? false;
    return { data: { eventHistory: isKnown ? [{ id: 'e7', cursor: 'x-7', traceId: TRACE }] : [] } };
  };
  assert.match((await run(['trace', 'memory.remembered'])).out, /plugin\.call +yes +hello greet +runtime\/plugins/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { id: TRACE });
  assert.match(
    (await run(['trace', 'memory.lost'])).err,
    /^AW_TRACE_UNKNOWN: There was no event of type "memory.lost"/,
  );
});

test('trace finds that of a run and of a job, too', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const steps = [
    { traceId: TRACE, spanId: 'a', parentSpanId: null, name: 'agent.run', offsetUs: 0, durationUs: 1, ok: true },
  ];
  gateway.answer = ({ query, variables }) => ({
    data: query.includes('eventHistory')
      ? {
          eventHistory: [
            { id: 'e1', type: 'device.attached', cursor: 'x-41', traceId: null },
            { id: 'e2', type: 'device.attached', cursor: 'x-42', traceId: TRACE },
            { id: 'e3', type: 'plugin.loaded', cursor: 'x-43', traceId: null },
          ],
        }
      : query.includes('agentRun')
        ? { agentRun: variables['id'] === 'r1' ? { traceId: TRACE } : null }
        : { job: variables['id'] === '3f~0' ? { traceId: TRACE } : null, trace: steps },
  });
  assert.match((await run(['trace', 'r1'])).out, /agent\.run/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { id: TRACE });
  assert.deepEqual((await runJson(['trace', '3f~0', '--queue', 'mail'])).document, steps);
  assert.equal((await runJson(['trace', 'none', '--queue', 'mail'])).document.error.code, 'AW_JOB_UNKNOWN');
  assert.match((await run(['trace', '42'])).out, /agent\.run/, 'the number that events shows');
  assert.match((await run(['trace', 'e1'])).err, /^AW_TRACE_UNKNOWN: Event "e1" was not traced.*OTEL_TRACES_SAMPLER/);
  assert.match((await run(['trace', 'e3'])).err, /^AW_TRACE_UNKNOWN: Event "e3" was not traced.* nothing .* led to it/);
  assert.match((await run(['trace', 'r2'])).err, /^AW_TRACE_UNKNOWN: No recent event and no run .* --queue QUEUE/);
});
