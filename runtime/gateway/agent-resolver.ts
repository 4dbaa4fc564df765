import type {
  Agent,
  AgentJobsArgs,
  AgentMemory,
  AgentMemoryRecentArgs,
  AgentRunsArgs,
  Mutation,
  MutationCreateAgentArgs,
  MutationDeleteAgentArgs,
  MutationDeployAgentArgs,
  MutationRunAgentArgs,
  MutationStopAgentArgs,
  MutationUpdateAgentArgs,
  Query,
  QueryAgentArgs,
  QueryAgentRunArgs,
  QueryAgentsArgs,
  SubscriptionAgentStatusChangedArgs,
} from '../../proto/generated/graphql.ts';
import type { Resolver, Subscriber } from './resolver.ts';
import type { RunParent } from './run-view.ts';

/** The root fields about agents. */
export interface AgentQueryResolvers {
  readonly agents: Resolver<QueryAgentsArgs, readonly AgentParent[]>;
  readonly agent: Resolver<QueryAgentArgs, AgentParent | null>;
  readonly agentRun: Resolver<QueryAgentRunArgs, Query['agentRun']>;
}

export interface AgentMutationResolvers {
  readonly createAgent: Resolver<MutationCreateAgentArgs, AgentParent>;
  readonly updateAgent: Resolver<MutationUpdateAgentArgs, AgentParent>;
  readonly deployAgent: Resolver<MutationDeployAgentArgs, AgentParent>;
  readonly stopAgent: Resolver<MutationStopAgentArgs, AgentParent>;
  readonly deleteAgent: Resolver<MutationDeleteAgentArgs, Mutation['deleteAgent']>;
  readonly runAgent: Resolver<MutationRunAgentArgs, Mutation['runAgent']>;
}

export interface AgentSubscriptionResolvers {
  readonly agentStatusChanged: Subscriber<SubscriptionAgentStatusChangedArgs, AgentParent>;
}

/** Functions are called for fields that a client selects, and only then. */
export type AgentParent = Omit<Agent, 'config' | 'warnings' | 'memory' | 'jobs' | 'runs'> & {
  readonly config: Agent['config'] | (() => Promise<Agent['config']>);
  readonly warnings: () => Promise<Agent['warnings']>;
  readonly memory: {
    readonly count: () => Promise<AgentMemory['count']>;
    readonly recent: (args: AgentMemoryRecentArgs) => Promise<AgentMemory['recent']>;
  };
  readonly jobs: (args: AgentJobsArgs) => Promise<Agent['jobs']>;
  readonly runs: (args: AgentRunsArgs) => Promise<readonly RunParent[]>;
};
