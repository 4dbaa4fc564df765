import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from './deep-read.ts';
import { listDevices, type OpenableDevice } from './usb-hints.ts';
import type { DeviceReading } from './watcher-protocol.ts';

/** The thread of one deep reading: answers once, then ends. */
const { session } = workerData as { readonly session: string };

let reading: DeviceReading;
try {
  reading = await readDevice(session);
} catch (error) {
  reading = failureOf(error);
}
parentPort?.postMessage(reading);

async function readDevice(session: string): Promise<DeviceReading> {
  const [bus, address] = session.split(':').map(Number);
  const device = (await listDevices()).find((one) => Number(one.bus) === bus && one.address === address);
  if (device === undefined) return { ok: false, code: 'AW_USB_GONE', message: `No device has session "${session}"` };
  await device.open();
  try {
    return { ok: true, details: detailsOf(device) };
  } finally {
    await device.close();
  }
}

/** Each getter may block, and may throw: a string that can't be had is left out. */
function detailsOf(device: OpenableDevice): Readonly<Record<string, unknown>> {
  return {
    vendorId: device.vendorId,
    productId: device.productId,
    usbVersion: `${device.usbVersionMajor}.${device.usbVersionMinor}.${device.usbVersionSubminor}`,
    deviceVersion: `${device.deviceVersionMajor}.${device.deviceVersionMinor}.${device.deviceVersionSubminor}`,
    deviceClass: device.deviceClass,
    deviceSubclass: device.deviceSubclass,
    deviceProtocol: device.deviceProtocol,
    manufacturer: attempt(() => device.manufacturerName),
    product: attempt(() => device.productName),
    serial: attempt(() => device.serialNumber),
    configurations: attempt(() => device.configurations),
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read() ?? undefined;
  } catch {
    return undefined;
  }
}
