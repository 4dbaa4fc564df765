import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { type ActorSystem, startActorSystem } from '../actor/actor-system.ts';
import { type ActorClient, openActorClient } from '../actor/client.ts';
import { readDeadLetter } from '../actor/dead-letter.ts';
import type { ActorDefinition } from '../actor/definition.ts';
import { decodeEntry } from '../actor/entry.ts';
import type { DeadLetterRecord } from '../actor/inspection.ts';
import type { Stored } from '../bus/bus.ts';
import { STREAM_NAMES } from '../bus/bus.ts';
import { type Contracts, createContracts, type JsonSchema } from '../contracts/contracts.ts';
import { type EntryOptions, type JobEntry, parseJobSubject } from '../message/job-message.ts';
import { encodeKey } from '../message/key.ts';
import { decodeMessage, type Message } from '../message/message.ts';
import type { Address } from '../message/subjects.ts';
import { noInstruments } from '../telemetry/instruments.ts';
import { noLog } from '../telemetry/log.ts';
import { noTracer } from '../telemetry/spans.ts';
import { SCHEDULE } from './schedule-table.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { createSimulation } from './simulation.ts';

/**
 * Actors in one simulated process, with a broker in memory, on a clock that only {@link advance} moves on by more than
 * moments. Whatever is called here resolves when nothing is under way any more: messages are handled, what they sent
 * is sent, and what that has led to is handled, too. What follows after a time (a timer, another attempt) waits for
 * the clock.
 */
export interface TriedActors extends AsyncDisposable {
  /** Milliseconds since 1970 by the virtual clock, which begins at the start of 2026. */
  readonly now: number;
  /**
   * Sends a command and gives the handler's answer.
   *
   * @param data `{}` when absent
   * @throws the handler's failure with its code, AW_CALL_TIMEOUT after 30 virtual seconds, and what sending throws
   */
  call(actor: Tried, key: string, type: string, data?: unknown): Promise<unknown>;
  /** Sends a command without waiting for an answer; also to a process that is dead. Gives its id. */
  send(actor: Tried, key: string, type: string, data?: unknown): Promise<string>;
  /** As committed; undefined for a key that has none. */
  state<State = unknown>(actor: Tried, key: string): State | undefined;
  /** All events of a type, or all events, oldest first. */
  events(type?: string): readonly Message[];
  /** What was added to queues, oldest first; nothing works it off here. */
  jobs(queue?: string): readonly TriedJob[];
  /** Oldest first. */
  deadLetters(): readonly DeadLetterRecord[];
  /** Lets virtual time go on: timers fire, failed messages are tried again. */
  advance(byMs: number): Promise<void>;
  /** Ends the process as kill -9 does. */
  kill(): void;
  /** Starts a new process on what the one before has stored, which it kills if need be. */
  restart(definitions?: readonly ActorDefinition[]): Promise<void>;
}

export interface TriedJob {
  readonly id: string;
  readonly queue: string;
  readonly type: string;
  readonly data: unknown;
  /** As its entry has them; see `runtime/message/job-message.ts`. */
  readonly options: EntryOptions;
}

export type Tried = Pick<ActorDefinition, 'name'>;

export interface TryActorsOptions {
  /** The same seed gives the same run; 1 when absent. */
  readonly seed?: number | string;
}

const TENANT = 'test';
/** On the way to the broker or back, always: what is asked here is what actors do, not what a network does. */
const LATENCY_MS = 0.2;
/** Nothing stored for so long means that nothing is under way: many ways to the broker, and less than any back-off. */
const QUIET_MS = 20;
const CALL_MS = 30_000;
/** Actors that send each other messages for longer than this never come to rest. */
const REST_MS = 60_000;
const STEP_MS = 1_000;

/** @throws AW_SCHEMA_INVALID, AW_SCHEMA_CONFLICT */
export async function tryActors(
  definitions: readonly ActorDefinition[],
  { seed = 1 }: TryActorsOptions = {},
): Promise<TriedActors> {
  const simulation = createSimulation({ seed, broker: { latencyMs: () => LATENCY_MS, scheduleLatenessMs: 0 } });
  const { broker, clock } = simulation;
  const outside = simulation.process('outside');
  let inside: SimulatedProcess | undefined;
  let system: ActorSystem | undefined;
  let client: ActorClient | undefined;
  /** One at a time moves the clock. */
  let moving: Promise<unknown> = Promise.resolve();

  const inTurn = <Result>(move: () => Promise<Result>): Promise<Result> => {
    const done = moving.then(move);
    moving = done.catch(() => undefined);
    return done;
  };

  /** Moves the clock until the promise has settled, and then until all is quiet. */
  const follow = <Result>(promise: Promise<Result>, limitMs: number): Promise<Result> => {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    return inTurn(async () => {
      await simulation.run(() => isSettled, { limitMs });
      await rest();
      return await promise;
    });
  };

  const rest = async (): Promise<void> => {
    const end = clock.monotonic() + REST_MS;
    const countStored = () => STREAM_NAMES.reduce((sum, name) => sum + broker.stream(name).status.lastSequence, 0);
    let stored: number;
    do {
      if (clock.monotonic() > end) throw new Error(`The actors have not come to rest within ${REST_MS} ms`);
      stored = countStored();
      await clock.advance(QUIET_MS);
    } while (countStored() !== stored);
  };

  const pass = async (byMs: number): Promise<void> => {
    const end = clock.monotonic() + byMs;
    while (clock.monotonic() < end) {
      const leftMs = end - clock.monotonic();
      const idleMs = isIdle() ? Math.min(leftMs, untilNextTimer()) : 0;
      if (idleMs > STEP_MS) {
        // All it would do meanwhile is to look, again and again, whether there is anything to do.
        inside?.pause();
        await clock.advance(idleMs);
        inside?.resume();
      } else await clock.advance(Math.min(leftMs, STEP_MS));
      await rest();
    }
  };

  const isIdle = (): boolean =>
    inside?.isAlive !== true ||
    (system?.status.backlog === 0 && broker.stream('MAILBOX').count(`aw.${TENANT}.parked.>`) === 0);

  const untilNextTimer = (): number => {
    const timers = broker.stream('MAILBOX').page(`aw.${TENANT}.timer.>`);
    const delays = timers.map(
      ({ headers }) => Date.parse((headers[SCHEDULE] ?? '').slice('@at '.length)) - clock.now(),
    );
    return Math.min(...delays.filter((delayMs) => delayMs > 0));
  };

  const start = async (present: readonly ActorDefinition[]): Promise<void> => {
    inside?.kill();
    system = undefined;
    inside = simulation.process('actors');
    const contracts = contractsOf(present);
    client?.[Symbol.dispose]();
    client = openActorClient({
      ...portsOf(outside),
      definitions: new Map(present.map((definition) => [definition.name, definition])),
      contracts,
      tracer: noTracer,
    });
    const starting = startActorSystem({
      ...portsOf(inside),
      definitions: present,
      contracts,
      log: noLog,
      instruments: noInstruments,
      tracer: noTracer,
    });
    system = await follow(starting, REST_MS);
  };

  let latest = definitions;
  await start(latest);

  return {
    get now() {
      return clock.now();
    },
    call: (actor, key, type, data = {}) =>
      follow(client!.call(addressOf(actor, key), type, data, { timeoutMs: CALL_MS }), 2 * CALL_MS),
    send: (actor, key, type, data = {}) => follow(client!.send(addressOf(actor, key), type, data), 2 * CALL_MS),
    state<State>({ name }: Tried, key: string) {
      const stored = broker.stream('STATE').last(`aw.${TENANT}.state.*.${name}.${encodeKey(key)}`);
      return stored && (decodeEntry(stored.subject, stored.body).state as State | undefined);
    },
    events(type = '*.*') {
      const stored = broker.stream('EVENTS').page(`aw.${TENANT}.evt.${type}.*`);
      return stored.map(({ headers, body }) => decodeMessage(headers, body));
    },
    jobs: (queue = '*') => broker.stream('JOBS').page(`aw.${TENANT}.job.${queue}.>`).map(readJob),
    deadLetters: () => broker.stream('DEAD').page(`aw.${TENANT}.dead.>`).map(readDeadLetter),
    advance: (byMs) => inTurn(() => pass(byMs)),
    kill() {
      inside?.kill();
    },
    async restart(next = latest) {
      latest = next;
      await start(latest);
    },
    async [Symbol.asyncDispose]() {
      await moving;
      for (const process of simulation.processes) process.kill();
    },
  };
}

function portsOf({ bus, clock, random }: SimulatedProcess): Pick<SimulatedProcess, 'bus' | 'clock' | 'random'> {
  return { bus, clock, random };
}

function readJob({ subject, body }: Stored): TriedJob {
  const { queue = '', id = '' } = parseJobSubject(subject) ?? {};
  const [entry] = JSON.parse(new TextDecoder().decode(body)) as readonly [JobEntry];
  return { id, queue, type: entry.t, data: entry.d, options: entry.o ?? {} };
}

function addressOf({ name }: Tried, key: string): Address {
  return { tenant: TENANT, actor: name, key };
}

/** Those of AutoWeave, and those of the actors. */
function contractsOf(definitions: readonly ActorDefinition[]): Contracts {
  const contracts = createContracts(
    SCHEMAS as Readonly<Record<string, JsonSchema>>,
    SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
  );
  for (const { schemas = {} } of definitions) {
    for (const [type, schema] of Object.entries(schemas)) contracts.add(type, schema);
  }
  return contracts;
}
