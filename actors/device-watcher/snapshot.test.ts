import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DeviceStrings, StringReader } from './device-strings.ts';
import { byPort, readSnapshot, type SeenDevice } from './snapshot.ts';

/** The tree of one host in a temporary folder, as `/sys` has it. */
class Tree implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'aw-sysfs-'));
  readonly bus = join(this.root, 'bus/usb/devices');
  #made = 0;

  constructor() {
    mkdirSync(this.bus, { recursive: true });
  }

  /** @returns the directory behind the link */
  add(name: string, attributes: Readonly<Record<string, string>>): string {
    const entry = join(this.root, 'devices', `${this.#made++}`, name);
    mkdirSync(entry, { recursive: true });
    for (const [attribute, value] of Object.entries(attributes)) writeFileSync(join(entry, attribute), `${value}\n`);
    symlinkSync(entry, join(this.bus, name));
    return entry;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

const WHOLE = { busnum: '1', devnum: '4', idVendor: '1d6b', idProduct: '0104', speed: '480', bDeviceClass: 'ef' };

/** Reads no strings; `onRead` happens in the midst of a device's reading. */
function noStrings(onRead: (entry: string) => void = () => {}): StringReader {
  return {
    async read(_session, entry): Promise<DeviceStrings> {
      onRead(entry);
      return { partial: false };
    },
    retain() {},
  };
}

test('readSnapshot is null where there is no bus, and empty where nothing is plugged in', async () => {
  using tree = new Tree();
  assert.deepEqual(await readSnapshot(tree.root, noStrings()), []);
  assert.equal(await readSnapshot(join(tree.root, 'nowhere'), noStrings()), null);
});

test('readSnapshot tells a bus that it can not list from an empty one', async () => {
  using tree = new Tree();
  rmSync(tree.bus, { recursive: true });
  writeFileSync(tree.bus, 'not a directory');
  await assert.rejects(readSnapshot(tree.root, noStrings()), { code: 'AW_USB_BUS_UNREADABLE' });
});

test('readSnapshot reads devices, and neither root hubs nor interfaces', async () => {
  using tree = new Tree();
  tree.add('usb1', { ...WHOLE, devnum: '1' });
  tree.add('1-4.2:1.0', WHOLE);
  tree.add('1-4.2', WHOLE);
  const [device, ...others] = (await readSnapshot(tree.root, noStrings())) ?? [];
  assert.deepEqual(others, []);
  const { session, ...rest } = device!;
  assert.match(session, /^1:4:\d+$/);
  assert.deepEqual(rest, {
    bus: 1,
    address: 4,
    port: '1-4.2',
    vendorId: 0x1d6b,
    productId: 0x0104,
    speed: '480',
    deviceClass: 0xef,
    path: '/dev/bus/usb/001/004',
    partial: false,
  });
});

test('readSnapshot leaves out entries that are half made, and takes them when whole', async () => {
  for (const missing of ['busnum', 'devnum', 'idVendor', 'idProduct'] as const) {
    for (const broken of [undefined, '', 'x', '-1', '99999999999']) {
      using tree = new Tree();
      const { [missing]: _, ...rest } = WHOLE;
      const entry = tree.add('1-1', broken === undefined ? rest : { ...rest, [missing]: broken });
      assert.deepEqual(await readSnapshot(tree.root, noStrings()), [], `${missing} is ${broken}`);
      writeFileSync(join(entry, missing), `${WHOLE[missing]}\n`);
      assert.equal((await readSnapshot(tree.root, noStrings()))?.length, 1);
    }
  }
});

test('readSnapshot does without what a device does not have', async () => {
  using tree = new Tree();
  const { speed: _, bDeviceClass: __, ...least } = WHOLE;
  tree.add('1-1', least);
  const [device] = (await readSnapshot(tree.root, noStrings())) ?? [];
  assert.deepEqual([device?.speed, device?.deviceClass, device?.partial], [undefined, undefined, false]);
});

test('readSnapshot marks a device partial where something is refused', async () => {
  using tree = new Tree();
  const entry = tree.add('1-1', WHOLE);
  // Reading a directory is refused to everybody, also to root.
  unlinkSync(join(entry, 'speed'));
  mkdirSync(join(entry, 'speed'));
  chmodSync(join(entry, 'speed'), 0);
  const [device] = (await readSnapshot(tree.root, noStrings())) ?? [];
  assert.deepEqual([device?.speed, device?.partial], [undefined, true]);
});

test('readSnapshot leaves out a device that vanishes while it is read', async () => {
  using tree = new Tree();
  tree.add('1-1', WHOLE);
  tree.add('1-2', { ...WHOLE, devnum: '5' });
  const vanish = noStrings((entry) => entry.endsWith('1-1') && unlinkSync(entry));
  assert.deepEqual(
    (await readSnapshot(tree.root, vanish))?.map((device) => device.port),
    ['1-2'],
  );
});

test('readSnapshot never mixes two devices that follow each other on one port', async () => {
  using tree = new Tree();
  tree.add('1-1', { ...WHOLE, idProduct: '0001' });
  let isReplaced = false;
  const replace = noStrings((entry) => {
    if (isReplaced) return;
    isReplaced = true;
    unlinkSync(entry);
    tree.add('1-1', { ...WHOLE, devnum: '5', idProduct: '0002' });
  });
  const devices = await readSnapshot(tree.root, replace);
  assert.deepEqual(
    devices?.map(({ address, productId }) => [address, productId]),
    [[5, 2]],
  );
});

test('readSnapshot leaves a port that keeps changing to the next look', async () => {
  using tree = new Tree();
  tree.add('1-1', WHOLE);
  let count = 0;
  const churn = noStrings((entry) => {
    renameSync(entry, `${entry}-gone-${count++}`);
    tree.add('1-1', WHOLE);
  });
  assert.deepEqual(await readSnapshot(tree.root, churn), []);
});

test('readSnapshot forgets the strings of sessions that are over', async () => {
  using tree = new Tree();
  tree.add('1-1', WHOLE);
  const retained: string[][] = [];
  const strings = { ...noStrings(), retain: (sessions: ReadonlySet<string>) => void retained.push([...sessions]) };
  const [device] = (await readSnapshot(tree.root, strings)) ?? [];
  unlinkSync(join(tree.bus, '1-1'));
  await readSnapshot(tree.root, strings);
  assert.deepEqual(retained, [[device!.session], []]);
});

test('byPort orders by the numbers of the path, and what has none behind', () => {
  const ports = ['virtual-b', '2-1', '1-10', '1-2.10', '1-2', '1-2.9', 'virtual-a'];
  const sorted = ports.map((port) => ({ port }) as SeenDevice).sort(byPort);
  assert.deepEqual(
    sorted.map((device) => device.port),
    ['1-2', '1-2.9', '1-2.10', '1-10', '2-1', 'virtual-a', 'virtual-b'],
  );
});
