import type { PluginQueryResolvers } from '../plugin-resolver.ts';

export const pluginQueries = {
  plugins: (_args, { services }) => services.plugins.list(),
  plugin: async ({ name }, { services }) => (await services.plugins.get(name)) ?? null,
  inspectPlugin: ({ manifestPath }, { services }) => services.plugins.inspect(manifestPath),
} satisfies PluginQueryResolvers;
