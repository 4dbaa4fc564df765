import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Clock } from '../../runtime/clock/clock.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createManualClock } from './manual-clock.ts';
import { startWatcher, type WatcherExit, type WatcherOptions } from './watcher.ts';
import type { Snapshot, UsbHealth } from './watcher-protocol.ts';

/** A child in place of the watcher: it has the watcher's command line behind it, and does what the source says. */
function instead(source: string): string[] {
  return [process.execPath, '--input-type=module', '--eval', source, '--'];
}

const SAYS = {
  hello: `process.send({ type: 'hello', pid: process.pid });`,
  snapshot: `process.send({ type: 'snapshot', answers: [],
    snapshot: { devices: [], reason: 'start', observedAt: new Date().toISOString() } });`,
  leaves: `process.on('disconnect', () => process.exit());`,
};

const ignore = () => {};

/** A watcher that is waited for as long as it takes: its clock stands still, unless another one is given. */
const start = (options: Partial<WatcherOptions> = {}) =>
  startWatcher({ onSnapshot: ignore, clock: createManualClock(), ...options });

/** Long waits are over at once. */
const impatient: Clock = {
  ...systemClock,
  schedule: (delayMs, callback) => systemClock.schedule(delayMs >= 1_000 ? 300 : delayMs, callback),
};

test('startWatcher sees a host without USB, and a bus that comes later', async () => {
  const sysRoot = mkdtempSync(join(tmpdir(), 'aw-watcher-'));
  try {
    const healths = Promise.withResolvers<UsbHealth>();
    const snapshots: Snapshot[] = [];
    const arrived = Promise.withResolvers<Snapshot>();
    await using watcher = await start({
      sysRoot,
      pollMs: 50,
      onSnapshot(snapshot) {
        snapshots.push(snapshot);
        if (snapshot.devices.length > 0) arrived.resolve(snapshot);
      },
      onHealth: (health) => healths.resolve(health),
    });
    const health = await healths.promise;
    assert.deepEqual([health.state, health.detail.startsWith('No USB bus on this host (no ')], ['absent', true]);
    // On a busy machine the timer may have looked before the start was told.
    assert.ok(['start', 'poll'].includes(snapshots[0]!.reason), snapshots[0]!.reason);
    assert.deepEqual(snapshots[0]!.devices, []);
    assert.notEqual(watcher.pid, process.pid);

    const entry = join(sysRoot, 'devices/1-1');
    mkdirSync(entry, { recursive: true });
    const attributes = { busnum: '1', devnum: '2', idVendor: '1d6b', idProduct: '0104', serial: 'S' };
    for (const [name, value] of Object.entries(attributes)) writeFileSync(join(entry, name), `${value}\n`);
    mkdirSync(join(sysRoot, 'bus/usb/devices'), { recursive: true });
    symlinkSync(entry, join(sysRoot, 'bus/usb/devices/1-1'));
    assert.deepEqual(
      (await arrived.promise).devices.map(({ port, serial }) => [port, serial]),
      [['1-1', 'S']],
    );

    const requested = await watcher.request();
    assert.deepEqual([requested.reason, requested.devices.length], ['request', 1]);
  } finally {
    rmSync(sysRoot, { recursive: true });
  }
});

test('startWatcher ends its process by closing the channel', async () => {
  let exit: WatcherExit | undefined;
  const watcher = await start({ onExit: (one) => (exit = one) });
  await watcher[Symbol.asyncDispose]();
  assert.deepEqual(exit, { code: 0, signal: null, isExpected: true, stderr: '' });
  assert.deepEqual(await watcher.exited, exit);
  await watcher[Symbol.asyncDispose]();
  await assert.rejects(watcher.request(), { code: 'AW_USB_WATCHER_EXITED' });
  await assert.rejects(watcher.read('1:2:3'), { code: 'AW_USB_WATCHER_EXITED' });
});

test('startWatcher kills a process that does not end', async () => {
  const deaf = `${SAYS.hello} ${SAYS.snapshot} setInterval(() => {}, 1000);`;
  const clock = createManualClock();
  const watcher = await start({ command: instead(deaf), clock });
  const closing = watcher[Symbol.asyncDispose]();
  clock.advance(1_000);
  await closing;
  assert.equal((await watcher.exited).signal, 'SIGKILL');
});

test('startWatcher closes with its signal, also during the start', async () => {
  const controller = new AbortController();
  const watcher = await start({ signal: controller.signal, clock: systemClock });
  controller.abort();
  assert.equal((await watcher.exited).isExpected, true);

  const early = new AbortController();
  const starting = start({ signal: early.signal, clock: systemClock });
  early.abort(new Error('not needed'));
  await assert.rejects(starting, /not needed/);
  await assert.rejects(start({ signal: early.signal, clock: systemClock }), /not needed/);
});

test('startWatcher says why it could not start', async () => {
  const table: [name: string, command: string[], message: RegExp][] = [
    ['no such command', ['/nowhere/wrapper'], /ENOENT/],
    [
      'it refuses',
      instead(`process.stderr.write('No luck\\n'); process.exitCode = 3; process.disconnect();`),
      /code 3: No luck/,
    ],
    ['it is killed', instead(`process.kill(process.pid, 'SIGKILL')`), /SIGKILL/],
    ['it says nothing', instead(SAYS.leaves), /no look at the bus/],
    ['it breaks the protocol', instead(`process.send({ type: 'nonsense' }); ${SAYS.leaves}`), /SIGKILL/],
  ];
  for (const [name, command, message] of table) {
    const starting = start({ command, ...(command.includes(SAYS.leaves) ? { clock: impatient } : {}) });
    await assert.rejects(starting, { code: 'AW_USB_WATCHER_START', message }, name);
  }
});

test('startWatcher refuses options that its process refuses', async () => {
  await assert.rejects(start({ pollMs: 1 }), /--poll-ms is "1"/);
});

test('startWatcher starts where the first look fails: the watcher goes on looking', async () => {
  const blind = `
    ${SAYS.hello} ${SAYS.leaves}
    process.send({ type: 'health', health: { state: 'degraded', detail: 'Refused', hints: 0, reconciles: 1 } });
    process.send({ type: 'failure', code: 'AW_USB_BUS_UNREADABLE', message: 'Refused', answers: [] });
    process.on('message', ({ id }) =>
      process.send({ type: 'failure', code: 'AW_USB_BUS_UNREADABLE', message: 'Refused', answers: [id] }));
  `;
  let health: UsbHealth | undefined;
  await using watcher = await start({
    command: instead(blind),
    onHealth: (one) => (health = one),
  });
  assert.equal(health?.state, 'degraded');
  await assert.rejects(watcher.request(), { code: 'AW_USB_BUS_UNREADABLE', message: 'Refused' });
});

test('startWatcher does not wait for ever for an answer', async () => {
  const mute = `${SAYS.hello} ${SAYS.snapshot} ${SAYS.leaves} process.on('message', () => {});`;
  const clock = createManualClock();
  await using watcher = await start({ command: instead(mute), clock });
  const asked = [watcher.request(), watcher.read('1:2:3')];
  clock.advance(5_000);
  for (const one of asked) await assert.rejects(one, { code: 'AW_USB_WATCHER_SILENT' });
});

test('startWatcher refuses what it asked when the process dies over it', async () => {
  const mortal = `${SAYS.hello} ${SAYS.snapshot} process.on('message', () => process.kill(process.pid, 'SIGSEGV'));`;
  const watcher = await start({ command: instead(mortal) });
  await assert.rejects(watcher.request(), { code: 'AW_USB_WATCHER_EXITED' });
  const { signal, isExpected } = await watcher.exited;
  assert.deepEqual([signal, isExpected], ['SIGSEGV', false]);
});
