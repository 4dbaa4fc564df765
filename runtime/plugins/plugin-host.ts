import type { PluginPermissions } from '../../proto/generated/messages.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { unloaded } from './call-errors.ts';
import type { Denial, LoadOptions, PluginFiles, PluginHost } from './host-api.ts';
import { auditImports, exportedFunctions } from './import-audit.ts';
import { createLoadGrant, type LoadGrant } from './load-grant.ts';
import { type LoadedPlugin, openLoadedPlugin } from './loaded-plugin.ts';
import { limitsOf, pluginId } from './manifest.ts';
import { guardModule } from './module-guard.ts';
import { createOrders } from './orders.ts';
import { intersect } from './permissions.ts';
import { createSpareThreads } from './spare-threads.ts';
import { startThread } from './thread.ts';

export interface PluginHostParts {
  readonly tenant: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly instruments: Pick<
    Instruments,
    | 'pluginLoads'
    | 'pluginLoadDuration'
    | 'activePlugins'
    | 'pluginInstances'
    | 'pluginCalls'
    | 'pluginCallDuration'
    | 'pluginDenials'
  >;
  /** The value of a key, or undefined. */
  readonly readKey: (key: string) => Promise<string | undefined>;
  /** @throws what is wrong with the data of a job or an event of this type */
  readonly checkData: (type: string, data: unknown) => void;
  readonly onDenied?: (denial: Denial) => void;
  /** Threads that are ready before somebody needs one; 1 when absent. */
  readonly spares?: number;
}

interface Load {
  readonly name: string;
  readonly grant: LoadGrant;
  readonly aborter: AbortController;
}

const PAGE_BYTES = 65_536;

/** Starts no thread before the first plugin is loaded. */
export function startPluginHost(parts: PluginHostParts): PluginHost {
  const { clock, log, instruments, tenant, spares = 1 } = parts;
  const plugins = new Map<string, LoadedPlugin>();
  /** Loads and unloads of one plugin follow each other. */
  const orders = createOrders();
  /** Loads that take no more calls, with the end of each. */
  const retiring = new Map<LoadedPlugin, Promise<void>>();
  /** Loads under way, and those that wait for their turn. */
  const loads = new Set<Load>();
  const closing = new AbortController();
  const threads = createSpareThreads({ start: () => startThread(), count: spares, log });

  const retire = (plugin: LoadedPlugin): Promise<void> => {
    const gone = plugin.retire().finally(() => retiring.delete(plugin));
    retiring.set(plugin, gone);
    return gone;
  };

  const prepare = async (
    files: PluginFiles,
    { options = {} }: LoadOptions,
    { grant, aborter }: Load,
  ): Promise<LoadedPlugin> => {
    const startedAt = clock.monotonic();
    const { effective } = grant;
    const { limits, module, own, classic } = await link(files, effective);
    return openLoadedPlugin({
      ...parts,
      onDenied: parts.onDenied ?? (() => undefined),
      files,
      limits,
      grant,
      linked: effective,
      options,
      exported: exportedFunctions(module),
      threads,
      startedAt,
      signal: aborter.signal,
      closing: closing.signal,
      load: {
        kind: 'load',
        module,
        links: own,
        readsClassicInput: classic.some((name) => name.startsWith('input_')),
        maxOutputBytes: limits.maxOutputBytes,
        maxHeapBytes: limits.maxHeapBytes,
      },
    });
  };

  const load = async (files: PluginFiles, options: LoadOptions, mine: Load): Promise<LoadedPlugin> => {
    const { name } = mine;
    const { signal } = mine.aborter;
    const labels = { plugin_id: pluginId(files.manifest), tenant_id: tenant };
    const startedAt = clock.monotonic();
    try {
      if (signal.aborted) throw abortedLoad(name);
      const loaded = await prepare(files, options, mine).catch((error: unknown) => {
        throw signal.aborted ? abortedLoad(name, error) : error;
      });
      const before = plugins.get(name);
      plugins.set(name, loaded);
      instruments.activePlugins.set(plugins.size);
      instruments.pluginLoads.add(1, { ...labels, status: 'success' });
      // It ends when its last call has.
      if (before !== undefined) {
        if (limitsOf(files.manifest, loaded.effective).maxWorkers === 1) loaded.holdUntil(before.drain());
        void retire(before);
      }
      return loaded;
    } catch (error) {
      instruments.pluginLoads.add(1, { ...labels, status: 'error' });
      throw error;
    } finally {
      loads.delete(mine);
      instruments.pluginLoadDuration.record(clock.monotonic() - startedAt, labels);
    }
  };

  const unload = async (name: string): Promise<boolean> => {
    const plugin = plugins.get(name);
    if (plugin === undefined) return false;
    plugins.delete(name);
    instruments.activePlugins.set(plugins.size);
    await retire(plugin);
    return true;
  };

  const find = (name: string): LoadedPlugin => {
    const plugin = plugins.get(name);
    if (plugin === undefined) throw unloaded(name);
    return plugin;
  };

  const close = (): void => {
    closing.abort();
    for (const { aborter } of loads) aborter.abort();
  };

  return {
    close,
    load(files, options) {
      const { name, permissions } = files.manifest;
      const mine = { name, grant: createLoadGrant(permissions, options.granted), aborter: new AbortController() };
      // At once: what is taken back before its turn is taken from it, too.
      loads.add(mine);
      if (closing.signal.aborted) mine.aborter.abort();
      return orders.run(name, () => load(files, options, mine));
    },
    async check(files, granted) {
      await link(files, intersect(files.manifest.permissions, granted));
    },
    unload: (name) => orders.run(name, () => unload(name)),
    get: (name) => plugins.get(name),
    list: () => [...plugins.values()],
    regrant(name, change) {
      plugins.get(name)?.regrant(change);
      // Also for calls that have begun before the last load.
      for (const plugin of retiring.keys()) if (plugin.files.manifest.name === name) plugin.regrant(change);
      for (const load of loads) if (load.name === name) load.grant.change(change);
    },
    cancelLoad(name) {
      for (const load of loads) if (load.name === name) load.aborter.abort();
    },
    call: async (name, functionName, input, options) => find(name).call(functionName, input, options),
    async hook(name, hook, input, options) {
      const plugin = find(name);
      const functionName = plugin.files.manifest.hooks?.[hook];
      return functionName === undefined ? undefined : plugin.call(functionName, input, options);
    },
    async [Symbol.asyncDispose]() {
      close();
      await orders.ended();
      await Promise.all([...plugins.keys()].map((name) => orders.run(name, () => unload(name))));
      await Promise.all(retiring.values());
      await threads[Symbol.asyncDispose]();
    },
  };
}

/** What a module is linked with, when it may do this. */
async function link({ manifest, module: given }: PluginFiles, effective: PluginPermissions) {
  const limits = limitsOf(manifest, effective);
  const bytes = guardModule(given, { maxPages: Math.floor(limits.maxHeapBytes / PAGE_BYTES) });
  const module = await compile(manifest.name, bytes);
  return { limits, module, ...auditImports(module, effective, manifest.permissions) };
}

async function compile(plugin: string, bytes: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    throw new AutoWeaveError(
      'AW_PLUGIN_MODULE_INVALID',
      `Cannot compile the module of plugin "${plugin}": ${(cause as Error).message}`,
      { hint: 'build it again with: npx autoweave plugin build', cause },
    );
  }
}

function abortedLoad(name: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_ABORTED', `The load of plugin "${name}" was given up`, { cause });
}
