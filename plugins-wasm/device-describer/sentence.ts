import { Value } from 'autoweave';

/** `Logitech USB Receiver (046d:c52b), serial A1, on port 1-4.2`: what is not known is left out. */
export function describeDevice(device: Value): string {
  const parts = [`${nameDevice(device)} (${hex4(device.integer('vendorId'))}:${hex4(device.integer('productId'))})`];
  if (device.has('serial')) parts.push('serial ' + device.text('serial'));
  if (device.has('port')) parts.push('on port ' + device.text('port'));
  return parts.join(', ');
}

/** `Logitech USB Receiver`: the maker is left out where nobody knows it, and where the product names it already. */
export function nameDevice(device: Value): string {
  const vendor = device.text('vendor');
  const product = device.text('product', 'Unknown device');
  const isKnown = vendor.length > 0 && vendor != 'Vendor ' + hex4(device.integer('vendorId'));
  return isKnown && !product.startsWith(vendor) ? `${vendor} ${product}` : product;
}

/** 1st, 2nd, 3rd, 11th, 21st. */
export function ordinal(count: i64): string {
  const isTeen = count % 100 >= 11 && count % 100 <= 13;
  const last = isTeen ? 0 : count % 10;
  return count.toString() + (last == 1 ? 'st' : last == 2 ? 'nd' : last == 3 ? 'rd' : 'th');
}

function hex4(id: i64): string {
  return id.toString(16).padStart(4, '0');
}
