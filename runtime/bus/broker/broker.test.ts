import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { connect } from '@nats-io/transport-node';
import { ROOT } from '../../../test/harness/root.ts';
import { until } from '../../../test/harness/until.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import { noLog } from '../../telemetry/log.ts';
import { type Broker, type StartBrokerOptions, startBroker } from './broker.ts';
import { findServer } from './find-server.ts';
import { readServerDurability } from './server-durability.ts';
import { isRunning } from './server-process.ts';

const CONFIG = join(ROOT, 'nats.conf');
const { path: serverPath } = findServer({ root: ROOT, env: process.env });

suite('startBroker', () => {
  let folder: string;
  let dataDirectory: string;
  const brokers: Broker[] = [];
  const holders: ChildProcess[] = [];

  beforeEach(async () => {
    // Blanks and letters beyond ASCII, as in many a home directory.
    folder = await mkdtemp(join(tmpdir(), 'autoweave brökér '));
    dataDirectory = join(folder, 'the data');
  });

  afterEach(async () => {
    for (const broker of brokers.splice(0)) await broker[Symbol.asyncDispose]();
    for (const holder of holders.splice(0)) holder.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (overrides: Partial<StartBrokerOptions> = {}): Promise<Broker> => {
    const broker = await startBroker({
      dataDirectory,
      serverPath,
      configFile: CONFIG,
      clock: systemClock,
      random: systemRandom,
      log: noLog,
      ...overrides,
    });
    brokers.push(broker);
    return broker;
  };

  /** A broker of another process, which is left to itself when that is killed. */
  const hold = async (configFile = CONFIG): Promise<{ holder: ChildProcess; pid: number }> => {
    const program = join(import.meta.dirname, 'hold-broker.ts');
    const holder = spawn(process.execPath, [program, dataDirectory, serverPath, configFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    holders.push(holder);
    const [line] = await once(createInterface(holder.stdout), 'line');
    return { holder, pid: Number(line) };
  };

  const leaveOver = async (configFile = CONFIG): Promise<number> => {
    const { holder, pid } = await hold(configFile);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    return pid;
  };

  test('starts a server with JetStream, synced at each write, closed to strangers', async () => {
    const broker = await start();
    assert.equal(broker.adopted, false);
    assert.match(broker.version, /^\d+\.\d+\.\d+/);
    assert.match(broker.url, /^nats:\/\/127\.0\.0\.1:2\d{4}$/);
    assert.equal(await countStreams(broker), 0);
    await assert.rejects(connect({ servers: broker.url, reconnect: false }), /authorization/i);

    const durability = await readDurability(broker);
    assert.deepEqual([durability.level, durability.syncIntervalMs, durability.replicas], ['FSYNC', null, 1]);
  });

  test('syncs once a second where it is told to, and replaces a left-over server that syncs otherwise', async () => {
    const pid = await leaveOver();
    const broker = await start({ syncInterval: '1s' });
    assert.equal(broker.adopted, false);
    assert.equal(isRunning(pid), false);
    const durability = await readDurability(broker);
    assert.deepEqual([durability.level, durability.syncIntervalMs], ['INTERVAL', 1_000]);
  });

  test('keeps credentials to itself', async () => {
    const broker = await start();
    const file = join(dataDirectory, 'broker.json');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(dataDirectory)).mode & 0o777, 0o700);
    assert.ok((await readFile(file, 'utf8')).includes(broker.password));
    assert.match(broker.password, /^[a-z][0-9a-f]{40,}$/);
    assert.notEqual(broker.password, broker.systemPassword);
  });

  test('stops its server, and starts it again on the same port with the same data', async () => {
    const first = await start();
    await createStream(first, 'KEPT');
    await first[Symbol.asyncDispose]();
    assert.deepEqual(await first.exited, { kind: 'normal' });
    assert.equal(isRunning(first.pid), false);

    const second = await start();
    assert.equal(second.url, first.url);
    assert.equal(second.password, first.password);
    assert.notEqual(second.pid, first.pid);
    assert.equal(await countStreams(second), 1);
  });

  test('adopts the server of a runtime that was killed', async () => {
    const pid = await leaveOver();
    const broker = await start();
    assert.equal(broker.adopted, true);
    assert.equal(broker.pid, pid);
    assert.equal(await countStreams(broker), 0);
    await broker[Symbol.asyncDispose]();
    assert.deepEqual(await broker.exited, { kind: 'normal' });
    assert.equal(isRunning(pid), false);
  });

  test('adopts without its pid file, too', async () => {
    const pid = await leaveOver();
    await rm(join(dataDirectory, 'nats-server.pid'));
    assert.equal((await start()).pid, pid);
  });

  test('sees the end of an adopted server', async () => {
    const pid = await leaveOver();
    const broker = await start();
    process.kill(pid, 'SIGKILL');
    const reason = await broker.exited;
    assert.equal(reason.kind, 'error');
    assert.ok(reason.error instanceof AutoWeaveError);
    assert.equal(reason.error.code, 'AW_BROKER_EXITED');
  });

  test('does not take a stranger for its server because of a stale pid file', async () => {
    const first = await start();
    await first[Symbol.asyncDispose]();
    await writeFile(join(dataDirectory, 'nats-server.pid'), `${process.pid}\n`);
    const second = await start();
    assert.equal(second.adopted, false);
  });

  test('does not take a process for its server that only has its arguments', async () => {
    await mkdir(join(dataDirectory, 'nats'), { recursive: true });
    const arguments_ = ['-e', 'setInterval(() => {}, 1000)', '--', '-sd', join(dataDirectory, 'nats')];
    const stranger = spawn(process.execPath, arguments_, { stdio: 'ignore', cwd: folder });
    holders.push(stranger);
    await once(stranger, 'spawn');
    const broker = await start();
    assert.equal(broker.adopted, false);
    assert.ok(isRunning(stranger.pid!));
  });

  test('replaces a left-over server whose configuration is another', async () => {
    const other = join(folder, 'nats.conf');
    await copyFile(CONFIG, other);
    await writeFile(other, '\n# changed\n', { flag: 'a' });
    const pid = await leaveOver(other);
    const broker = await start();
    assert.equal(broker.adopted, false);
    assert.equal(isRunning(pid), false);
  });

  test('replaces a left-over server whose credentials are lost', async () => {
    const pid = await leaveOver();
    await rm(join(dataDirectory, 'broker.json'));
    const broker = await start();
    assert.equal(broker.adopted, false);
    assert.equal(isRunning(pid), false);
    assert.equal(await countStreams(broker), 0);
  });

  test('leaves its server alone when Ctrl-C goes to the process group of the runtime', async () => {
    const { holder, pid } = await hold();
    process.kill(-holder.pid!, 'SIGINT');
    await once(holder, 'exit');
    const broker = await start();
    assert.equal(broker.pid, pid);
  });

  test('takes another port when a stranger has its own', async () => {
    const first = await start();
    await first[Symbol.asyncDispose]();
    const stranger = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(stranger, 'listening');
    try {
      const second = await start();
      assert.notEqual(second.url, first.url);
      assert.equal(await countStreams(second), 0);
      await second[Symbol.asyncDispose]();
      const third = await start();
      assert.equal(third.url, second.url);
    } finally {
      stranger.close();
    }
  });

  test('exits with an error when its server is killed', async () => {
    const broker = await start();
    process.kill(broker.pid, 'SIGKILL');
    const reason = await broker.exited;
    assert.equal(reason.kind, 'error');
    assert.match(String(reason.error), /SIGKILL/);
    const next = await start();
    assert.equal(next.adopted, false);
    assert.equal(next.url, broker.url);
  });

  test('refuses a server that is too old, before it touches anything', async () => {
    const old = join(folder, 'nats-server');
    await writeFile(old, '#!/bin/sh\necho "nats-server: v2.10.0"\n', { mode: 0o755 });
    await assert.rejects(start({ serverPath: old }), { code: 'AW_NATS_TOO_OLD' });
    await assert.rejects(start({ serverPath: join(folder, 'absent') }), { code: 'AW_NATS_MISSING' });
    await assert.rejects(stat(join(dataDirectory, 'broker.json')), { code: 'ENOENT' });
  });

  test('refuses a data directory that cannot be one', async () => {
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(start({ dataDirectory: join(folder, 'file', 'data') }), { code: 'AW_DATA_UNWRITABLE' });
  });

  test('says why its server does not start', async () => {
    const configFile = join(folder, 'broken.conf');
    await writeFile(configFile, 'jetstream: { nonsense }\n');
    await assert.rejects(start({ configFile }), (error: unknown) => {
      assert.ok(error instanceof AutoWeaveError);
      assert.equal(error.code, 'AW_BROKER_FAILED');
      assert.match(error.message, /broken\.conf|nonsense/);
      return true;
    });
    await assert.rejects(start({ configFile: join(folder, 'none') }), { code: 'AW_BROKER_FAILED' });
  });

  test('leaves no server behind when its start is called off', async () => {
    const callOff = new AbortController();
    await mkdir(dataDirectory);
    const starting = start({ signal: callOff.signal });
    const pid = await until(async () => {
      const text = await readFile(join(dataDirectory, 'nats-server.pid'), 'utf8').catch(() => '');
      return text === '' ? undefined : Number(text);
    }, 'nats-server to be spawned');
    callOff.abort(new Error('called off'));
    // Whichever comes first; in both cases nothing stays.
    await starting.then(
      (broker) => broker[Symbol.asyncDispose](),
      (error: unknown) => assert.match(String(error), /called off/),
    );
    assert.equal(isRunning(pid), false);
  });
});

/** A busy server may not answer in the time that it is given. */
function readDurability({ url, systemUser: user, systemPassword: password }: Broker) {
  return until(async () => {
    const found = await readServerDurability({ url, user, password }, undefined, 1);
    return found.isSynced !== null && found;
  }, 'the server to say how it syncs');
}

async function countStreams(broker: Broker): Promise<number> {
  const answer = await ask(broker, '$JS.API.INFO');
  return answer['streams'] as number;
}

async function createStream(broker: Broker, name: string): Promise<void> {
  const answer = await ask(broker, `$JS.API.STREAM.CREATE.${name}`, { name, subjects: [name], storage: 'file' });
  assert.equal(answer['error'], undefined);
}

async function ask(
  { url, user, password }: Broker,
  subject: string,
  body: unknown = '',
): Promise<Record<string, unknown>> {
  const connection = await connect({ servers: url, user, pass: password });
  try {
    const text = body === '' ? '' : JSON.stringify(body);
    return (await connection.request(subject, text, { timeout: 30_000 })).json();
  } finally {
    await connection.close();
  }
}
