import type { Device } from '../../proto/generated/graphql.ts';

/** What a person would call it: its own words, else those of the list of vendors, else its numbers. */
export function deviceTitle(device: Pick<Device, 'manufacturer' | 'deviceName' | 'vendor' | 'product' | 'id'>): string {
  const { manufacturer, deviceName, vendor, product, id } = device;
  const words = [manufacturer || vendor, deviceName || product].filter((word) => word !== null && word !== '');
  return words.join(' ') || id;
}
