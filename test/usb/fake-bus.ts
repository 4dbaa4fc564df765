import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BUS_PATH, createFakeSysfs, type FakeDevice, type PluggedDevice } from './fake-sysfs.ts';
import { openUdevEvents } from './udev-events.ts';

/**
 * A USB bus without hardware. Runs in user, mount and network namespaces of its own, where it puts a file system of
 * its own over `/sys`, and says what udev would say. Whoever enters the namespaces sees this bus and hears its events.
 * It does what its parent orders over the IPC channel, and ends with it.
 */

export type BusOrder =
  | { readonly do: 'plug'; readonly device: FakeDevice; readonly events: number }
  | { readonly do: 'complete'; readonly name: string; readonly events: number }
  | { readonly do: 'unplug'; readonly name: string; readonly events: number }
  | { readonly do: 'churn'; readonly device: FakeDevice; readonly cycles: number }
  | { readonly do: 'flood'; readonly count: number }
  | { readonly do: 'drops'; readonly pid: number };

export interface BusAnswer {
  readonly id: number;
  readonly result?: PluggedDevice | number;
  readonly error?: string;
}

process.on('disconnect', () => process.exit());
execFileSync('mount', ['-t', 'tmpfs', 'fake', '/sys']);
const sysfs = createFakeSysfs('/sys');
const events = openUdevEvents();
let sequence = 0;

process.on('message', ({ id, order }: { readonly id: number; readonly order: BusOrder }) => {
  try {
    answer({ id, result: obey(order) });
  } catch (error) {
    answer({ id, error: String(error) });
  }
});
// The namespaces and the bus are there.
answer({ id: 0 });

function obey(order: BusOrder): PluggedDevice | number {
  switch (order.do) {
    case 'plug':
      return told('add', sysfs.plug(order.device), order.events);
    case 'complete':
      return told('add', sysfs.complete(order.name), order.events);
    case 'unplug':
      return told('remove', sysfs.unplug(order.name), order.events);
    case 'churn':
      for (let cycle = 0; cycle < order.cycles; cycle++) {
        const { name } = told('add', sysfs.plug({ ...order.device, serial: `C${cycle}` }), 1);
        told('remove', sysfs.unplug(name), 1);
      }
      return order.cycles;
    case 'flood':
      for (let count = 0; count < order.count; count++) {
        const properties = { ACTION: 'change', DEVPATH: '/devices/virtual/block/loop0', SUBSYSTEM: 'block' };
        events.send({ ...properties, SEQNUM: `${++sequence}`, PADDING: 'x'.repeat(300) });
      }
      return order.count;
    case 'drops':
      return dropsOf(order.pid);
  }
}

function told(action: 'add' | 'remove', device: PluggedDevice, times: number): PluggedDevice {
  const address = String(device.address).padStart(3, '0');
  for (let time = 0; time < times; time++) {
    events.send({
      ACTION: action,
      DEVPATH: `/${BUS_PATH}/${device.name}`,
      SUBSYSTEM: 'usb',
      DEVTYPE: 'usb_device',
      DEVNAME: `/dev/bus/usb/001/${address}`,
      PRODUCT: `${device.vendorId.toString(16)}/${device.productId.toString(16)}/100`,
      BUSNUM: '001',
      DEVNUM: address,
      SEQNUM: `${++sequence}`,
    });
  }
  return device;
}

/**
 * Messages that did not fit the buffers of this network namespace's listeners to udev. A socket's port number is its
 * process's id only by custom: the first socket of a process takes it.
 */
function dropsOf(pid: number): number {
  return readFileSync('/proc/net/netlink', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1] === '15' && fields[2] === String(pid) && fields[3] === '00000002')
    .reduce((sum, fields) => sum + Number(fields[8]), 0);
}

function answer(value: BusAnswer): void {
  process.send?.(value);
}
