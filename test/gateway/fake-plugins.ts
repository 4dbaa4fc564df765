import type { Plugin, PluginPolicy } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { PluginService } from '../../runtime/plugins/plugin-service.ts';

/** Plugins in memory that keep what was asked of them; nothing runs. */
export interface FakePlugins extends PluginService {
  readonly plugins: Map<string, Plugin>;
  /** What was asked, with all that was said. */
  readonly orders: readonly unknown[][];
  /** What a call gives. */
  answer: (functionName: string, input: unknown) => unknown;
}

export const FAKE_POLICY: PluginPolicy = { allowsUnsigned: true, folders: ['/plugins'] };

export function createFakePlugins(): FakePlugins {
  const orders: unknown[][] = [];
  const find = (id: string): Plugin => {
    const plugin = fake.plugins.get(id.split('@')[0]!);
    if (plugin !== undefined) return plugin;
    throw new AutoWeaveError('AW_PLUGIN_UNKNOWN', `Plugin "${id}" is unknown`, { hint: 'load it' });
  };
  const change = (plugin: Plugin, more: Partial<Plugin>): Plugin => {
    const changed = { ...plugin, ...more };
    fake.plugins.set(plugin.name, changed);
    return changed;
  };
  const fake: FakePlugins = {
    plugins: new Map(),
    orders,
    answer: (_functionName, input) => input,
    list: async () => [...fake.plugins.values()],
    get: async (name) => fake.plugins.get(name),
    async inspect(manifestPath) {
      if (manifestPath.startsWith('/plugins/')) return fakePlugin(manifestPath.split('/')[2]!);
      throw new AutoWeaveError('AW_PLUGIN_UNREADABLE', `Cannot read "${manifestPath}"`);
    },
    async load(manifestPath, options) {
      orders.push(['load', manifestPath, options]);
      return change(await fake.inspect(manifestPath), { state: 'LOADED' });
    },
    async reload(id, options) {
      orders.push(['reload', id, options]);
      return find(id);
    },
    async unload(id, options) {
      orders.push(['unload', id, options]);
      change(find(id), { state: 'UNLOADED' });
      return true;
    },
    async grant(name, permissions, options) {
      orders.push(['grant', name, permissions, options]);
      const plugin = find(name);
      return change(plugin, { permissions: { ...plugin.permissions, granted: permissions } });
    },
    async grantMore(name, capabilities, options) {
      orders.push(['grantMore', name, capabilities, options]);
      return find(name);
    },
    async revoke(name, options) {
      orders.push(['revoke', name, options]);
      return fake.plugins.has(name);
    },
    async execute(name, functionName, input, { signal: _signal, ...options }) {
      orders.push(['execute', name, functionName, input, options]);
      find(name);
      return fake.answer(functionName, input);
    },
    policy: () => FAKE_POLICY,
  };
  return fake;
}

export function fakePlugin(name: string, more: Partial<Plugin> = {}): Plugin {
  return {
    id: `${name}@1.0.0`,
    name,
    version: '1.0.0',
    description: null,
    manifestPath: `/plugins/${name}/plugin.json`,
    state: 'FOUND',
    error: null,
    functions: ['greet'],
    hooks: { onUSBAttach: 'attached' },
    permissions: {
      requested: { events: ['label.printed'] },
      granted: null,
      effective: {},
      items: [
        {
          capability: 'events',
          name: 'events:label.printed',
          sentence: 'Emit label.printed',
          isGranted: false,
          isAvailable: true,
        },
      ],
      grantedAt: null,
      changedAt: null,
    },
    integrity: 'UNSIGNED',
    sha256: null,
    size: null,
    loadedAt: null,
    loadDurationMs: null,
    options: null,
    limits: { callTimeoutMs: 1_000, maxOutputBytes: 1_048_576, maxHeapBytes: 16_777_216, maxWorkers: 1 },
    stats: {
      calls: 0,
      failures: 0,
      timeouts: 0,
      denials: 0,
      instances: 0,
      pending: 0,
      lastCallAt: null,
      p50Ms: null,
      p99Ms: null,
      recentDenials: [],
    },
    jobTypes: [],
    ...more,
  };
}
