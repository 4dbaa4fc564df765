import type { Device } from '../../proto/generated/messages.ts';

/** A device as its events carry it. */
export const DEVICE: Device = {
  id: '1d6b:0104:A1',
  session: '1:2:3',
  host: 'here',
  bus: 1,
  address: 2,
  port: '1-1',
  vendorId: 0x1d6b,
  productId: 0x0104,
  vendor: 'Linux',
  product: 'Gadget',
  serial: 'A1',
  path: '/dev/bus/usb/001/002',
  partial: false,
  virtual: false,
  timestamp: 1,
};
