import type { SeenDevice } from './snapshot.ts';
import { byPort } from './snapshot.ts';
import type { ListedDevice } from './usb-hints.ts';

/**
 * The snapshot where there is no sysfs (macOS, Windows), from the addon's list. Its limits: strings would open each
 * device, so there are none, `partial` says so, and the stable identity is the port's; Windows names its buses by
 * text, so `bus` is 0 there; `path` is the addon's handle, for there is no device node.
 */
export function seenInList(listed: readonly ListedDevice[]): SeenDevice[] {
  return listed
    .map((device): SeenDevice => {
      // nusb writes buses in hexadecimal on macOS.
      const bus = /^[0-9a-f]{1,4}$/i.test(device.bus) ? Number.parseInt(device.bus, 16) : 0;
      const ports = device.ports.length === 0 ? [0, device.address] : device.ports;
      const speed = device.speed === undefined ? undefined : MEGABITS[device.speed];
      return {
        session: `${bus}:${device.address}:${handleNumber(device.handle)}`,
        bus,
        address: device.address,
        port: `${bus}-${ports.join('.')}`,
        vendorId: device.vendorId,
        productId: device.productId,
        ...(speed === undefined ? {} : { speed }),
        deviceClass: device.deviceClass,
        path: `usb:${device.handle}`.slice(0, 256),
        partial: true,
      };
    })
    .sort(byPort);
}

const MEGABITS: Readonly<Record<string, string>> = {
  low: '1.5',
  full: '12',
  high: '480',
  super: '5000',
  superPlus: '10000',
};

/** `DeviceId(DeviceId(4294970101))`, the registry's entry on macOS, is new for each plug-in. */
function handleNumber(handle: string): string {
  return handle.match(/\d+/g)?.join('.').slice(0, 64) ?? '0';
}
