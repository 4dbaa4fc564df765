import {
  buildSchema,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  valueFromASTUntyped,
} from 'graphql';
import { SDL } from '../../proto/generated/sdl.ts';
import type { AgentMutationResolvers, AgentQueryResolvers, AgentSubscriptionResolvers } from './agent-resolver.ts';
import type { EventQueryResolvers, EventSubscriptionResolvers } from './event-resolver.ts';
import type { JobMutationResolvers, JobQueryResolvers, JobSubscriptionResolvers } from './job-resolver.ts';
import type { MemoryMutationResolvers, MemoryQueryResolvers } from './memory-resolver.ts';
import type { PluginMutationResolvers, PluginQueryResolvers } from './plugin-resolver.ts';
import type {
  ActorParent,
  ActorResolvers,
  GatewayContext,
  MutationResolvers,
  QueryResolvers,
  Resolver,
  Subscriber,
  SubscriptionResolvers,
} from './resolver.ts';
import { actorControlMutations, actorControlQueries } from './resolvers/actor-control.ts';
import { actorFields, actorQueries } from './resolvers/actors.ts';
import { agentMutations } from './resolvers/agent-mutations.ts';
import { agentSubscriptions } from './resolvers/agent-status.ts';
import { agentQueries } from './resolvers/agents.ts';
import { commandMutations } from './resolvers/commands.ts';
import { deadLetterMutations, deadLetterQueries } from './resolvers/dead-letters.ts';
import { deviceSubscriptions } from './resolvers/device-events.ts';
import { deviceQueries } from './resolvers/devices.ts';
import { eventQueries, eventSubscriptions } from './resolvers/events.ts';
import { healthQueries } from './resolvers/health.ts';
import { jobSubscriptions } from './resolvers/job-events.ts';
import { jobMutations } from './resolvers/job-mutations.ts';
import { jobQueries } from './resolvers/jobs.ts';
import { memoryMutations, memoryQueries } from './resolvers/memories.ts';
import { pluginMutations } from './resolvers/plugin-mutations.ts';
import { pluginQueries } from './resolvers/plugins.ts';
import { queueMutations } from './resolvers/queue-mutations.ts';
import { queueQueries } from './resolvers/queues.ts';
import { scheduleMutations, scheduleQueries } from './resolvers/schedules.ts';
import { traceQueries, traceSubscriptions } from './resolvers/traces.ts';
import { virtualDeviceMutations } from './resolvers/virtual-devices.ts';

type Queries = QueryResolvers &
  JobQueryResolvers &
  PluginQueryResolvers &
  AgentQueryResolvers &
  MemoryQueryResolvers &
  EventQueryResolvers;
type Mutations = MutationResolvers &
  JobMutationResolvers &
  PluginMutationResolvers &
  AgentMutationResolvers &
  MemoryMutationResolvers;
type Subscriptions = SubscriptionResolvers &
  JobSubscriptionResolvers &
  AgentSubscriptionResolvers &
  EventSubscriptionResolvers;

const QUERIES: Queries = {
  ...healthQueries,
  ...deviceQueries,
  ...actorQueries,
  ...actorControlQueries,
  ...deadLetterQueries,
  ...queueQueries,
  ...jobQueries,
  ...scheduleQueries,
  ...pluginQueries,
  ...agentQueries,
  ...memoryQueries,
  ...eventQueries,
  ...traceQueries,
};
const MUTATIONS: Mutations = {
  ...virtualDeviceMutations,
  ...commandMutations,
  ...actorControlMutations,
  ...deadLetterMutations,
  ...jobMutations,
  ...queueMutations,
  ...scheduleMutations,
  ...pluginMutations,
  ...agentMutations,
  ...memoryMutations,
};
const ACTOR: ActorResolvers = actorFields;
const SUBSCRIPTIONS: Subscriptions = {
  ...deviceSubscriptions,
  ...jobSubscriptions,
  ...agentSubscriptions,
  ...eventSubscriptions,
  ...traceSubscriptions,
};

/** `proto/gateway.graphql` with its resolvers. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchema(SDL);
  attach(schema.getQueryType(), QUERIES);
  attach(schema.getMutationType(), MUTATIONS);
  attachSubscriptions(schema.getSubscriptionType(), SUBSCRIPTIONS);
  attachToActor(schema.getType('Actor') as GraphQLObjectType);
  defineScalars(schema);
  return schema;
}

function attach(type: GraphQLObjectType | null | undefined, resolvers: object): void {
  const fields = type?.getFields() ?? {};
  for (const [name, field] of Object.entries(fields)) {
    const resolver = (resolvers as Readonly<Record<string, Resolver<unknown, unknown>>>)[name];
    if (resolver === undefined) throw new TypeError(`No resolver for field "${name}"`);
    field.resolve = (_source, args, ctx: GatewayContext) => resolver(args, ctx);
  }
}

function attachSubscriptions(type: GraphQLObjectType | null | undefined, subscribers: object): void {
  const fields = type?.getFields() ?? {};
  for (const [name, field] of Object.entries(fields)) {
    const subscriber = (subscribers as Readonly<Record<string, Subscriber<unknown, unknown>>>)[name];
    if (subscriber === undefined) throw new TypeError(`No resolver for field "${name}"`);
    field.subscribe = (_source, args, ctx: GatewayContext) => subscriber(args, ctx);
    field.resolve = (update) => update;
  }
}

function attachToActor(type: GraphQLObjectType): void {
  const fields = type.getFields();
  for (const [name, resolve] of Object.entries(ACTOR)) {
    fields[name]!.resolve = (actor: ActorParent, _args, ctx: GatewayContext) => resolve(actor, ctx);
  }
}

function defineScalars(schema: GraphQLSchema): void {
  const json = schema.getType('JSON') as GraphQLScalarType;
  json.parseLiteral = (node, variables) => valueFromASTUntyped(node, variables);
  const dateTime = schema.getType('DateTime') as GraphQLScalarType;
  dateTime.parseValue = (value) => {
    if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return new Date(value).toISOString();
    throw new GraphQLError(`Not an instant of ISO 8601: ${JSON.stringify(value)}`);
  };
  dateTime.parseLiteral = (node) => dateTime.parseValue(valueFromASTUntyped(node));
}
