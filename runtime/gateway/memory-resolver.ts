import type {
  Mutation,
  MutationForgetArgs,
  MutationRememberArgs,
  Query,
  QueryMemoriesArgs,
  QueryMemoryArgs,
} from '../../proto/generated/graphql.ts';
import type { Resolver } from './resolver.ts';

/** The root fields about what is remembered. */
export interface MemoryQueryResolvers {
  readonly memories: Resolver<QueryMemoriesArgs, Query['memories']>;
  readonly memory: Resolver<QueryMemoryArgs, Query['memory']>;
}

export interface MemoryMutationResolvers {
  readonly remember: Resolver<MutationRememberArgs, Mutation['remember']>;
  readonly forget: Resolver<MutationForgetArgs, Mutation['forget']>;
}
