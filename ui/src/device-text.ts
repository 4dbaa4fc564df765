/** `vvvv:pppp` in hexadecimal, as `lsusb` writes it. */
export function usbId(device: { readonly vendorId: number; readonly productId: number }): string {
  return `${hexText(device.vendorId)}:${hexText(device.productId)}`;
}

export function hexText(value: number): string {
  return value.toString(16).padStart(4, '0');
}

/** A 16-bit id from what a person types, with or without `0x`; null when it is none. */
export function parseHex(text: string): number | null {
  const digits = /^\s*(?:0x)?([0-9a-f]{1,4})\s*$/i.exec(text)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

/** The kernel gives Mbit/s as text. */
export function speedText(speed: string | null): string {
  if (speed === null || speed === '') return '–';
  const value = Number(speed);
  if (!Number.isFinite(value)) return speed;
  return value >= 1000 ? `${value / 1000} Gb/s` : `${value} Mb/s`;
}
