import { mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What to plug in. Numbers and strings are those of the descriptor. */
export interface FakeDevice {
  /** `1-4.2`; the next free port when absent. */
  readonly port?: string;
  readonly vendorId?: number;
  readonly productId?: number;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly serial?: string;
  /** Speed and class come, as the kernel would give them; the numbers of vendor and product do not, until `complete`. */
  readonly isHalfMade?: boolean;
}

/** A device that is plugged in. */
export interface PluggedDevice {
  /** Its name on the bus, which is its port. */
  readonly name: string;
  readonly address: number;
  readonly vendorId: number;
  readonly productId: number;
}

/** A tree like the one the kernel keeps in `/sys` for one bus. */
export interface FakeSysfs {
  plug(device: FakeDevice): PluggedDevice;
  /** Writes what a half-made entry lacks. */
  complete(name: string): PluggedDevice;
  unplug(name: string): PluggedDevice;
}

export function createFakeSysfs(root: string): FakeSysfs {
  const bus = join(root, 'bus/usb/devices');
  const hub = join(root, BUS_PATH);
  mkdirSync(bus, { recursive: true });
  mkdirSync(hub, { recursive: true });
  // A root hub and an interface, which are no devices.
  writeAttributes(hub, { busnum: '1', devnum: '1', idVendor: '1d6b', idProduct: '0002', bDeviceClass: '09' });
  symlinkSync(hub, join(bus, 'usb1'));
  const plugged = new Map<string, PluggedDevice>();
  let lastAddress = 1;
  let nextPort = 1;

  const nextAddress = (): number => {
    const used = new Set([...plugged.values()].map((device) => device.address));
    do lastAddress = lastAddress >= MAX_ADDRESS ? 2 : lastAddress + 1;
    while (used.has(lastAddress));
    return lastAddress;
  };

  const get = (name: string): PluggedDevice => {
    const device = plugged.get(name);
    if (device === undefined) throw new Error(`Nothing is plugged into "${name}"`);
    return device;
  };

  return {
    plug({ port, vendorId = 0x1234, productId = 0x5678, manufacturer, product, serial, isHalfMade = false }) {
      const name = port ?? `1-${nextPort++}`;
      if (plugged.has(name)) throw new Error(`Port "${name}" is taken`);
      const device = { name, address: nextAddress(), vendorId, productId };
      const entry = join(hub, name);
      mkdirSync(join(entry, `${name}:1.0`), { recursive: true });
      writeAttributes(entry, {
        busnum: '1',
        devnum: `${device.address}`,
        devpath: name.slice(2),
        bcdDevice: '0100',
        version: ' 2.00',
        bDeviceClass: '00',
        bDeviceSubClass: '00',
        bDeviceProtocol: '00',
        bConfigurationValue: '1',
        speed: '480',
        ...(isHalfMade ? {} : identifiers(device)),
        ...(manufacturer === undefined ? {} : { manufacturer }),
        ...(product === undefined ? {} : { product }),
        ...(serial === undefined ? {} : { serial }),
      });
      symlinkSync(entry, join(bus, name));
      symlinkSync(join(entry, `${name}:1.0`), join(bus, `${name}:1.0`));
      plugged.set(name, device);
      return device;
    },
    complete(name) {
      const device = get(name);
      writeAttributes(join(hub, name), identifiers(device));
      return device;
    },
    unplug(name) {
      const device = get(name);
      unlinkSync(join(bus, `${name}:1.0`));
      unlinkSync(join(bus, name));
      rmSync(join(hub, name), { recursive: true });
      plugged.delete(name);
      return device;
    },
  };
}

/** Where the bus stands below the root, as events name it. */
export const BUS_PATH = 'devices/platform/fake/usb1';

/** The kernel counts a bus's addresses up to here, then begins again. */
const MAX_ADDRESS = 127;

function identifiers(device: PluggedDevice): Readonly<Record<string, string>> {
  return { idVendor: hex4(device.vendorId), idProduct: hex4(device.productId) };
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function writeAttributes(entry: string, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) writeFileSync(join(entry, name), `${value}\n`);
}
