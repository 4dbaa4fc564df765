import { dlopen } from 'node:ffi';
import { endianness } from 'node:os';

/** Speaks as udev does to all who listen on this network namespace. */
export interface UdevEvents {
  /** Sends one event; `ACTION`, `DEVPATH` and `SUBSYSTEM` are the least that listeners look at. */
  send(properties: Readonly<Record<string, string>>): void;
}

/** Needs to be root of the network namespace. */
export function openUdevEvents(): UdevEvents {
  const { functions } = dlopen(null, {
    socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
    sendto: { arguments: ['i32', 'buffer', 'u64', 'i32', 'buffer', 'u32'], return: 'i64' },
  });
  const socket = functions.socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
  if (socket < 0) throw new Error('Cannot open netlink socket');

  // struct sockaddr_nl: family, padding, port, groups.
  const address = Buffer.alloc(12);
  writeNative16(address, AF_NETLINK, 0);
  writeNative32(address, UDEV_GROUP, 8);

  return {
    send(properties) {
      const message = encodeUdevEvent(properties);
      const sent = functions.sendto(socket, message, BigInt(message.length), 0, address, address.length);
      if (Number(sent) !== message.length)
        throw new Error(`Cannot send udev event: sent ${sent} of ${message.length} bytes`);
    },
  };
}

/**
 * The message of libudev's monitor: a header (the prefix, a magic number in network order, sizes and hashes in the
 * machine's), then `NAME=value` with a NUL after each. The hashes serve filters in the kernel; zero passes where there
 * is none.
 */
export function encodeUdevEvent(properties: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\0`)
      .join(''),
  );
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('libudev\0', 0, 'latin1');
  header.writeUInt32BE(MAGIC, 8);
  writeNative32(header, HEADER_BYTES, 12);
  writeNative32(header, HEADER_BYTES, 16);
  writeNative32(header, body.length, 20);
  return Buffer.concat([header, body]);
}

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_KOBJECT_UEVENT = 15;
/** The kernel speaks to group 1; udev, when its rules are done, to group 2. */
const UDEV_GROUP = 2;
const HEADER_BYTES = 40;
const MAGIC = 0xfeedcafe;

function writeNative16(buffer: Buffer, value: number, at: number): void {
  if (endianness() === 'LE') buffer.writeUInt16LE(value, at);
  else buffer.writeUInt16BE(value, at);
}

function writeNative32(buffer: Buffer, value: number, at: number): void {
  if (endianness() === 'LE') buffer.writeUInt32LE(value, at);
  else buffer.writeUInt32BE(value, at);
}
