import type {
  Mutation,
  MutationExecutePluginArgs,
  MutationGrantPluginArgs,
  MutationLoadPluginArgs,
  MutationReloadPluginArgs,
  MutationRevokePluginArgs,
  MutationUnloadPluginArgs,
  Query,
  QueryInspectPluginArgs,
  QueryPluginArgs,
} from '../../proto/generated/graphql.ts';
import type { Resolver } from './resolver.ts';

/** The root fields about plugins. */
export interface PluginQueryResolvers {
  readonly plugins: Resolver<object, Query['plugins']>;
  readonly plugin: Resolver<QueryPluginArgs, Query['plugin']>;
  readonly inspectPlugin: Resolver<QueryInspectPluginArgs, Query['inspectPlugin']>;
}

export interface PluginMutationResolvers {
  readonly loadPlugin: Resolver<MutationLoadPluginArgs, Mutation['loadPlugin']>;
  readonly reloadPlugin: Resolver<MutationReloadPluginArgs, Mutation['reloadPlugin']>;
  readonly unloadPlugin: Resolver<MutationUnloadPluginArgs, Mutation['unloadPlugin']>;
  readonly grantPlugin: Resolver<MutationGrantPluginArgs, Mutation['grantPlugin']>;
  readonly revokePlugin: Resolver<MutationRevokePluginArgs, Mutation['revokePlugin']>;
  readonly executePlugin: Resolver<MutationExecutePluginArgs, Mutation['executePlugin']>;
}
