import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { failToStart, GraphqlError, startAutoweave } from '../harness/autoweave.ts';
import { onSmallDisk, smallDiskMissing } from '../harness/small-disk.ts';
import { until } from '../harness/until.ts';

/** What is wrong around it: one clear line each, with a code and what to do. */

const PLUG = 'mutation ($input: VirtualDeviceInput!) { plugVirtualDevice(input: $input) { id } }';

async function temporary(t: { after(fn: () => Promise<void>): void }): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'autoweave-fault-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The line that says what went wrong: there is one, it has the code, and it says what to do next. */
function assertOneClearLine(output: string, code: string): void {
  const lines = output.split('\n').filter((line) => line.includes(code) && !line.startsWith('{'));
  assert.equal(lines.length, 1, `one line with ${code} in:\n${output}`);
  assert.match(lines[0]!, /Next: \S/);
  assert.doesNotMatch(output, /\n\s+at .*\.ts:\d+/, 'no stack');
}

test('a port in use is one clear line, and the data directory is free again', async (t) => {
  const data = await temporary(t);
  const stranger = createServer();
  const port = await listen(stranger);
  const { code, output } = await failToStart(['--port', String(port)], { AUTOWEAVE_DATA: data });
  stranger.close();
  assert.equal(code, 1);
  assertOneClearLine(output, 'AW_PORT_IN_USE');
  await using autoweave = await startAutoweave({ dataDirectory: data, port });
  assert.ok(autoweave.pid);
});

test('a data directory in use is one clear line that names the holder, who goes on', async () => {
  await using autoweave = await startAutoweave();
  const { code, output } = await failToStart(['--port', '0'], { AUTOWEAVE_DATA: autoweave.dataDirectory });
  assert.equal(code, 1);
  assertOneClearLine(output, 'AW_DATA_IN_USE');
  assert.ok(output.includes(String(autoweave.pid)));
  await autoweave.query(PLUG, { input: { vendorId: 1, productId: 1 } });
});

test('a data directory that can not be written is one clear line', async (t) => {
  const file = join(await temporary(t), 'file');
  await writeFile(file, '');
  const { code, output } = await failToStart(['--port', '0'], { AUTOWEAVE_DATA: join(file, 'data') });
  assert.equal(code, 1);
  assertOneClearLine(output, 'AW_DATA_UNWRITABLE');
});

test('an unknown flag and a wrong value are one clear line each', async (t) => {
  const AUTOWEAVE_DATA = await temporary(t);
  const flag = await failToStart(['--prot', '4000'], { AUTOWEAVE_DATA });
  assert.equal(flag.code, 2);
  assert.match(flag.output, /AW_CLI_USAGE.*--prot.*--port/s);
  const value = await failToStart([], { AUTOWEAVE_DATA, AUTOWEAVE_PORT: 'many' });
  assert.equal(value.code, 2);
  assertOneClearLine(value.output, 'AW_CONFIG_INVALID');
});

test('an nats-server that is too old is one clear line, embedded or not', async (t) => {
  const directory = await temporary(t);
  const binary = join(directory, 'nats-server');
  await writeFile(binary, '#!/bin/sh\necho "nats-server: v2.10.27"\n');
  await chmod(binary, 0o755);
  const AUTOWEAVE_DATA = join(directory, 'data');
  const embedded = await failToStart(['--port', '0'], { AUTOWEAVE_DATA, NATS_SERVER_BIN: binary });
  assert.equal(embedded.code, 1);
  assertOneClearLine(embedded.output, 'AW_NATS_TOO_OLD');

  const old = createServer((socket) => {
    const info = { server_id: 'old', version: '2.10.27', proto: 1, headers: true, max_payload: 1_048_576 };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (data) => data.includes('PING') && socket.write('PONG\r\n'));
    socket.on('error', () => undefined);
  });
  const port = await listen(old);
  const external = await failToStart(['--port', '0'], {
    AUTOWEAVE_DATA,
    AUTOWEAVE_NATS_URL: `nats://127.0.0.1:${port}`,
  });
  old.close();
  assert.equal(external.code, 1);
  assertOneClearLine(external.output, 'AW_NATS_TOO_OLD');
});

test('a NATS that is not there is one clear line', async (t) => {
  const AUTOWEAVE_DATA = await temporary(t);
  const { code, output } = await failToStart(['--port', '0'], {
    AUTOWEAVE_DATA,
    AUTOWEAVE_NATS_URL: 'nats://127.0.0.1:9',
  });
  assert.equal(code, 1);
  assertOneClearLine(output, 'AW_BROKER_UNREACHABLE');
});

test('a watcher that can not be started keeps nothing else from starting', async () => {
  await using autoweave = await startAutoweave({
    env: { AUTOWEAVE_USB: 'on', AUTOWEAVE_WATCHER_COMMAND: '["/nowhere/wrapper"]' },
  });
  await autoweave.query(PLUG, { input: { vendorId: 1, productId: 1 } });
  await until(() => autoweave.log.includes('AW_USB_WATCHER_START'), 'the watcher to say why');
});

const skipDisk = smallDiskMissing() ?? false;

test('a full disk refuses commands with a code, loses nothing, and is over when there is room', {
  skip: skipDisk,
}, async (t) => {
  const disk = await temporary(t);
  await using autoweave = await startAutoweave({
    dataDirectory: join(disk, 'data'),
    env: { AUTOWEAVE_MIN_FREE_DISK_MB: '20' },
    command: onSmallDisk(disk, 80),
  });
  const plug = (serial: string) => autoweave.query(PLUG, { input: { vendorId: 1, productId: 1, serial } });
  await plug('BEFORE');
  const filler = join(`/proc/${autoweave.pid}/root`, disk, 'filler');
  await writeFile(filler, Buffer.alloc(1024 ** 2 * 70)).catch(() => undefined);
  await until(
    () =>
      plug('REFUSED').then(
        () => false,
        (error: unknown) => error instanceof GraphqlError && error.code === 'AW_DISK_FULL',
      ),
    'the refusal',
  );
  const { health } = await autoweave.query<{
    health: { status: string; components: { name: string; detail: string }[] };
  }>('{ health { status components { name status detail } } }');
  assert.equal(health.status, 'DOWN');
  assert.match(health.components.find(({ name }) => name === 'disk')!.detail, /reserve/);
  await rm(filler);
  await until(
    () =>
      plug('AFTER').then(
        () => true,
        () => false,
      ),
    'room again',
  );
  const { devices } = await autoweave.query<{ devices: { serial: string }[] }>('{ devices { serial } }');
  const serials = devices.map(({ serial }) => serial);
  assert.ok(serials.includes('BEFORE') && serials.includes('AFTER'));
});
