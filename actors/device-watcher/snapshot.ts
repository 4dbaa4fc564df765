import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { StringReader } from './device-strings.ts';

/** One device as seen on the bus. Strings come from sysfs only, and are absent when not readable. */
export interface SeenDevice {
  /** `bus:address:inode`: one plug-in of one device. */
  readonly session: string;
  readonly bus: number;
  readonly address: number;
  /** Physical port path: `1-4.2`. */
  readonly port: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly serial?: string;
  readonly manufacturer?: string;
  readonly product?: string;
  /** Mbit/s, as the kernel says it: `480`, `1.5`. */
  readonly speed?: string;
  readonly deviceClass?: number;
  /** `/dev/bus/usb/001/004`. */
  readonly path: string;
  /** Something that should be readable was not: no permission, or too slow. */
  readonly partial: boolean;
  readonly virtual?: boolean;
}

/**
 * What is on the bus now, ordered by port, or null when this host has no USB. Opens no device and needs no permission.
 *
 * An entry that vanishes, is half made, or changes hands while it is read is left out: the next look finds it.
 *
 * @param sysRoot usually `/sys`
 * @throws AW_USB_BUS_UNREADABLE when there is a bus whose devices can't be listed: that is not an empty bus.
 */
export async function readSnapshot(sysRoot: string, strings: StringReader): Promise<SeenDevice[] | null> {
  const directory = join(sysRoot, 'bus/usb/devices');
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return null;
    throw new AutoWeaveError(
      'AW_USB_BUS_UNREADABLE',
      `Cannot list USB devices in "${directory}": ${errorCode(cause)}`,
      {
        hint: 'make /sys readable for this process',
        cause,
      },
    );
  }
  const ports = names.filter((name) => DEVICE_NAME.test(name));
  const seen = await Promise.all(ports.map((port) => readDevice(join(directory, port), port, strings)));
  const devices = seen.filter((device) => device !== undefined).sort(byPort);
  strings.retain(new Set(devices.map((device) => device.session)));
  return devices;
}

/** By bus, then by the numbers of the port path: `1-2` before `1-10`. */
export function byPort(a: SeenDevice, b: SeenDevice): number {
  const left = a.port.split(/[-.]/);
  const right = b.port.split(/[-.]/);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = Number(left[at]) - Number(right[at]);
    if (Number.isNaN(difference)) break;
    if (difference !== 0) return difference;
  }
  return a.port < b.port ? -1 : a.port > b.port ? 1 : 0;
}

/** `1-4.2` is a device; `usb1` is a root hub and `1-4.2:1.0` an interface. */
const DEVICE_NAME = /^\d+-\d+(\.\d+)*$/;

/** A port that changes hands three times during one look is left to the next. */
const MAX_ATTEMPTS = 3;

async function readDevice(entry: string, port: string, strings: StringReader): Promise<SeenDevice | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const inode = inodeOf(entry);
    if (inode === undefined) return undefined;
    const device = await readAttributes(entry, port, inode, strings);
    // Every path goes through the entry's link. Should another device have taken the port between two reads,
    // what was read is a mixture of both.
    if (inodeOf(entry) === inode) return device;
  }
  return undefined;
}

async function readAttributes(
  entry: string,
  port: string,
  inode: bigint,
  strings: StringReader,
): Promise<SeenDevice | undefined> {
  const bus = number(attribute(entry, 'busnum').text, 10);
  const address = number(attribute(entry, 'devnum').text, 10);
  const vendorId = number(attribute(entry, 'idVendor').text, 16);
  const productId = number(attribute(entry, 'idProduct').text, 16);
  if (bus === undefined || address === undefined || vendorId === undefined || productId === undefined) return undefined;

  const session = `${bus}:${address}:${inode}`;
  const speed = attribute(entry, 'speed');
  const deviceClass = attribute(entry, 'bDeviceClass');
  const classNumber = number(deviceClass.text, 16);
  const { partial, ...texts } = await strings.read(session, entry);
  return {
    session,
    bus,
    address,
    port,
    vendorId,
    productId,
    ...texts,
    ...(speed.text === undefined ? {} : { speed: speed.text }),
    ...(classNumber === undefined ? {} : { deviceClass: classNumber }),
    path: `/dev/bus/usb/${threeDigits(bus)}/${threeDigits(address)}`,
    partial: partial || speed.isRefused || deviceClass.isRefused,
  };
}

/** These attributes are kept by the kernel: reading them asks nothing of the device and takes no lock. */
function attribute(entry: string, name: string): { readonly text?: string; readonly isRefused: boolean } {
  try {
    const text = readFileSync(join(entry, name), 'utf8').trim();
    return text === '' ? { isRefused: false } : { text, isRefused: false };
  } catch (error) {
    return { isRefused: errorCode(error) !== 'ENOENT' };
  }
}

function number(text: string | undefined, radix: 10 | 16): number | undefined {
  return text !== undefined && (radix === 10 ? /^\d{1,9}$/ : /^[0-9a-f]{1,4}$/i).test(text)
    ? Number.parseInt(text, radix)
    : undefined;
}

function threeDigits(value: number): string {
  return String(value).padStart(3, '0');
}

/** 64-bit on sysfs, hence bigint. */
function inodeOf(entry: string): bigint | undefined {
  try {
    return statSync(entry, { bigint: true }).ino;
  } catch {
    return undefined;
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
