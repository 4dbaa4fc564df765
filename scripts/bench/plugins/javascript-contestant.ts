import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Contestant, Guest, LoadOptions } from './guest.ts';
import { type FromPlugin, HAND_OVER_BYTES, type ToPlugin } from './javascript-protocol.ts';

/** A worker thread for each plugin, called with `postMessage`; ended and started anew when a deadline is over. */
export function startJavascriptContestant(): Contestant {
  const plugins = new Map<string, WorkerGuest>();
  return {
    async load(name, options) {
      await plugins.get(name)?.end();
      const plugin = await startGuest(options);
      plugins.set(name, plugin);
      return plugin;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...plugins.values()].map((plugin) => plugin.end()));
    },
  };
}

interface WorkerGuest extends Guest {
  end(): Promise<void>;
}

interface Pending {
  resolve(output: Uint8Array): void;
  reject(error: Error): void;
}

async function startGuest({ deadlineMs }: LoadOptions = {}): Promise<WorkerGuest> {
  const pending = new Map<number, Pending>();
  let last = 0;
  let worker = await startWorker();
  let restarting: Promise<void> | undefined;

  async function startWorker(): Promise<Worker> {
    const started = new Worker(new URL('./javascript-plugin.ts', import.meta.url));
    await once(started, 'message');
    started.on('message', (message: FromPlugin) => {
      if (message.kind === 'get') {
        started.postMessage({ kind: 'value', id: message.id, value: 'value' } satisfies ToPlugin);
      } else if (message.kind === 'result') {
        pending.get(message.id)?.resolve(message.output);
        pending.delete(message.id);
      }
    });
    return started;
  }

  const restart = async (error: Error): Promise<void> => {
    await worker.terminate();
    const lost = [...pending.values()];
    pending.clear();
    const started = startWorker();
    for (const { reject } of lost) reject(error);
    worker = await started;
  };

  return {
    async call(name, input) {
      await restarting;
      const id = ++last;
      const isShort = input.length < HAND_OVER_BYTES;
      const sent = isShort ? input : input.slice();
      const { promise, ...settle } = Promise.withResolvers<Uint8Array>();
      pending.set(id, settle);
      worker.postMessage(
        { kind: 'call', id, function: name, input: sent } satisfies ToPlugin,
        isShort ? [] : [sent.buffer as ArrayBuffer],
      );
      if (deadlineMs === undefined) return promise;
      const timer = setTimeout(() => {
        restarting = restart(new Error(`${name} took over ${deadlineMs} ms`)).finally(() => (restarting = undefined));
      }, deadlineMs);
      return promise.finally(() => clearTimeout(timer));
    },
    end: async () => void (await worker.terminate()),
  };
}
