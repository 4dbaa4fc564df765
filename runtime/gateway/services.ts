import type { Health, JobType } from '../../proto/generated/graphql.ts';
import type { ActorControl } from '../actor/control.ts';
import type { ActorRecord, DeadLetterRecord } from '../actor/inspection.ts';
import type { ActorState } from '../actor/inspector.ts';
import type { ListedActor } from '../actor/newest-actors.ts';
import type { Replay } from '../actor/replay.ts';
import type { ResendOptions } from '../actor/resend.ts';
import type { Bus } from '../bus/bus.ts';
import type { Contracts } from '../contracts/contracts.ts';
import type { Address } from '../message/subjects.ts';
import type { PluginService } from '../plugins/plugin-service.ts';
import type { Queues } from '../queue/queue-api.ts';
import type { ScheduleService } from '../queue/schedule-api.ts';
import type { TraceStore } from '../telemetry/trace-store.ts';
import type { MemoryService } from './memory-service.ts';

/** What the gateway asks of the rest; the composition root provides it. */
export interface GatewayServices {
  readonly bus: Bus;
  readonly contracts: Contracts;
  readonly tenant: string;
  /** This machine: the key of its device watcher. */
  readonly host: string;

  /**
   * An actor's reply.
   *
   * @throws AutoWeaveError with the actor's code, and what {@link send} throws
   */
  call(address: Address, type: string, data: unknown, options: CallOptions): Promise<unknown>;
  /**
   * The id of a command, once it is stored.
   *
   * @throws AW_TYPE_UNKNOWN, AW_DATA_INVALID, AW_ACTOR_UNKNOWN
   */
  send(address: Address, type: string, data: unknown, options: SendOptions): Promise<string>;

  /** The longest unchanged first. A page of large states has fewer than were asked for, and a `next`. */
  listActors(options: {
    readonly name?: string;
    readonly first: number;
    readonly after?: string;
  }): Promise<{ readonly actors: readonly ActorRecord[]; readonly next?: string }>;
  /** The latest change first; `before` is the `next` of the page before, or the position of one of its actors. */
  listNewestActors(options: {
    readonly name?: string;
    readonly prefix?: string;
    readonly first: number;
    readonly before?: number;
  }): Promise<{ readonly actors: readonly ListedActor[]; readonly next?: number }>;
  getActor(name: string, key: string): Promise<ActorRecord | undefined>;
  /** The state alone, which costs less; with its size in the log. */
  getState(name: string, key: string): Promise<ActorState | undefined>;

  /** Newest first. */
  listDeadLetters(options: { readonly first: number; readonly before?: string }): Promise<{
    readonly deadLetters: readonly DeadLetterRecord[];
    readonly total: number;
    readonly next?: string;
  }>;
  getDeadLetter(id: string): Promise<DeadLetterRecord | undefined>;
  /**
   * The id of the new message, once it is stored.
   *
   * @throws AW_DEAD_LETTER_UNKNOWN, AW_RESEND_IMPOSSIBLE, AW_TYPE_UNKNOWN, AW_DATA_INVALID
   */
  resendDeadLetter(id: string, options: ResendOptions): Promise<string>;

  /** @throws AW_ACTOR_UNKNOWN, AW_NOT_FOUND, AW_REPLAY_INCOMPLETE, AW_REPLAY_FAILED */
  replay(address: Address, to: number | undefined): Promise<Replay>;

  /** What an operator does to one key. */
  readonly control: ActorControl;

  /** What adds or changes throws AW_DISK_FULL while there is no room, beside what the queue itself throws. */
  readonly queues: Queues;
  readonly schedules: ScheduleService;
  /** Types that jobs may have, by name, each with the schema of its data. */
  jobTypes(): readonly JobType[];

  readonly plugins: PluginService;
  readonly memories: MemoryService;

  health(): Health;
  /** True when the bus is connected and its consumers run. */
  isReady(): boolean;
  readonly traces: TraceStore;
  metricsText(): Promise<string>;
}

export interface SendOptions {
  readonly traceparent?: string;
}

export interface CallOptions extends SendOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}
