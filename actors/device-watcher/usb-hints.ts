import { createRequire } from 'node:module';
import type * as Addon from 'usb/index.js';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/**
 * The only file that knows the `usb` addon. It goes to the addon's binding (`usb/index.js`) and round its front:
 * `usb.addEventListener` ends the process by an unhandled rejection where there is no bus.
 */

/** The part of the addon's device that is safe to read: numbers it keeps, which open nothing. */
export type ListedDevice = Pick<
  Addon.UsbDevice,
  'bus' | 'address' | 'ports' | 'speed' | 'vendorId' | 'productId' | 'deviceClass' | 'handle'
>;

/** A device whose methods and string getters open it, and may block: for the worker that reads on demand only. */
export type OpenableDevice = Addon.UsbDevice;

/**
 * Calls `onHint` whenever a device may have come or gone, as often as the addon says so: late, twice, or in vain. On
 * Linux it hears udev, and can't tell "nothing happens" from being deaf (no udev, another network namespace).
 *
 * The listening keeps the process alive until the returned function has resolved.
 *
 * @throws AW_USB_HINTS when the addon can't be loaded, or can't listen.
 */
export async function startHints(onHint: () => void): Promise<() => Promise<void>> {
  const { Emitter } = loadAddon();
  const emitter = new Emitter();
  const close = async () => {
    await emitter.removeAttach();
    await emitter.removeDetach();
  };
  try {
    // One after the other: together, each may start a listener of its own. The event's device is not touched, since
    // its string getters open it.
    await emitter.addAttach(() => onHint());
    await emitter.addDetach(() => onHint());
  } catch (cause) {
    await close();
    throw new AutoWeaveError('AW_USB_HINTS', `Cannot listen for USB hot-plug: ${messageOf(cause)}`, { cause });
  }
  return close;
}

/** @throws AW_USB_HINTS when the addon can't be loaded, AW_USB_BUS_UNREADABLE when it can't list. */
export async function listDevices(): Promise<OpenableDevice[]> {
  const { nativeGetDevices } = loadAddon();
  try {
    return await nativeGetDevices();
  } catch (cause) {
    throw new AutoWeaveError('AW_USB_BUS_UNREADABLE', `Cannot list USB devices: ${messageOf(cause)}`, { cause });
  }
}

/** When called, not when imported: a platform without a binary of the addon still has polling. */
function loadAddon(): typeof Addon {
  try {
    return createRequire(import.meta.url)('usb/index.js') as typeof Addon;
  } catch (cause) {
    throw new AutoWeaveError('AW_USB_HINTS', `Cannot load the "usb" addon: ${messageOf(cause)}`, {
      hint: 'install the optional dependencies again on this platform',
      cause,
    });
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
}
