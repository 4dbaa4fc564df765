import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seenInList } from './listed-snapshot.ts';
import type { ListedDevice } from './usb-hints.ts';

const LISTED: ListedDevice = {
  bus: '14',
  address: 3,
  ports: [1, 2],
  speed: 'high',
  vendorId: 0x1d6b,
  productId: 0x104,
  deviceClass: 0,
  handle: 'DeviceId(DeviceId(4294970101))',
};

test('seenInList says what the list says, and that there is more', () => {
  assert.deepEqual(seenInList([LISTED]), [
    {
      session: '20:3:4294970101',
      bus: 20,
      address: 3,
      port: '20-1.2',
      vendorId: 0x1d6b,
      productId: 0x104,
      speed: '480',
      deviceClass: 0,
      path: 'usb:DeviceId(DeviceId(4294970101))',
      partial: true,
    },
  ]);
});

test('seenInList does with the names of Windows and without ports or speed', () => {
  const { speed: _, ...slow } = LISTED;
  const [device] = seenInList([{ ...slow, bus: 'PCIROOT(0)#PCI(1400)', ports: [], handle: '' }]);
  assert.deepEqual([device?.bus, device?.port, device?.session, device?.speed], [0, '0-0.3', '0:3:0', undefined]);
});

test('seenInList orders by port', () => {
  const ports = seenInList([
    { ...LISTED, ports: [10] },
    { ...LISTED, ports: [2] },
  ]).map((device) => device.port);
  assert.deepEqual(ports, ['20-2', '20-10']);
});
