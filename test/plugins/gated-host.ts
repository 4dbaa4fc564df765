import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { PluginManifest, PluginPermissions } from '../../proto/generated/messages.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import type { CallOptions, Denial, LivePlugin, PluginFiles, PluginHost } from '../../runtime/plugins/host-api.ts';
import { type PluginHostParts, startPluginHost } from '../../runtime/plugins/plugin-host.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { type Log, noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import { until } from '../harness/until.ts';
import { compileWat } from './compile-wat.ts';

/** A plugin host whose plugin `works` asks for keys, which are answered when a test says so: so its calls last as long. */
export interface GatedHost extends AsyncDisposable {
  readonly host: PluginHost;
  /** What is kept, by key. */
  readonly kept: Map<string, string>;
  /** Keys that were asked for, oldest first. */
  readonly asked: readonly string[];
  readonly denials: readonly Denial[];
  /** Texts that the plugin has logged. */
  readonly said: readonly string[];
  /** Threads that live, and those that were ever started. */
  readonly threads: { readonly alive: number; readonly started: number };
  /** Whoever asks for the key waits from now on. */
  shut(key: string): void;
  open(key: string): void;
  /** Resolves when as many have asked for the key. */
  untilAsked(key: string, times?: number): Promise<unknown>;
  /** Loads one of its versions, and grants what it asks for. */
  load(version?: Version, manifest?: Partial<PluginManifest>): Promise<LivePlugin>;
  /** The output as text. */
  call(functionName: string, input?: string, options?: CallOptions): Promise<string>;
}

export type Version = 'one' | 'two';

export const WORKS: PluginManifest = {
  name: 'works',
  version: '1.0.0',
  entry: 'plugin.wasm',
  permissions: { kv: { prefix: 'works/' }, events: ['works.done'] },
  events: { 'works.done': {} },
};

const utf8 = new TextEncoder();
const decoder = new TextDecoder();
const modules = new Map<Version, Uint8Array>();

export function worksModule(version: Version = 'one'): Uint8Array {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', 'works.wat'), 'utf8');
  const module = modules.get(version) ?? compileWat(text.replace('"one "', `"${version} "`));
  modules.set(version, module);
  return module;
}

/** With as many instances at once. */
export function withWorkers(count: number): PluginPermissions {
  return { ...WORKS.permissions, memory: { max_workers: count } };
}

/** Without spare threads, so that each is there for a reason. */
export function startGatedHost(parts: Partial<PluginHostParts> = {}): GatedHost {
  const kept = new Map<string, string>();
  const asked: string[] = [];
  const denials: Denial[] = [];
  const said: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const threads = countThreads();
  const log: Log = {
    ...noLog,
    info: (event, fields) => void (event === 'plugin.said' && said.push(String(fields?.['text']))),
    child: () => log,
  };
  const host = startPluginHost({
    tenant: 'default',
    clock: systemClock,
    log,
    tracer: noTracer,
    instruments: noInstruments,
    async readKey(key) {
      asked.push(key);
      await gates.get(key)?.promise;
      return kept.get(key);
    },
    checkData: () => undefined,
    onDenied: (denial) => denials.push(denial),
    spares: 0,
    ...parts,
  });
  const open = (key: string): void => {
    gates.get(key)?.resolve();
    gates.delete(key);
  };

  return {
    host,
    kept,
    asked,
    denials,
    said,
    threads,
    open,
    shut: (key) => void gates.set(key, Promise.withResolvers()),
    untilAsked: (key, times = 1) =>
      until(() => asked.filter((one) => one === key).length >= times, `${key} to be asked for`),
    load: (version, manifest) => load(host, filesOf(version, manifest)),
    async call(functionName, input = '', options) {
      const { output } = await host.call(WORKS.name, functionName, utf8.encode(input), options);
      return decoder.decode(output);
    },
    async [Symbol.asyncDispose]() {
      for (const key of [...gates.keys()]) open(key);
      await host[Symbol.asyncDispose]();
      threads[Symbol.dispose]();
    },
  };
}

/** As they would be read. */
export function filesOf(version?: Version, changed: Partial<PluginManifest> = {}): PluginFiles {
  const manifest = { ...WORKS, ...changed };
  const module = worksModule(version);
  const sha256 = createHash('sha256').update(module).digest('hex');
  return { manifest, manifestPath: `/plugins/${manifest.name}/plugin.json`, module, sha256, isHashed: false };
}

function load(host: PluginHost, files: PluginFiles): Promise<LivePlugin> {
  return host.load(files, { granted: files.manifest.permissions });
}

function countThreads() {
  const threads = { alive: 0, started: 0 };
  const onWorker = (worker: Worker): void => {
    threads.alive++;
    threads.started++;
    worker.once('exit', () => threads.alive--);
  };
  process.on('worker', onWorker);
  return Object.assign(threads, { [Symbol.dispose]: () => void process.off('worker', onWorker) });
}
