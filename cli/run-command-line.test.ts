import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { COMMANDS } from './command-table.ts';
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts';
import { runCommandLine } from './run-command-line.ts';

/** In one file, though long: one table of commands against one fake gateway, so that none is forgotten. */

const ROOT = join(import.meta.dirname, '..');
const DEVICE = {
  id: '1209:0001:A1',
  host: 'here',
  vendor: 'pid.codes',
  product: 'Test device',
  manufacturer: null,
  deviceName: 'Label\u001b[2J printer',
  port: 'virtual-1',
  virtual: true,
  attached: true,
  attachedAt: '2026-11-22T10:00:00.000Z',
  detachedAt: null,
};
const TRACE = '0af7651916cd43dd8448eb211c80319c';

suite('runCommandLine', () => {
  let folder: string;
  let gateway: FakeGateway;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autoweave cli '));
    gateway = await startFakeGateway();
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'token'), `${gateway.token}\n`);
    const instance = { pid: process.pid, url: gateway.url, startedAt: '2026-11-22T10:00:00.000Z' };
    await writeFile(join(folder, 'data', 'instance.json'), JSON.stringify(instance));
  });
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const run = async (args: readonly string[], env: Record<string, string> = {}) => {
    const printed = { out: '', err: '' };
    const code = await runCommandLine(args, {
      stdout: { write: (text) => (printed.out += text) },
      stderr: { write: (text) => (printed.err += text) },
      env: { PATH: process.env['PATH'], AUTOWEAVE_DATA: join(folder, 'data'), ...env },
      root: ROOT,
    });
    return { code, ...printed };
  };
  const runJson = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { code, out, err } = await run([...args, '--json'], env);
    assert.equal(err, '', args.join(' '));
    return { code, document: JSON.parse(out) };
  };

  test('every command has a help with usage, options and examples', async () => {
    for (const { words, summary, examples } of COMMANDS) {
      const { code, out, err } = await run([...words, '--help']);
      assert.equal(code, 0);
      assert.equal(err, '');
      assert.ok(out.startsWith(`Usage: autoweave ${words.join(' ')}`), out);
      assert.ok(out.includes(`${summary}.`));
      assert.match(out, /--json .*\n +--help/);
      assert.ok(examples.length > 0, `${words.join(' ')} has an example`);
      assert.ok(examples.every(([line]) => out.includes(line)));
      assert.ok(
        out.split('\n').every((line) => line.length <= 100),
        out,
      );
    }
  });

  test('help lists every command, and the exit codes', async () => {
    for (const line of [[], ['--help'], ['help']]) {
      const { code, out } = await run(line);
      assert.equal(code, 0);
      for (const { words } of COMMANDS) assert.ok(out.includes(`\n  ${words.join(' ')} `), words.join(' '));
      assert.match(out, /Exit codes:\n {2}0 {2}Done/);
    }
    const { out } = await run(['device']);
    assert.match(out, /device ls[\s\S]*device watch/);
    assert.doesNotMatch(out, /actor ls/);
  });

  test('help is a document for programs, of all commands or of one', async () => {
    for (const line of [[], ['--help'], ['help']]) {
      const { code, document } = await runJson(line);
      assert.equal(code, 0);
      assert.deepEqual(
        document.commands.map(({ command }: { command: string }) => command),
        COMMANDS.map(({ words }) => words.join(' ')),
      );
    }
    const { document } = await runJson(['actor', 'send', '--help']);
    assert.equal(document.commands.length, 1);
    assert.equal(document.commands[0].usage, 'autoweave actor send NAME KEY TYPE [DATA] [options]');
    assert.deepEqual(document.commands[0].arguments[3].optional, true);
    assert.ok(
      document.commands[0].options.some(
        ({ name, value }: { name: string; value: string }) => name === '--timeout' && value === 'MS',
      ),
    );
  });

  test('a mistake is one line with its code and exit code 2', async () => {
    const { code, out, err } = await run(['device', 'ls', '--atached']);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(
      err,
      /^AW_CLI_USAGE: autoweave device ls: unknown option "--atached" \(did you mean "--attached"\?\)\. Next: .*\n$/,
    );
    const { code: again, document } = await runJson(['device', 'list']);
    assert.equal(again, 2);
    assert.equal(document.error.code, 'AW_CLI_USAGE');
    const wrong = await run(['config'], { AUTOWEAVE_PORT: 'x' });
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /^AW_CONFIG_INVALID: AUTOWEAVE_PORT is "x", allowed: .*\n$/);
  });

  test('version', async () => {
    const { out } = await run(['--version']);
    assert.match(out, /^\d+\.\d+\.\d+\n$/);
  });

  test('config shows each value with its source, and no secret', async () => {
    const env = { AUTOWEAVE_TOKEN: 'secret-secret-secret', AUTOWEAVE_PROT: '1' };
    const { code, out, err } = await run(['config', '--port', '8080'], env);
    assert.equal(code, 0);
    assert.match(out, /AUTOWEAVE_PORT +8080 +--port\n/);
    assert.match(out, /AUTOWEAVE_TOKEN +\(hidden\) +AUTOWEAVE_TOKEN\n/);
    assert.match(err, /did you mean AUTOWEAVE_PORT/);
    const { document } = await runJson(['config'], env);
    assert.doesNotMatch(JSON.stringify(document), /secret-secret/);
    assert.equal(document.tokenFile, null);
    const port = document.values.find(({ name }: { name: string }) => name === 'port');
    assert.deepEqual([port.value, port.source, port.from], [4000, 'default', null]);
    assert.equal((await runJson(['config'])).document.tokenFile, join(folder, 'data', 'token'));
  });

  test('device ls', async () => {
    gateway.answer = () => ({ data: { devices: [DEVICE] } });
    const { code, out } = await run(['device', 'ls', '--attached']);
    assert.equal(code, 0);
    assert.match(out, /pid\.codes Label\ufffd\[2J printer +1209:0001:A1 +attached/);
    assert.deepEqual(gateway.requests[0]?.variables, { attached: true });
    assert.deepEqual((await runJson(['device', 'ls'])).document, [DEVICE]);
    gateway.answer = () => ({ data: { devices: [] } });
    assert.match((await run(['device', 'ls'])).out, /No devices/);
  });

  test('device plug and unplug', async () => {
    gateway.answer = ({ query }) => ({
      data: query.includes('Plug(') ? { plugVirtualDevice: DEVICE } : { unplugVirtualDevice: DEVICE },
    });
    const plugged = await runJson(['device', 'plug', '046D:c52b', '--serial', 'A1', '--product', 'Label printer']);
    assert.deepEqual(plugged.document, DEVICE);
    assert.deepEqual(gateway.requests[0]?.variables, {
      input: { vendorId: 0x046d, productId: 0xc52b, serial: 'A1', manufacturer: null, product: 'Label printer' },
    });
    assert.equal((await run(['device', 'unplug', '1209:0001:A1'])).code, 0);
    assert.deepEqual(gateway.requests[1]?.variables, { id: '1209:0001:A1' });

    const named = { ...DEVICE, deviceName: 'Scale' };
    const devices = [named, { ...named, id: 'real', virtual: false }, DEVICE, { ...DEVICE, id: 'other' }];
    gateway.answer = ({ query, variables }) => {
      if (query.includes('attached: true')) return { data: { devices } };
      if (variables['id'] === DEVICE.id) return { data: { unplugVirtualDevice: DEVICE } };
      return { errors: [{ message: 'no such device', extensions: { code: 'AW_DEVICE_UNKNOWN' } }] };
    };
    assert.equal((await run(['device', 'unplug', 'pid.codes Scale'])).code, 0, 'the virtual one of two');
    assert.deepEqual(gateway.requests.at(-1)?.variables, { id: DEVICE.id });
    assert.match(
      (await run(['device', 'unplug', 'Scalle'])).err,
      /"Scalle" is attached\. Next: did you mean "Scale"\?/,
    );
    assert.match((await run(['device', 'unplug', DEVICE.deviceName])).err, /2 attached .* 1209:0001:A1 or other\n/);
    for (const wrong of ['1209', '1209:00011', 'g:1', '1209:0001:A1']) {
      assert.equal((await run(['device', 'plug', wrong])).code, 2, wrong);
    }
  });

  test('device watch goes on from the last cursor after the connection broke', async () => {
    const event = (cursor: string) => ({
      deviceEvents: {
        __typename: 'DeviceEvent',
        id: `e${cursor}`,
        cursor,
        type: 'ATTACHED',
        at: 'now',
        device: DEVICE,
      },
    });
    const lagged = { deviceEvents: { __typename: 'Lagged', cursor: '7', from: '5', to: '7', count: 2 } };
    const rounds = [
      [{ deviceEvents: { __typename: 'CaughtUp', cursor: '3' } }, event('4')],
      'break' as const,
      [lagged, event('8'), event('9')],
    ];
    gateway.stream = () => rounds.shift() ?? [];
    const { code, out } = await run(['device', 'watch', '--json', '--count', '3']);
    assert.equal(code, 0);
    const shown = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      shown.map(({ __typename, cursor }) => [__typename, cursor]),
      [
        ['CaughtUp', '3'],
        ['DeviceEvent', '4'],
        ['Lagged', '7'],
        ['DeviceEvent', '8'],
        ['DeviceEvent', '9'],
      ],
    );
    assert.deepEqual(
      gateway.requests.map(({ variables }) => variables),
      [{ after: null }, { after: '4' }, { after: '4' }],
    );
  });

  test('device watch says what happens in words, and why it cannot begin', async () => {
    gateway.stream = () => [
      { deviceEvents: { __typename: 'Lagged', cursor: '7', from: '5', to: '7', count: null } },
      { deviceEvents: { __typename: 'DeviceEvent', cursor: '8', type: 'DETACHED', at: 'now', device: DEVICE } },
    ];
    const { out } = await run(['device', 'watch', '--after', '5', '--count', '1']);
    assert.match(
      out,
      /^An unknown number of events are gone from the log, from 5 to 7\nnow {2}detached {2}1209:0001:A1/,
    );
    assert.deepEqual(gateway.requests[0]?.variables, { after: '5' });
    const refused = await run(['device', 'watch'], { AUTOWEAVE_TOKEN: 'wrong-wrong-wrong-wrong' });
    assert.equal(refused.code, 1);
    assert.match(refused.err, /^AW_TOKEN_REFUSED/);
    assert.equal((await run(['device', 'watch', '--count', 'many'])).code, 2);
  });

  test('trace finds a trace by its own id and by that of an event', async () => {
    const step = { traceId: TRACE, ok: true, startedAt: '', attributes: {}, offsetUs: 0, durationUs: 1500 };
    const steps = [
      { ...step, spanId: 'a', parentSpanId: null, name: 'device.plug', file: 'actors/a.ts' },
      { ...step, spanId: 'b', parentSpanId: 'a', name: 'actor.handle', file: null },
    ];
    gateway.answer = ({ query }) => ({
      data: query.includes('History')
        ? { eventHistory: [{ id: 'e1', cursor: 'x-1', traceId: TRACE }] }
        : { trace: steps, agentRun: null },
    });
    const { out } = await run(['trace', TRACE]);
    assert.match(out, /1\.50 ms {2}device\.plug/);
    assert.match(out, /1\.50 ms {4}actor\.handle/);
    assert.deepEqual((await runJson(['trace', 'e1'])).document, steps);
    assert.equal((await runJson(['trace', 'e2'])).document.error.code, 'AW_TRACE_UNKNOWN');
    gateway.answer = () => ({ data: { trace: null } });
    assert.equal((await runJson(['trace', TRACE])).document.error.code, 'AW_TRACE_UNKNOWN');
  });

  test('client commands say when nothing runs, and where that was looked for', async () => {
    const data = join(folder, 'another');
    const none = await run(['device', 'ls', '--data', data]);
    assert.equal(none.code, 3);
    assert.match(none.err, /^AW_NOT_RUNNING: No AutoWeave runs on ".*another"\. Next: run "npm start"/);
    const { url } = gateway;
    await gateway[Symbol.asyncDispose]();
    const gone = await run(['device', 'ls']);
    gateway = await startFakeGateway();
    assert.equal(gone.code, 3);
    assert.ok(
      gone.err.startsWith(`AW_NOT_RUNNING: AutoWeave does not answer at ${url}: connect ECONNREFUSED`),
      gone.err,
    );
  });

  test('client commands take address and token from the environment, too', async () => {
    gateway.answer = () => ({ data: { devices: [] } });
    const data = join(folder, 'another');
    const url = `${gateway.url}/?token=${gateway.token}`;
    assert.deepEqual((await runJson(['device', 'ls', '--data', data], { AUTOWEAVE_URL: url })).document, []);
    const env = { AUTOWEAVE_URL: gateway.url, AUTOWEAVE_TOKEN: gateway.token };
    assert.deepEqual((await runJson(['device', 'ls', '--data', data], env)).document, []);
    const refused = await run(['device', 'ls', '--data', data], { AUTOWEAVE_URL: gateway.url });
    assert.match(refused.err, /^AW_TOKEN_REFUSED/);
    assert.equal((await run(['device', 'ls'], { AUTOWEAVE_URL: 'localhost' })).code, 2);
  });

  test('errors of the gateway keep their code and hint', async () => {
    gateway.answer = () => ({
      errors: [{ message: 'The disk is full', extensions: { code: 'AW_DISK_FULL', hint: 'free space' } }],
    });
    const { code, document } = await runJson(['device', 'plug', '1:1']);
    assert.equal(code, 1);
    assert.deepEqual(document.error, { code: 'AW_DISK_FULL', message: 'The disk is full', hint: 'free space' });
    gateway.answer = () => ({ errors: [{ message: 'odd' }] });
    assert.equal((await runJson(['device', 'ls'])).document.error.code, 'AW_GATEWAY_FAILED');
  });
});
