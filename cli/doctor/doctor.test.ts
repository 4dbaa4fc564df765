import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { connectNatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { startNatsNodes } from '../../test/harness/nats-nodes.ts';
import { until } from '../../test/harness/until.ts';
import { openDataDirectory } from '../data-directory.ts';
import { startFakeGateway } from '../fake-gateway.ts';
import { runCommandLine } from '../run-command-line.ts';
import type { Finding } from './check.ts';
import { CHECKS } from './checks.ts';

const HEALTH = {
  status: 'OK',
  ready: true,
  version: '1.2.3',
  host: 'here',
  startedAt: '2026-11-22T10:00:00.000Z',
  components: [{ name: 'broker', status: 'OK', detail: 'nats-server 2.15.1', since: '2026-11-22T10:00:00.000Z' }],
  durability: {
    level: 'INTERVAL',
    syncIntervalMs: 1000,
    isSynced: false,
    replicas: 1,
    detail: 'on disk within 1 s',
    wanted: 'INTERVAL',
    isMet: true,
    streams: [
      { name: 'EVENTS', replicas: 1, storage: 'file', isAsync: false },
      { name: 'DEAD', replicas: 1, storage: 'file', isAsync: false },
    ],
  },
};

suite('autoweave doctor', () => {
  /** A checkout in which set-up has done its work. */
  let root: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'autoweave doctor '));
    await mkdir(join(root, 'ui', 'dist'), { recursive: true });
    await writeFile(join(root, 'ui', 'dist', 'index.html'), '');
    await writeFile(join(root, 'nats.conf'), 'jetstream {\n  sync_interval: $AUTOWEAVE_NATS_SYNC_INTERVAL\n}\n');
    await writeFile(join(root, 'nats-server'), '#!/bin/sh\necho "nats-server: v2.15.1"\n');
    await chmod(join(root, 'nats-server'), 0o755);
    env = {
      PATH: process.env['PATH'] ?? '',
      NATS_SERVER_BIN: join(root, 'nats-server'),
      AUTOWEAVE_PORT: '0',
      AUTOWEAVE_USB: 'off',
    };
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const examine = async (overrides: Record<string, string> = {}) => {
    let out = '';
    const code = await runCommandLine(['doctor', '--json'], {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => assert.fail(text) },
      env: { ...env, ...overrides },
      root,
    });
    const { status, checks } = JSON.parse(out) as { status: string; checks: readonly Finding[] };
    assert.deepEqual(
      checks.map(({ name }) => name),
      CHECKS.map(({ name }) => name),
    );
    assert.equal(code, status === 'fail' ? 1 : 0);
    return { status, on: (name: string) => checks.find((check) => check.name === name)! };
  };

  /** Again while a busy server does not say in time how it syncs. */
  const durabilityOf = (overrides: Record<string, string>) =>
    until(async () => {
      const found = (await examine(overrides)).on('durability');
      return found.status !== 'warn' && found;
    }, 'the server to say how it syncs');

  test('finds nothing missing where all is there and nothing runs', async () => {
    const { on } = await examine();
    for (const name of [
      'configuration',
      'node',
      'nats-server',
      'ui',
      'data directory',
      'autoweave',
      'port',
      'broker',
    ]) {
      assert.equal(on(name).status, 'ok', `${name}: ${on(name).detail}`);
    }
    assert.match(on('durability').detail, /^FSYNC, by nats\.conf: .*\. FSYNC is asked for, and given$/);
    assert.match(on('autoweave').detail, /Does not run/);
  });

  test('finds what is missing, and says what to do', async () => {
    const occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    const port = String((occupied.address() as AddressInfo).port);
    await writeFile(join(root, 'old-server'), '#!/bin/sh\necho "nats-server: v2.10.0"\n', { mode: 0o755 });
    const cases: [string, Finding['status'], RegExp, Record<string, string>][] = [
      ['configuration', 'fail', /AUTOWEAVE_USB is "maybe"/, { AUTOWEAVE_USB: 'maybe' }],
      ['nats-server', 'fail', /AW_NATS_MISSING/, { NATS_SERVER_BIN: join(root, 'none') }],
      ['nats-server', 'fail', /AW_NATS_TOO_OLD.*2\.10\.0/, { NATS_SERVER_BIN: join(root, 'old-server') }],
      ['nats-server', 'ok', /Not needed/, { AUTOWEAVE_NATS_URL: 'nats://127.0.0.1:1' }],
      ['broker', 'fail', /0 of 1 servers/, { AUTOWEAVE_NATS_URL: 'nats://127.0.0.1:1' }],
      ['broker', 'warn', /1 of 2 servers/, { AUTOWEAVE_NATS_URL: `nats://127.0.0.1:1,nats://127.0.0.1:${port}` }],
      [
        'durability',
        'warn',
        /^UNKNOWN: .*no server of AUTOWEAVE_NATS_URL answers/,
        { AUTOWEAVE_NATS_URL: 'nats://127.0.0.1:1' },
      ],
      ['durability', 'ok', /^INTERVAL, by nats\.conf: .*within 1 s/, { AUTOWEAVE_DURABILITY: 'interval' }],
      ['configuration', 'fail', /"quorum" without AUTOWEAVE_NATS_URL/, { AUTOWEAVE_DURABILITY: 'quorum' }],
      ['port', 'fail', /in use by another program/, { AUTOWEAVE_PORT: port }],
      ['disk', 'fail', /nothing is accepted below 9999999 MB/, { AUTOWEAVE_MIN_FREE_DISK_MB: '9999999' }],
      ['data directory', 'fail', /cannot be used/, { AUTOWEAVE_DATA: join(root, 'nats.conf') }],
    ];
    for (const [name, status, detail, overrides] of cases) {
      const { on } = await examine(overrides);
      assert.equal(on(name).status, status, `${name}: ${on(name).detail}`);
      assert.match(on(name).detail, detail);
    }
    occupied.close();
    await rm(join(root, 'ui'), { recursive: true });
    const { on } = await examine();
    assert.equal(on('ui').status, 'warn');
  });

  test('reads nats.conf as the server does, and fails where it gives less than is asked for', async () => {
    const cases: [string, Finding['status'], RegExp, Record<string, string>][] = [
      ['sync_interval: always', 'ok', /^FSYNC/, {}],
      ['sync_interval: always', 'ok', /^FSYNC.*INTERVAL is asked for, and given/, { AUTOWEAVE_DURABILITY: 'interval' }],
      ['sync_interval: "1s"', 'fail', /^INTERVAL.*FSYNC is asked for, and not given/, {}],
      ['sync_interval = 5s', 'fail', /^INTERVAL.*not given/, { AUTOWEAVE_DURABILITY: 'interval' }],
      ['sync_interval 120s', 'fail', /^UNKNOWN.*120 s later.*not given/, { AUTOWEAVE_DURABILITY: 'interval' }],
      ['sync_interval: 2m', 'warn', /^UNKNOWN.*2m, and what that does is seen when it runs/, {}],
      ['', 'warn', /^UNKNOWN.*nothing, and what that does/, {}],
    ];
    for (const [line, status, detail, overrides] of cases) {
      await writeFile(join(root, 'nats.conf'), `jetstream {\n  ${line}\n}\n`);
      const { on } = await examine(overrides);
      assert.equal(on('durability').status, status, `${line}: ${on('durability').detail}`);
      assert.match(on('durability').detail, detail);
      if (status === 'fail') assert.match(on('durability').next!, /AUTOWEAVE_DURABILITY to what it gives/);
    }
  });

  test('reads and measures a server of its own, also one that gives less', async () => {
    await using nodes = await startNatsNodes(1, 'sync_interval: 1s');
    const bus = await connectNatsBus({ ...nodes.account, name: 'test', clock: systemClock, random: systemRandom });
    await bus[Symbol.asyncDispose]();
    const access = {
      AUTOWEAVE_NATS_URL: nodes.url,
      AUTOWEAVE_NATS_USER: nodes.account.user,
      AUTOWEAVE_NATS_PASSWORD: nodes.account.password,
    };
    const unread = (await examine(access)).on('durability');
    assert.equal(unread.status, 'warn');
    assert.match(unread.detail, /^UNKNOWN: .*no system user is configured\. FSYNC is asked for\. One publish/);
    assert.match(unread.next!, /AUTOWEAVE_NATS_SYSTEM_USER/);

    const system = {
      AUTOWEAVE_NATS_SYSTEM_USER: nodes.system.user,
      AUTOWEAVE_NATS_SYSTEM_PASSWORD: nodes.system.password,
    };
    const weaker = await durabilityOf({ ...access, ...system });
    assert.equal(weaker.status, 'fail');
    assert.match(
      weaker.detail,
      /^INTERVAL: .*FSYNC is asked for, and not given\. One publish is acknowledged after \d/,
    );

    const met = await durabilityOf({ ...access, ...system, AUTOWEAVE_DURABILITY: 'interval' });
    assert.equal(met.status, 'ok');
    assert.match(met.detail, /INTERVAL is asked for, and given/);
    const quorum = await durabilityOf({ ...access, ...system, AUTOWEAVE_DURABILITY: 'quorum' });
    assert.equal(quorum.status, 'fail');
    assert.match(quorum.next!, /at least 3 servers/);
  });

  test('finds the nats-server of an AutoWeave that was killed', async () => {
    const data = join(root, '.autoweave', 'data');
    await mkdir(data, { recursive: true });
    // All that tells it is its command line, and where it was started.
    const args = ['-e', 'process.stdin.resume()', '--', '-sd', join(data, 'nats'), '-p', '1'];
    const server = spawn(process.execPath, args, { cwd: data, stdio: ['pipe', 'ignore', 'inherit'] });
    await once(server, 'spawn');
    const { detail } = (await examine()).on('broker');
    server.kill();
    await once(server, 'exit');
    assert.equal(
      detail,
      `nats-server (process ${server.pid}) was left running by an AutoWeave that was killed; the next start adopts it`,
    );
    const { on } = await examine();
    assert.match(on('broker').detail, /^Started with AutoWeave/);
    assert.match(on('durability').detail, /, and given\. A bare fsync on this disk takes /);
  });

  test('asks the AutoWeave that runs', async () => {
    await using gateway = await startFakeGateway();
    await using data = await openDataDirectory(join(root, '.autoweave', 'data'));
    await data.announce(gateway.url);
    await writeFile(data.tokenFile, gateway.token);

    gateway.answer = () => ({ data: { health: HEALTH } });
    const well = await examine({ AUTOWEAVE_PORT: String(new URL(gateway.url).port) });
    assert.match(well.on('data directory').detail, new RegExp(`in use by process ${process.pid}`));
    assert.match(well.on('autoweave').detail, /^1\.2\.3 runs at http.*, OK$/);
    assert.match(well.on('port').detail, /by this AutoWeave/);
    const elsewhere = await examine({ AUTOWEAVE_PORT: '1' });
    assert.equal(
      elsewhere.on('port').detail,
      `${new URL(gateway.url).host} is in use by this AutoWeave, which was started with this port`,
    );
    assert.equal(well.on('broker').detail, 'nats-server 2.15.1');
    assert.deepEqual(
      [well.on('durability').status, well.on('durability').detail],
      ['ok', well.on('durability').detail],
    );
    assert.match(
      well.on('durability').detail,
      /^INTERVAL: on disk within 1 s\. INTERVAL is asked for, and given\. .*no broker answers.*bare fsync .* \d+(\.\d+)? ms/,
    );

    const streams = [...HEALTH.durability.streams, { name: 'JOBS', replicas: 1, storage: 'memory', isAsync: false }];
    const durability = { ...HEALTH.durability, level: 'UNKNOWN', wanted: 'FSYNC', isMet: false, streams };
    const component = { ...HEALTH.components[0], status: 'DEGRADED', code: 'DURABILITY_WEAKER', detail: 'weaker' };
    gateway.answer = () => ({
      data: { health: { ...HEALTH, status: 'DEGRADED', components: [component], durability } },
    });
    const weaker = await examine();
    assert.equal(weaker.status, 'fail');
    assert.equal(weaker.on('broker').status, 'warn');
    assert.equal(weaker.on('durability').status, 'fail');
    assert.match(weaker.on('durability').detail, /EVENTS, DEAD: file, 1 replica\. JOBS: memory, 1 replica\./);

    const broker = { ...HEALTH.components[0], status: 'DOWN', detail: 'away' };
    gateway.answer = () => ({ data: { health: { ...HEALTH, status: 'DOWN', components: [broker] } } });
    const ill = await examine();
    assert.equal(ill.on('broker').status, 'fail');
    assert.match(ill.on('autoweave').detail, /DOWN \(broker: away\)/);

    await writeFile(data.tokenFile, 'another-token');
    assert.match((await examine()).on('autoweave').detail, /does not answer: AW_TOKEN_REFUSED/);
  });
});
