import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FakeBus, fakeBusMissing, startFakeBus } from './start-fake-bus.ts';
import { startWatched } from './watched.ts';

/** The real addon hears real netlink messages, and the watcher's process tells what the bus shows. */

const skip = fakeBusMissing() ?? false;
/** So long that no poll comes during a test. */
const NO_POLL_MS = 600_000;
const SHORT_POLL_MS = 300;
/** For what no device keeps waiting: a thread that starts. */
const PATIENT = { timeoutMs: 60_000 };

test('fake bus: a hint leads to attach and detach, with all that the device says', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, pollMs: NO_POLL_MS });
  const { name } = await bus.plug({
    port: '1-4.2',
    vendorId: 0x1d6b,
    productId: 0x0104,
    manufacturer: 'Acme',
    product: 'Label printer',
    serial: 'a/b.c d é漢🖨',
  });
  await seen.until('attached', () => seen.present.length === 1);
  const { session, address, path, timestamp, ...device } = seen.present[0]!;
  assert.deepEqual(device, {
    id: '1d6b:0104:a/b.c d é漢🖨',
    host: 'bench',
    bus: 1,
    port: '1-4.2',
    vendorId: 0x1d6b,
    productId: 0x0104,
    vendor: 'Acme',
    product: 'Label printer',
    deviceName: 'Label printer',
    manufacturer: 'Acme',
    serial: 'a/b.c d é漢🖨',
    speed: '480',
    deviceClass: 0,
    partial: false,
    virtual: false,
  });
  assert.match(session, new RegExp(`^1:${address}:\\d+$`));
  assert.equal(path, `/dev/bus/usb/001/${String(address).padStart(3, '0')}`);
  const last = seen.snapshots.at(-1)!;
  assert.equal(last.reason, 'hint');
  assert.ok(Date.parse(last.hintedAt!) <= Date.parse(last.observedAt));
  assert.equal(timestamp, Date.parse(last.observedAt));

  await bus.unplug(name);
  await seen.until('detached', () => seen.present.length === 0);
  assert.equal(seen.snapshots.at(-1)!.reason, 'hint');
  assert.equal(seen.health?.state, 'ok');
});

test('fake bus: a device without serial is known by its port', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, pollMs: NO_POLL_MS });
  const { name } = await bus.plug({ port: '1-7', vendorId: 0xab, productId: 0xcd });
  await seen.until('attached', () => seen.present.length === 1);
  const device = seen.present[0]!;
  assert.equal(device.id, '00ab:00cd@1-7');
  assert.deepEqual([device.vendor, device.product, device.serial], ['Vendor 00ab', 'Product 00cd', undefined]);
  await bus.unplug(name);
  await seen.until('detached', () => seen.present.length === 0);
});

test('fake bus: an event told three times is one attach, and one detach', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, pollMs: SHORT_POLL_MS });
  const { name } = await bus.plug({ serial: 'TWICE' }, { events: 3 });
  await seen.until('attached and three hints', () => seen.present.length === 1 && (seen.health?.hints ?? 0) >= 3);
  await bus.unplug(name, { events: 3 });
  await seen.until('detached and six hints', () => seen.present.length === 0 && (seen.health?.hints ?? 0) >= 6);
  assert.deepEqual([seen.attached.length, seen.detached.length], [1, 1]);
});

test('fake bus: 200 plugs and unplugs, each waited for, are 200 attaches and 200 detaches', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, settleMs: 1, pollMs: NO_POLL_MS });
  for (let cycle = 0; cycle < 200; cycle++) {
    const { name } = await bus.plug({ port: '1-3', serial: `W${cycle}` });
    await seen.until(`W${cycle} attached`, () => seen.present[0]?.serial === `W${cycle}`);
    await bus.unplug(name);
    await seen.until(`W${cycle} detached`, () => seen.present.length === 0);
  }
  assert.deepEqual([seen.attached.length, seen.detached.length], [200, 200]);
  assert.equal(new Set(seen.attached.map((device) => device.session)).size, 200);
});

test('fake bus: 200 cycles of churn without a pause end in what is there', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, settleMs: 1, pollMs: NO_POLL_MS });
  const { name: stays } = await bus.plug({ port: '1-2', serial: 'STAYS' });
  await bus.churn({ port: '1-3' }, 200);
  const { name: last } = await bus.plug({ port: '1-3', serial: 'LAST' });
  await seen.until('the last one attached', () => seen.present.some((device) => device.serial === 'LAST'));
  await seen.watcher.request();
  assert.deepEqual(seen.present.map((device) => device.serial).sort(), ['LAST', 'STAYS']);
  assert.equal(seen.attached.length, seen.detached.length + 2);
  await bus.unplug(stays);
  await bus.unplug(last);
  await seen.until('all detached', () => seen.present.length === 0);
});

test('fake bus: 25 devices at once all attach, and with one serial only one is known by it', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, pollMs: NO_POLL_MS });
  const ports = Array.from({ length: 25 }, (_, at) => `1-4.${at + 1}`);
  await Promise.all(ports.map((port) => bus.plug({ port, serial: 'SAME' })));
  await seen.until('25 attached', () => seen.present.length === 25);
  assert.deepEqual(new Set(seen.present.map((device) => device.port)), new Set(ports));
  assert.equal(new Set(seen.present.map((device) => device.id)).size, 25);
  assert.equal(seen.present.filter((device) => device.id === '1234:5678:SAME').length, 1);
  await Promise.all(ports.map((port) => bus.unplug(port)));
  await seen.until('all detached', () => seen.present.length === 0);
  assert.deepEqual([seen.attached.length, seen.detached.length], [25, 25]);
});

test('fake bus: a device whose event an overflow took is seen by the poll', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, pollMs: SHORT_POLL_MS });
  const name = await plugInOverflow(bus, seen.watcher.pid);
  await seen.until('attached', () => seen.present[0]?.serial === 'LOST');
  await bus.unplug(name);
  await seen.until('detached', () => seen.present.length === 0);
  assert.equal(seen.snapshots.find((snapshot) => snapshot.devices.length === 1)?.reason, 'poll');
});

test('fake bus: control: without a poll, the overflow hides the device until the next hint', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, settleMs: 0, pollMs: NO_POLL_MS });
  const name = await plugInOverflow(bus, seen.watcher.pid);
  // Takes longer than a hint would: a thread starts, and asks the addon.
  await seen.watcher.read('0:0:0', PATIENT);
  assert.deepEqual(seen.present, []);
  const { name: next } = await bus.plug({ serial: 'NEXT' });
  await seen.until('both attached', () => seen.present.length === 2);
  await bus.unplug(name);
  await bus.unplug(next);
});

test('fake bus: a watcher in a foreign network namespace sees by polling and says so', {
  skip,
}, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.deafWatcherCommand, pollMs: SHORT_POLL_MS });
  assert.equal(seen.health?.state, 'ok');
  const { name } = await bus.plug({ serial: 'UNHEARD' });
  await seen.until('attached', () => seen.present[0]?.serial === 'UNHEARD');
  assert.equal(seen.snapshots.at(-1)?.reason, 'poll');
  await seen.until('deaf', () => seen.health?.state === 'degraded');
  assert.match(seen.health!.detail, /^Hot-plug hints are silent .* every 0\.3 s$/);
  await bus.unplug(name);
  await seen.until('detached', () => seen.present.length === 0);
});

test('fake bus: a half-made entry is left out until it is whole', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, pollMs: SHORT_POLL_MS });
  const half = await bus.plug({ serial: 'HALF', isHalfMade: true });
  const whole = await bus.plug({ serial: 'WHOLE' });
  await seen.until('the whole one attached', () => seen.present.length === 1);
  assert.equal(seen.present[0]?.serial, 'WHOLE');
  await bus.complete(half.name);
  await seen.until('the half-made one attached', () => seen.present.length === 2);
  assert.equal(seen.present[1]?.serial, 'HALF');
  await bus.unplug(half.name);
  await bus.unplug(whole.name);
  await seen.until('both detached', () => seen.present.length === 0);
});

test('fake bus: a watcher killed by SIGSEGV only ends, and the next one sees the same sessions', { skip }, async () => {
  await using bus = await startFakeBus();
  await using first = await startWatched({ command: bus.watcherCommand, pollMs: NO_POLL_MS });
  const { name } = await bus.plug({ serial: 'SURVIVES' });
  await first.until('attached', () => first.present.length === 1);
  process.kill(first.watcher.pid, 'SIGSEGV');
  const exit = await first.watcher.exited;
  assert.deepEqual([exit.code, exit.signal, exit.isExpected], [null, 'SIGSEGV', false]);
  await assert.rejects(first.watcher.request(), { code: 'AW_USB_WATCHER_EXITED' });

  await using second = await startWatched({ command: bus.watcherCommand, pollMs: NO_POLL_MS });
  assert.equal(second.snapshots[0]?.devices[0]?.session, first.present[0]?.session);
  await bus.unplug(name);
  await second.until('detached', () => second.present.length === 0);
});

test('fake bus: a device that is gone before it is opened is an answer, not an error', { skip }, async () => {
  await using bus = await startFakeBus();
  await using seen = await startWatched({ command: bus.watcherCommand, pollMs: NO_POLL_MS });
  const { name } = await bus.plug({ serial: 'CLOSED' });
  await seen.until('attached', () => seen.present.length === 1);
  // The bus is a picture of one: there is no device node.
  const reading = await seen.watcher.read(seen.present[0]!.session, PATIENT);
  assert.equal(reading.ok === false && reading.code, 'AW_USB_GONE');
  await bus.unplug(name);
  await seen.until('detached', () => seen.present.length === 0);
});

/** Stops the process, so that its socket runs over, and plugs a device whose event finds no room. */
async function plugInOverflow(bus: FakeBus, pid: number): Promise<string> {
  process.kill(pid, 'SIGSTOP');
  try {
    await bus.flood(3_000);
    const { name } = await bus.plug({ serial: 'LOST' });
    assert.ok((await bus.drops(pid)) > 0, 'the socket ran over');
    return name;
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
