import { TerminalError } from '../errors/errors.ts';

/**
 * Reads the binary form of a WebAssembly module from front to back. It never goes beyond its end, and makes nothing of
 * a size that the module names: each step takes bytes that are there, or throws AW_PLUGIN_MODULE_INVALID.
 */
export interface ModuleReader {
  /** Of the next byte, from the beginning of the module. */
  offset(): number;
  isAtEnd(): boolean;
  /** Bytes that are left. */
  left(): number;
  byte(what: string): number;
  /** LEB128, as long as the standard allows: up to five bytes, padded or not. */
  u32(what: string): number;
  /** Goes on after a number of up to 64 bits. */
  skipNumber(what: string): void;
  /** UTF-8, its length before it. */
  name(what: string): string;
  /** A reader of the next `size` bytes; this one goes on after them. */
  part(size: number, what: string): ModuleReader;
  /** Throws where bytes are left. */
  finish(what: string): void;
}

export function openModule(bytes: Uint8Array): ModuleReader {
  return openPart(bytes, 0, bytes.length);
}

export function invalidModule(offset: number, problem: string, hint?: string): TerminalError {
  const options = hint === undefined ? {} : { hint };
  return new TerminalError(
    'AW_PLUGIN_MODULE_INVALID',
    `Cannot use the module: ${problem} (at byte ${offset})`,
    options,
  );
}

const MAX_U32_BYTES = 5;
const MAX_U64_BYTES = 10;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function openPart(bytes: Uint8Array, start: number, end: number): ModuleReader {
  let offset = start;

  const byte = (what: string): number => {
    if (offset >= end) throw invalidModule(offset, `it ends within ${what}`);
    return bytes[offset++]!;
  };

  const u32 = (what: string): number => {
    const from = offset;
    let value = 0;
    for (let index = 0; index < MAX_U32_BYTES; index++) {
      const next = byte(what);
      // The fifth byte has room for four bits.
      if (index === MAX_U32_BYTES - 1 && next > 0x0f) break;
      value += (next & 0x7f) * 2 ** (7 * index);
      if (next < 0x80) return value;
    }
    throw invalidModule(from, `${what} is a number of more than 32 bits`);
  };

  const take = (size: number, what: string): number => {
    const from = offset;
    if (size > end - from) throw invalidModule(from, `${what} needs ${size} bytes, ${end - from} are left`);
    offset += size;
    return from;
  };

  return {
    offset: () => offset,
    isAtEnd: () => offset === end,
    left: () => end - offset,
    byte,
    u32,
    skipNumber(what) {
      const from = offset;
      for (let index = 0; index < MAX_U64_BYTES; index++) if (byte(what) < 0x80) return;
      throw invalidModule(from, `${what} is a number of more than 64 bits`);
    },
    name(what) {
      const size = u32(what);
      const from = take(size, what);
      try {
        return utf8.decode(bytes.subarray(from, from + size));
      } catch (cause) {
        if (!(cause instanceof TypeError)) throw cause;
        throw invalidModule(from, `${what} is not UTF-8`);
      }
    },
    part(size, what) {
      const from = take(size, what);
      return openPart(bytes, from, from + size);
    },
    finish(what) {
      if (offset !== end) throw invalidModule(offset, `${end - offset} bytes are left after ${what}`);
    },
  };
}
