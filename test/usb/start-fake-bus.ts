import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BusAnswer, BusOrder } from './fake-bus.ts';
import type { FakeDevice, PluggedDevice } from './fake-sysfs.ts';

/** A running fake bus. It outlives the watchers that look at it, and ends with the process that started it. */
export interface FakeBus extends AsyncDisposable {
  /** To be put before a command line, which then runs where the bus is; passes on file descriptors and environment. */
  readonly watcherCommand: readonly string[];
  /** The same in the network namespace outside: the bus is seen, its events are not heard. */
  readonly deafWatcherCommand: readonly string[];
  /** @param options `events`: how often it is told; 1 when absent, 0 is in silence */
  plug(device: FakeDevice, options?: { readonly events?: number }): Promise<PluggedDevice>;
  /** Finishes a half-made device; in silence when absent. */
  complete(name: string, options?: { readonly events?: number }): Promise<PluggedDevice>;
  unplug(name: string, options?: { readonly events?: number }): Promise<PluggedDevice>;
  /** Plugs and unplugs as fast as it can, each told; nothing is left. */
  churn(device: FakeDevice, cycles: number): Promise<void>;
  /** Sends events of something else than USB. */
  flood(count: number): Promise<void>;
  /** How many messages the process has missed for want of room. */
  drops(pid: number): Promise<number>;
}

/** Resolves when the bus is there, empty. Rejects where {@link fakeBusMissing} has a reason. */
export async function startFakeBus(): Promise<FakeBus> {
  const bus = spawn('unshare', [...NAMESPACES, process.execPath, ...NODE_FLAGS, fileURLToPath(PROGRAM)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'json',
  });
  const ask = askOver(bus);
  await ask.ready;
  const order = async (what: BusOrder) => (await ask.ask(what)) as never;
  // Entering needs no more right than making did. `--preserve-credentials`: groups can't be set in there.
  const enter = ['nsenter', '--target', `${bus.pid}`, '--preserve-credentials', '--user', '--mount'];
  return {
    watcherCommand: [...enter, '--net', '--'],
    deafWatcherCommand: [...enter, '--'],
    plug: (device, { events = 1 } = {}) => order({ do: 'plug', device, events }),
    complete: (name, { events = 0 } = {}) => order({ do: 'complete', name, events }),
    unplug: (name, { events = 1 } = {}) => order({ do: 'unplug', name, events }),
    churn: (device, cycles) => order({ do: 'churn', device, cycles }),
    flood: (count) => order({ do: 'flood', count }),
    drops: (pid) => order({ do: 'drops', pid }),
    async [Symbol.asyncDispose]() {
      if (bus.exitCode !== null || bus.signalCode !== null) return;
      const ended = once(bus, 'exit');
      bus.disconnect();
      await ended;
    },
  };
}

/** Why this machine can't have a fake bus, or undefined when it can. Tries it rather than guesses. */
export function fakeBusMissing(): string | undefined {
  if (process.platform !== 'linux') return `the fake bus needs Linux namespaces, not ${process.platform}`;
  const trial = [
    'mount -t tmpfs fake /sys',
    'nsenter --target $$ --preserve-credentials --mount --net -- true',
    'exec "$@"',
  ].join(' && ');
  const node = [process.execPath, ...NODE_FLAGS, '--eval', 'require("node:ffi")'];
  const { status, error, stderr } = spawnSync('unshare', [...NAMESPACES, 'sh', '-c', trial, 'sh', ...node]);
  if (error !== undefined) return `the fake bus needs unshare of util-linux: ${error.message}`;
  if (status === 0) return undefined;
  return `the fake bus needs user namespaces, nsenter and node:ffi: ${stderr.toString().trim().slice(0, 300)}`;
}

const PROGRAM = new URL('./fake-bus.ts', import.meta.url);
const NAMESPACES = ['--user', '--map-root-user', '--mount', '--net'];
const FFI_FLAG = '--experimental-ffi';
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  // A flag that is no longer needed is no longer known.
  ...(process.allowedNodeEnvironmentFlags.has(FFI_FLAG) ? [FFI_FLAG] : []),
];

interface Asking {
  readonly ready: Promise<unknown>;
  readonly ask: (order: BusOrder) => Promise<unknown>;
}

function askOver(bus: ChildProcess): Asking {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let nextId = 0;
  const expect = (): [number, Promise<unknown>] => {
    const id = nextId++;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    return [id, answer.promise];
  };
  const failAll = (reason: Error) => {
    for (const answer of waiting.values()) answer.reject(reason);
    waiting.clear();
  };
  bus.on('message', ({ id, result, error }: BusAnswer) => {
    const answer = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(new Error(`Fake bus: ${error}`));
  });
  bus.once('error', failAll);
  bus.once('exit', (code, signal) => failAll(new Error(`Fake bus ended with ${signal ?? `code ${code}`}`)));
  const [, ready] = expect();
  return {
    ready,
    ask(order) {
      const [id, answer] = expect();
      bus.send({ id, order }, (error) => {
        if (error !== null) waiting.get(id)?.reject(error);
      });
      return answer;
    },
  };
}
