import type { ThreadFailure } from './thread-protocol.ts';

/**
 * The linear memory of an instance, as its host functions see it: each pointer is checked against it as it is at that
 * moment, since the guest may have grown it since.
 */
export interface GuestMemory {
  /** Undefined until it is there, and for a module that exports none. */
  use(memory: WebAssembly.Memory | undefined): void;
  /** A view, to be copied before anything else runs. @throws GuestFault */
  read(pointer: number, length: number): Uint8Array;
  /** @throws GuestFault */
  write(pointer: number, data: Uint8Array): void;
  /** What a trap was most likely about, by what it was, and how much memory there is of `maxBytes` and was at first. */
  explainTrap(trap: ThreadFailure, maxBytes: number): ThreadFailure;
}

/** What a host function throws that must not go on. */
export class GuestFault extends Error {
  readonly code: ThreadFailure['code'];
  constructor(code: ThreadFailure['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** What the engine says of the instruction that is there to give up by. */
const GIVEN_UP = 'unreachable';
const PAGE_BYTES = 65_536;
const MEBIBYTE = 1024 * 1024;

export function createGuestMemory(): GuestMemory {
  let memory: WebAssembly.Memory | undefined;
  let bytesAtFirst = 0;

  const range = (pointer: number, length: number): Uint8Array => {
    if (memory === undefined) {
      throw new GuestFault('AW_PLUGIN_TRAPPED', 'It called the host before it was ready, or exports no memory');
    }
    // WebAssembly has no sign.
    const from = pointer >>> 0;
    const to = from + (length >>> 0);
    const most = memory.buffer.byteLength;
    if (to > most) {
      throw new GuestFault('AW_PLUGIN_TRAPPED', `Bytes ${from} to ${to} are not in its memory of ${most}`);
    }
    return new Uint8Array(memory.buffer, from, to - from);
  };

  return {
    use(next) {
      memory = next;
      bytesAtFirst = next?.buffer.byteLength ?? 0;
    },
    read: range,
    write: (pointer, data) => range(pointer, data.length).set(data),
    explainTrap(trap, maxBytes) {
      const bytes = memory?.buffer.byteLength ?? 0;
      const most = `${maxBytes / MEBIBYTE} MiB`;
      // A module that gets no more memory is told so, and mostly gives up. That it asked for some nobody can see: only that
      // it has got some before. Any other trap is a fault in it, however much it has.
      if (trap.message === GIVEN_UP && bytes > bytesAtFirst && bytes + PAGE_BYTES > maxBytes) {
        const message = `It trapped (${trap.message}) with all the memory that it may have, ${most}`;
        return { code: 'AW_PLUGIN_MEMORY_EXCEEDED', message };
      }
      if (bytes < maxBytes / 2) return trap;
      const grown = `${Math.round(bytes / MEBIBYTE)} of ${most} of memory`;
      return { ...trap, message: `${trap.message}, with ${grown} (\`permissions.memory.max_heap_mb\`)` };
    },
  };
}
