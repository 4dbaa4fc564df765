import type {
  Actor,
  ActorActivity,
  ActorPage,
  Mutation,
  MutationCallCommandArgs,
  MutationCancelTimerArgs,
  MutationDestroyActorArgs,
  MutationImportActorArgs,
  MutationKillActorArgs,
  MutationPauseActorArgs,
  MutationPlugVirtualDeviceArgs,
  MutationResendDeadLetterArgs,
  MutationResumeActorArgs,
  MutationSendCommandArgs,
  MutationUnplugVirtualDeviceArgs,
  Query,
  QueryActorActivityArgs,
  QueryActorArgs,
  QueryActorExportArgs,
  QueryActorReplayArgs,
  QueryActorsArgs,
  QueryDeadLetterArgs,
  QueryDeadLettersArgs,
  QueryDeviceHistoryArgs,
  QueryDevicesArgs,
  QueryTraceArgs,
  Subscription,
  SubscriptionDeviceEventsArgs,
  SubscriptionTraceStepsArgs,
} from '../../proto/generated/graphql.ts';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Tracer } from '../telemetry/spans.ts';
import type { Principal } from './access.ts';
import type { AgentReads } from './agent-reads.ts';
import type { EventFeeds } from './event-feeds.ts';
import type { EveryActor } from './every-actor.ts';
import type { JobFeeds } from './job-feeds.ts';
import type { KeyLooks } from './key-looks.ts';
import type { GatewayLimits } from './limits.ts';
import type { GatewayServices } from './services.ts';

/** What every resolver gets. */
export interface GatewayContext {
  readonly services: GatewayServices;
  /** For whom it resolves, as the token says. */
  readonly tenant: string;
  readonly feeds: EventFeeds;
  readonly jobFeeds: JobFeeds;
  /** The websocket that asks, whichever object stands for it; one for each request where there is none. */
  readonly client: object;
  readonly looks: KeyLooks;
  readonly everyActor: EveryActor;
  readonly reads: AgentReads;
  readonly tracer: Tracer;
  readonly instruments: Instruments;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: GatewayLimits;
  /** Of the request, where the client traces. */
  readonly traceparent: string | undefined;
  /** Aborts when the gateway closes. */
  readonly closing: AbortSignal;
}

export type ContextFor = (
  principal: Principal,
  traceparent: string | undefined,
  client?: GatewayContext['client'],
) => GatewayContext;

export type Resolver<Args, Result> = (args: Args, ctx: GatewayContext) => Result | Promise<Result>;
export type Updates<Update> = AsyncGenerator<Update, void, undefined>;
export type Subscriber<Args, Update> = (args: Args, ctx: GatewayContext) => Updates<Update> | Promise<Updates<Update>>;

/**
 * The fields of the schema's roots with their arguments, each answered in a file of `resolvers/`. Those about jobs,
 * plugins, agents, memories and events of any kind stand in files of their own beside this one.
 */
export interface QueryResolvers {
  readonly health: Resolver<object, Query['health']>;
  readonly devices: Resolver<QueryDevicesArgs, Query['devices']>;
  readonly deviceHistory: Resolver<QueryDeviceHistoryArgs, Query['deviceHistory']>;
  readonly actors: Resolver<QueryActorsArgs, Omit<ActorPage, 'actors'> & { readonly actors: readonly ActorParent[] }>;
  readonly actor: Resolver<QueryActorArgs, ActorParent | null>;
  readonly actorActivity: Resolver<QueryActorActivityArgs, Query['actorActivity']>;
  readonly actorReplay: Resolver<QueryActorReplayArgs, Query['actorReplay']>;
  readonly actorExport: Resolver<QueryActorExportArgs, Query['actorExport']>;
  readonly deadLetters: Resolver<QueryDeadLettersArgs, Query['deadLetters']>;
  readonly deadLetter: Resolver<QueryDeadLetterArgs, Query['deadLetter']>;
  readonly trace: Resolver<QueryTraceArgs, Query['trace']>;
}

export interface MutationResolvers {
  readonly plugVirtualDevice: Resolver<MutationPlugVirtualDeviceArgs, Mutation['plugVirtualDevice']>;
  readonly unplugVirtualDevice: Resolver<MutationUnplugVirtualDeviceArgs, Mutation['unplugVirtualDevice']>;
  readonly sendCommand: Resolver<MutationSendCommandArgs, Mutation['sendCommand']>;
  readonly callCommand: Resolver<MutationCallCommandArgs, Mutation['callCommand']>;
  readonly pauseActor: Resolver<MutationPauseActorArgs, Mutation['pauseActor']>;
  readonly resumeActor: Resolver<MutationResumeActorArgs, Mutation['resumeActor']>;
  readonly killActor: Resolver<MutationKillActorArgs, Mutation['killActor']>;
  readonly destroyActor: Resolver<MutationDestroyActorArgs, Mutation['destroyActor']>;
  readonly cancelTimer: Resolver<MutationCancelTimerArgs, Mutation['cancelTimer']>;
  readonly importActor: Resolver<MutationImportActorArgs, Mutation['importActor']>;
  readonly resendDeadLetter: Resolver<MutationResendDeadLetterArgs, Mutation['resendDeadLetter']>;
}

/** An actor without what is asked only when a client wants it. */
export type ActorParent = Omit<Actor, 'activity'>;

/** Fields of `Actor` that are asked for each actor, and only when they are selected. */
export interface ActorResolvers {
  readonly activity: (actor: ActorParent, ctx: GatewayContext) => Promise<ActorActivity | null>;
}

export interface SubscriptionResolvers {
  readonly deviceEvents: Subscriber<SubscriptionDeviceEventsArgs, Subscription['deviceEvents']>;
  readonly traceSteps: Subscriber<SubscriptionTraceStepsArgs, Subscription['traceSteps']>;
}

/** Makes a mutation the beginning of a trace, or a step of the client's. */
export function traced<Args, Result>(
  field: string,
  file: string,
  run: (args: Args, ctx: GatewayContext, traceparent: string) => Promise<Result>,
): Resolver<Args, Result> {
  return async (args, ctx) => {
    const span = ctx.tracer.startSpan('gateway.mutation', { parent: ctx.traceparent, file, attributes: { field } });
    try {
      return await run(args, ctx, span.traceparent);
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
    }
  };
}

/**
 * How many a client asked for.
 *
 * @throws AW_ARGUMENT_INVALID
 */
export function pageSize(name: string, asked: number | null | undefined, absent: number, most: number): number {
  const size = asked ?? absent;
  if (size >= 1 && size <= most) return size;
  throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot give ${size}: "${name}" is 1 to ${most}`);
}

/** A property that is absent where a client left it out or said null. */
export function given<Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { [K in Name]?: Value } {
  return value === null || value === undefined ? {} : ({ [name]: value } as { [K in Name]?: Value });
}
