import type { PluginPolicy } from '../../proto/generated/graphql.ts';
import { createInspector } from '../../runtime/actor/inspector.ts';
import type { PluginService } from '../../runtime/plugins/plugin-service.ts';
import { type Plugins, startPlugins } from '../../runtime/plugins/plugins.ts';
import type { Child, ChildSpec } from '../../runtime/supervisor/child.ts';
import type { Config } from '../config.ts';
import type { CoreParts } from './core.ts';
import type { Current } from './current.ts';

/** The child spec of the plugins. */

export interface PluginsChildParts extends CoreParts {
  readonly plugins: Current<Plugins>;
}

export function pluginsChild(parts: PluginsChildParts): ChildSpec {
  const { config, bus, queues, actors, contracts, clock, log, telemetry, plugins } = parts;
  return {
    id: 'plugins',
    restart: 'permanent',
    shutdownMs: 15_000,
    async start(): Promise<Child> {
      const started = await startPlugins({
        bus: bus.get(),
        tenant: config.tenant,
        queues: queues.get(),
        client: {
          call: (...call) => actors.get().call(...call),
          send: (...sent) => actors.get().send(...sent),
        },
        inspector: createInspector(bus.get(), config.tenant),
        contracts,
        clock,
        log,
        tracer: telemetry.tracer,
        instruments: telemetry.instruments,
        policy: pluginPolicyOf(config),
      });
      plugins.set(started);
      const { promise: exited, resolve } = Promise.withResolvers<{ kind: 'normal' }>();
      return {
        exited,
        async [Symbol.asyncDispose]() {
          plugins.set(undefined);
          await started[Symbol.asyncDispose]();
          resolve({ kind: 'normal' });
        },
      };
    },
  };
}

export function pluginPolicyOf({ pluginSignatures, plugins }: Config): PluginPolicy {
  return { allowsUnsigned: pluginSignatures === 'off', folders: [...plugins] };
}

/** The service of the plugins that run now; they are others after each restart. */
export function currentPlugins(plugins: Current<Plugins>, config: Config): PluginService {
  const service = () => plugins.get().service;
  return {
    list: async () => service().list(),
    get: async (name) => service().get(name),
    inspect: async (manifestPath) => service().inspect(manifestPath),
    load: async (manifestPath, options) => service().load(manifestPath, options),
    reload: async (id, options) => service().reload(id, options),
    unload: async (id, options) => service().unload(id, options),
    grant: async (name, permissions, options) => service().grant(name, permissions, options),
    grantMore: async (name, capabilities, options) => service().grantMore(name, capabilities, options),
    revoke: async (name, options) => service().revoke(name, options),
    execute: async (name, functionName, input, options) => service().execute(name, functionName, input, options),
    policy: () => pluginPolicyOf(config),
  };
}
