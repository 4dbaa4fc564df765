import type { PluginPermissions } from '../../proto/generated/messages.ts';

/**
 * Which devices a plugin is told of: those that match in each field. Without a vendor that is none; `product_ids` and
 * `serials` narrow, so that an absent one is any, and an empty one none.
 */
export type UsbPermission = NonNullable<PluginPermissions['usb']>;

export interface SeenDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly serial?: string | undefined;
}

export function maySee(usb: UsbPermission | undefined, { vendorId, productId, serial }: SeenDevice): boolean {
  const { vendors, products, serials } = read(usb);
  return has(vendors, hexadecimal(vendorId)) && has(products, hexadecimal(productId)) && has(serials, serial);
}

/** True when there may be a device that it sees. */
export function maySeeAny(usb: UsbPermission | undefined): boolean {
  return intersectUsb(usb, usb) !== undefined;
}

/** Field by field: what matches both is what matches in each field both times. */
export function intersectUsb(
  left: UsbPermission | undefined,
  right: UsbPermission | undefined,
): UsbPermission | undefined {
  const one = read(left);
  const other = read(right);
  const vendors = common(one.vendors, other.vendors);
  const products = common(one.products, other.products);
  const serials = common(one.serials, other.serials);
  // A list that came out empty must not be left out: absent would be any.
  if ([vendors, products, serials].some((values) => values !== ANY && values.size === 0)) return undefined;
  return {
    vendor_ids: vendors === ANY ? [ANY] : [...vendors].sort(),
    ...(products !== ANY && { product_ids: [...products].sort() }),
    ...(serials !== ANY && { serials: [...serials].sort() }),
  };
}

const ANY = '*';
type Values = typeof ANY | ReadonlySet<string>;

interface Fields {
  readonly vendors: Values;
  readonly products: Values;
  readonly serials: Values;
}

function read(usb: UsbPermission | undefined): Fields {
  return {
    vendors: ids(usb?.vendor_ids ?? []),
    products: usb?.product_ids === undefined ? ANY : ids(usb.product_ids),
    // A device may have any text as its serial number, also `*`: here it is nothing special.
    serials: usb?.serials === undefined ? ANY : new Set(usb.serials),
  };
}

function ids(list: readonly string[]): Values {
  return list.includes(ANY) ? ANY : new Set(list.map((id) => id.toLowerCase()));
}

function has(values: Values, value: string | undefined): boolean {
  return values === ANY || (value !== undefined && values.has(value));
}

function common(left: Values, right: Values): Values {
  if (left === ANY) return right;
  return right === ANY ? left : left.intersection(right);
}

function hexadecimal(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}
