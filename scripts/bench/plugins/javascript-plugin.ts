import { parentPort } from 'node:worker_threads';
import type { FromPlugin, ToPlugin } from './javascript-protocol.ts';

/** The plugin as plain JavaScript in a worker thread, without a sandbox: what plugins are in many systems. */

const port = parentPort!;
const waiting = new Map<number, (value: string) => void>();
let last = 0;
const UPPER = new Uint8Array(256).map((_, byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));

port.on('message', (message: ToPlugin) => {
  if (message.kind === 'value') answer(message.id, message.value);
  else void run(message);
});
tell({ kind: 'ready' });

async function run({ id, function: name, input }: Extract<ToPlugin, { readonly kind: 'call' }>): Promise<void> {
  if (name === 'upper_after_get') await get('bench/key');
  while (name === 'spin') {
    // Until it is ended from outside.
  }
  toUpper(input);
  // A copy: once a thread has handed over a buffer, its loops over others are slower by half, as V8 checks each access.
  tell({ kind: 'result', id, output: input });
}

/** As plugins-wasm/bench/upper.ts does it. Where the length is asked for each time, this takes five times as long. */
function toUpper(bytes: Uint8Array): void {
  const end = bytes.length;
  for (let at = 0; at < end; at++) bytes[at] = UPPER[bytes[at]!]!;
}

function get(key: string): Promise<string> {
  const id = ++last;
  tell({ kind: 'get', id, key });
  return new Promise((resolve) => waiting.set(id, resolve));
}

function answer(id: number, value: string): void {
  waiting.get(id)?.(value);
  waiting.delete(id);
}

function tell(message: FromPlugin): void {
  port.postMessage(message);
}
