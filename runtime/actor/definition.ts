import type { JobData, MessageData } from '../../proto/generated/messages.ts';
import type { JsonSchema } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { PackedOptions } from '../message/job-options.ts';
import type { Message } from '../message/message.ts';
import { isMessageType, isName } from '../message/subjects.ts';
import type { MissedPolicy } from '../schedule/missed.ts';
import type { Log } from '../telemetry/log.ts';

/** The data of a message type: as its schema in `proto/` says, or any object for a type of one's own. */
export type DataOf<Type extends string> = Type extends keyof MessageData
  ? MessageData[Type]
  : Type extends keyof JobData
    ? JobData[Type]
    : Record<string, unknown>;

/** What a handler may do. Whatever it sends leaves together with its new state, or not at all. */
export interface ActorContext {
  readonly tenant: string;
  readonly actor: string;
  readonly key: string;
  /** 1 for the first attempt at this message. */
  readonly attempt: number;
  /** Aborts when the runtime stops, the handler's time is up, or an operator kills it. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Milliseconds since 1970. Recorded, so that a replay reads the same. */
  now(): number;
  /** 0 ≤ value < 1. The same at every attempt, and in a replay. */
  random(): number;
  /** Unique, and the same at every attempt and in a replay; can be guessed, so no secret. */
  uuid(): string;
  /** Publishes a fact about this key (or another) as an event. */
  emit(type: string, data: unknown, options?: { readonly key?: string }): void;
  /** Sends a command to another actor (or to itself), without waiting. */
  cast(actor: string, key: string, type: string, data: unknown): void;
  /**
   * Adds a job to a queue.
   *
   * @param type of a job; data is checked against its schema
   * @returns its id, the same at every attempt
   */
  enqueue(queue: string, type: string, data: unknown, options?: EnqueueOptions): string;
  /**
   * Sends a command and waits for the answer. Outside of the commit: when this handler is tried again, so is the call.
   *
   * @throws the other's failure with its code, AW_CALL_TIMEOUT, AW_CALL_CYCLE when it waits (itself or through others)
   *   for this key
   */
  call(
    actor: string,
    key: string,
    type: string,
    data: unknown,
    options?: { readonly timeoutMs?: number },
  ): Promise<unknown>;
  /** Sends a command to this key later, once or again and again; one with the same id is replaced. */
  schedule(timer: TimerSpec): void;
  /** @returns false when there is no such timer */
  cancel(timerId: string): boolean;
  /** Ends this life of the key once the handler is done: its state and timers go, the next message begins anew. */
  destroy(): void;
}

/** What the queue's settings say holds for whatever is absent. */
export interface EnqueueOptions extends PackedOptions {
  /** Up to 200 characters, unlike that of every other job of the queue; follows from the message when absent. */
  readonly id?: string;
  readonly delayMs?: number;
  /** The schedule that the job is a turn of: it is told when the job has ended. */
  readonly schedule?: { readonly id: string; readonly turn: number };
  /**
   * The actor that is told when the job has ended, by the command `job.ended`; once, with the outcome.
   * `ref` comes back with it: up to 200 characters. With `on` only of these outcomes, else of each.
   */
  readonly notify?: {
    readonly actor: string;
    readonly key: string;
    readonly ref: string;
    readonly on?: readonly MessageData['job.ended']['outcome'][];
  };
}

/** A durable timer: `at` or `delayMs` for once, `everyMs`, or `cron` with its IANA time zone (UTC when absent). */
export interface TimerSpec {
  /** Unique within the key. */
  readonly id: string;
  readonly at?: number;
  readonly delayMs?: number;
  readonly everyMs?: number;
  readonly cron?: string;
  readonly timezone?: string;
  /**
   * With `everyMs` and `cron`: not before, in milliseconds since 1970. Intervals are counted from there, and the first
   * turn of `everyMs` is then; where it has passed, the next one that is counted so.
   */
  readonly startAt?: number;
  /** What becomes of times that passed while nothing ran: one run for all of them when absent. */
  readonly missed?: MissedPolicy;
  /** A command of this actor. */
  readonly type: string;
  /** `{}` when absent. */
  readonly data?: unknown;
}

// A method's parameters may be narrower in an implementation, so that an author can annotate the data they expect.
interface HandlerShape<State, Data> {
  handle(ctx: ActorContext, state: State, message: Message<Data>): unknown;
}

/**
 * Changes the state it is given, and sends through `ctx`. What it returns (or resolves with) is the answer to a caller
 * that waits for one. Throwing leaves the state as it was; the error's class decides what comes next.
 */
export type Handler<State, Data = unknown> = HandlerShape<State, Data>['handle'];

export interface EventSubscription<State, Data = unknown> {
  /** The key whose mailbox the event goes to, or undefined when it concerns none. Must be a pure function. */
  readonly key: HandlerKey<Data>['key'];
  readonly handle: Handler<State, Data>;
}

interface HandlerKey<Data> {
  key(event: Message<Data>): string | undefined;
}

/** One actor, as its author writes it: a plain object. */
export interface ActorDefinition<State = unknown> {
  readonly name: string;
  readonly description?: string;
  /** Version of the state's shape; 1 when absent. */
  readonly version?: number;
  /** Brings a state from the version it is filed under to the next one. */
  readonly migrations?: Readonly<Record<number, (state: unknown) => unknown>>;
  /** How often a message is tried before it becomes a dead letter; 5 when absent. */
  readonly attempts?: number;
  /** Time for one handler and one message, in ms; a minute when absent. */
  readonly timeoutMs?: number;
  /** Waiting messages of one key from which on new ones are refused at their senders; 10,000 when absent. */
  readonly mailboxLimit?: number;
  /** Keeps every command in HISTORY, so that a key can be replayed also after its mailbox was trimmed. */
  readonly archive?: boolean;
  /** The state of a key that has none yet. */
  readonly init: (key: string) => State;
  readonly commands?: Readonly<Record<string, Handler<State>>>;
  readonly events?: Readonly<Record<string, EventSubscription<State>>>;
  /** Handles types that are not named above; their data is not checked. */
  readonly otherwise?: Handler<State>;
  /** The source file, from the root of the repository: shown with the steps of a trace. */
  readonly file?: string;
  /** Schemas of message types that are this actor's own, beside those in `proto/`. */
  readonly schemas?: Readonly<Record<string, JsonSchema>>;
}

/** An {@link ActorDefinition} before its types are forgotten: data follows from the names of the message types. */
export interface ActorSource<State, Command extends string, Event extends string>
  extends Omit<ActorDefinition<State>, 'commands' | 'events'> {
  readonly commands?: { readonly [Type in Command]: Handler<State, DataOf<Type>> };
  readonly events?: { readonly [Type in Event]: EventSubscription<State, DataOf<Type>> };
}

/**
 * Checks a definition and gives handlers the types of their state and data.
 *
 * @throws AW_ACTOR_INVALID with what is wrong.
 */
export function defineActor<State, Command extends string = never, Event extends string = never>(
  source: ActorSource<State, Command, Event>,
): ActorDefinition {
  if (!isName(source.name)) throw invalid(source.name, 'its name is not lower-case letters, digits, "-" and "_"');
  const commands = Object.keys(source.commands ?? {});
  const events = Object.keys(source.events ?? {});
  for (const type of [...commands, ...events]) {
    if (!isMessageType(type)) throw invalid(source.name, `"${type}" is not noun.verb`);
  }
  for (const type of commands) {
    if (events.includes(type)) throw invalid(source.name, `"${type}" is both a command and an event`);
  }
  for (let version = 1; source.migrations && version < (source.version ?? 1); version++) {
    if (source.migrations[version] === undefined)
      throw invalid(source.name, `it has no migration from version ${version}`);
  }
  if (commands.length + events.length === 0 && !source.otherwise) throw invalid(source.name, 'it handles nothing');
  return source as unknown as ActorDefinition;
}

/** The handler of a message type that the actor names, or undefined. */
export function findHandler(definition: ActorDefinition, type: string): Handler<unknown> | undefined {
  const { commands = {}, events = {} } = definition;
  if (Object.hasOwn(commands, type)) return commands[type];
  return Object.hasOwn(events, type) ? events[type]?.handle : undefined;
}

function invalid(name: string, what: string): AutoWeaveError {
  return new AutoWeaveError('AW_ACTOR_INVALID', `Cannot define actor "${name}": ${what}`, {
    hint: 'see docs/guide/actors.md',
  });
}
