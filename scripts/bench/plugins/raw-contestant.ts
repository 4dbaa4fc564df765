import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Guest, GuestFolders } from './guest.ts';

/** AutoWeave's module in the main thread, with its copies and no host around it: what nobody can be faster than. */
export function startRawContestant({ own }: GuestFolders): Contestant {
  return {
    load: async () => instantiate(await WebAssembly.compile(await readFile(join(own, 'plugin.wasm')))),
    async [Symbol.asyncDispose]() {},
  };
}

async function instantiate(module: WebAssembly.Module): Promise<Guest> {
  const value = new TextEncoder().encode('value');
  let input: Uint8Array = new Uint8Array(0);
  let output = input;
  const own = {
    input_length: () => input.length,
    input_read: (target: number) => new Uint8Array(memory.buffer).set(input, target),
    output_write(source: number, length: number) {
      output = new Uint8Array(memory.buffer).slice(source, source + length);
    },
    error_write(source: number, length: number) {
      throw new Error(Buffer.from(memory.buffer, source, length).toString());
    },
    kv_get: () => value.length,
    reply_read: (target: number) => new Uint8Array(memory.buffer).set(value, target),
  };
  const { exports } = await WebAssembly.instantiate(module, { autoweave: own });
  const memory = exports['memory'] as WebAssembly.Memory;
  return {
    async call(name, given) {
      input = given;
      (exports[name] as () => void)();
      return output;
    },
  };
}
