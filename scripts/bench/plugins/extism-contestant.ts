import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPlugin, type Plugin } from '@extism/extism';
import type { Contestant, Guest, GuestFolders } from './guest.ts';

/** Extism as its documentation has it for plugins that are to be ended from outside: in a worker of its own. */
export function startExtismContestant({ classic }: GuestFolders): Contestant {
  const plugins = new Map<string, Plugin>();
  return {
    async load(name, { deadlineMs } = {}) {
      await plugins.get(name)?.close();
      const plugin = await createPlugin(await WebAssembly.compile(await readFile(join(classic, 'plugin.wasm'))), {
        runInWorker: true,
        logger: SILENT,
        ...(deadlineMs === undefined ? {} : { timeoutMs: deadlineMs }),
        functions: {
          'extism:host/env': { var_get: (ctx) => ctx.store('value') },
          // Every module of our builder says there why it aborts.
          autoweave: { error_write: () => undefined },
        },
      });
      plugins.set(name, plugin);
      return queueCalls(plugin);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...plugins.values()].map((plugin) => plugin.close()));
    },
  };
}

const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} } as unknown as Console;
/** It keeps every block until a reset, sends them all along with each call, and fails after 16,383 calls without one. */
const CALLS_BEFORE_RESET = 100;
const BYTES_BEFORE_RESET = 4_000_000;

/** It takes one call at a time. */
function queueCalls(plugin: Plugin): Guest {
  let previous: Promise<unknown> = Promise.resolve();
  let calls = 0;
  let bytes = 0;
  const run = async (name: string, input: Uint8Array): Promise<Uint8Array> => {
    const output = (await plugin.call(name, input))!.bytes().slice();
    bytes += input.length + output.length;
    if (++calls === CALLS_BEFORE_RESET || bytes > BYTES_BEFORE_RESET) {
      await plugin.reset();
      calls = 0;
      bytes = 0;
    }
    return output;
  };
  return {
    call(name, input) {
      const result = previous.then(
        () => run(name, input),
        () => run(name, input),
      );
      previous = result;
      return result;
    },
  };
}
