export interface PlugPreset {
  readonly label: string;
  readonly productId: number;
  readonly manufacturer: string;
  readonly product: string;
  /** Begins a serial number that is random otherwise. */
  readonly serialPrefix: string;
}

/** pid.codes' vendor id, whose first product ids are free for tests (https://pid.codes/1209/). */
export const PRESET_VENDOR_ID = 0x1209;

export const PLUG_PRESETS: readonly [PlugPreset, ...PlugPreset[]] = [
  {
    label: 'Barcode scanner',
    productId: 0x0001,
    manufacturer: 'AutoWeave',
    product: 'Barcode scanner',
    serialPrefix: 'BC',
  },
  {
    label: 'Label printer',
    productId: 0x0002,
    manufacturer: 'AutoWeave',
    product: 'Label printer',
    serialPrefix: 'LP',
  },
  {
    label: 'Temperature probe',
    productId: 0x0003,
    manufacturer: 'AutoWeave',
    product: 'Temperature probe',
    serialPrefix: 'TP',
  },
  { label: 'Security key', productId: 0x0004, manufacturer: 'AutoWeave', product: 'Security key', serialPrefix: 'SK' },
];

export function randomSerial(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return `${prefix}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()}`;
}
