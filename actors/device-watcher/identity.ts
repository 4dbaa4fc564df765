import { createHash } from 'node:crypto';
import type { SeenDevice } from './snapshot.ts';

/** A device while it is, or was, attached: as durable state and events carry it. */
export interface Device extends Omit<SeenDevice, 'product' | 'virtual'> {
  /** Stable identity: the same for the same device, whenever it is plugged in. */
  readonly id: string;
  readonly host: string;
  /** Manufacturer, or `Vendor 1d6b`. */
  readonly vendor: string;
  /** Product, or `Product 0104`. */
  readonly product: string;
  /** Product as the device gives it. */
  readonly deviceName?: string;
  readonly virtual: boolean;
  /** When it was attached; milliseconds since 1970. */
  readonly timestamp: number;
}

/**
 * `vvvv:pppp:serial` where the serial tells this device from the others, else `vvvv:pppp@port`.
 *
 * A serial counts only if no attached device has the id already: cheap devices share one serial among thousands. The
 * one that came first keeps it for its session, so an id never changes hands while both are attached.
 *
 * @param taken ids of the devices that are attached
 */
export function identify(seen: SeenDevice, taken: ReadonlySet<string>): string {
  const model = `${hex4(seen.vendorId)}:${hex4(seen.productId)}`;
  if (seen.serial !== undefined && seen.serial.trim() !== '') {
    const bySerial = `${model}:${shortened(seen.serial)}`;
    if (!taken.has(bySerial)) return bySerial;
  }
  const byPort = `${model}@${seen.port}`;
  // Two devices on one port are possible where ports are made up: virtual ones, and systems that name none.
  let id = byPort;
  for (let count = 2; taken.has(id); count++) id = `${byPort}#${count}`;
  return id;
}

/** The device that attaches when `seen` is new. */
export function deviceOf(
  seen: SeenDevice,
  { id, host, at }: { readonly id: string; readonly host: string; readonly at: number },
): Device {
  const { product, virtual, ...rest } = seen;
  return {
    ...rest,
    id,
    host,
    vendor: seen.manufacturer ?? `Vendor ${hex4(seen.vendorId)}`,
    product: product ?? `Product ${hex4(seen.productId)}`,
    ...(product === undefined ? {} : { deviceName: product }),
    virtual: virtual === true,
    timestamp: at,
  };
}

/** So that host (up to 253 bytes) and id together fit the 512 bytes of a key. */
const MAX_SERIAL_BYTES = 200;
const HASH_LENGTH = 16;

/** A long serial keeps its beginning, for people, and its hash, for being told apart. */
function shortened(serial: string): string {
  if (Buffer.byteLength(serial) <= MAX_SERIAL_BYTES) return serial;
  const hash = createHash('sha256').update(serial).digest('hex').slice(0, HASH_LENGTH);
  let start = '';
  let bytes = 0;
  for (const char of serial) {
    bytes += Buffer.byteLength(char);
    if (bytes > MAX_SERIAL_BYTES - HASH_LENGTH - 1) break;
    start += char;
  }
  return `${start}~${hash}`;
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}
