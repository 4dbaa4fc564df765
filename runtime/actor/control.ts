import type { Bus, Heard } from '../bus/bus.ts';
import { PARTITIONS } from '../bus/streams.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import { memberChannel } from '../membership/members.ts';
import { partitionOf } from '../message/partition.ts';
import { type Address, historySubject, type PartitionedAddress } from '../message/subjects.ts';
import { type Activation, STATE_SHARE } from './activation.ts';
import type { Life } from './bunch.ts';
import type { ActorDefinition } from './definition.ts';
import type { OutboxItem } from './entry.ts';
import { readFences } from './fence.ts';
import type { HistoryRecord } from './history.ts';
import { type Loaded, migrate } from './key-store.ts';
import type { Partition } from './partition.ts';
import { describeRecurrence } from './timers.ts';

/**
 * What an operator does to one key, whichever process owns it: the owner is asked directly, so that it works on a key
 * whose mailbox is stuck.
 */
export interface ActorControl {
  /** What the key does at this moment. */
  look(address: Address): Promise<KeyActivity>;
  /** Stops handling after the message at work; what comes is kept, in order, until {@link resume}. Survives restarts. */
  pause(address: Address): Promise<void>;
  resume(address: Address): Promise<void>;
  /** Gives up the message at work and begins again from the committed state; it counts as a failed attempt. */
  kill(address: Address): Promise<void>;
  /** Removes state and timers; the next message begins a new life. Messages that wait stay. */
  destroy(address: Address): Promise<void>;
  /** @returns false when there is no such timer */
  cancelTimer(address: Address, timer: string): Promise<boolean>;
  /**
   * Puts a state in place of the present one.
   *
   * @throws AW_STATE_EXISTS unless `replace`; AW_STATE_VERSION for a version the actor can't bring up
   */
  importKey(address: Address, exported: ExportedKey, options: { readonly replace: boolean }): Promise<void>;
  /** @throws AW_NOT_FOUND when the key has no state */
  exportKey(address: Address): Promise<ExportedKey>;
}

export const KEY_STATUSES = ['IDLE', 'RUNNING', 'WAITING', 'PAUSED', 'BLOCKED'] as const;
/** `WAITING`: for the next attempt. `BLOCKED`: its state can't be used by this version of the actor. */
export type KeyStatus = (typeof KEY_STATUSES)[number];

export interface KeyActivity {
  readonly status: KeyStatus;
  /** Messages that wait, the one at work included. */
  readonly depth: number;
  /** How long the oldest of them has waited since it was stored, in ms; 0 when none waits. */
  readonly lagMs: number;
  /** The message at work. */
  readonly current?: {
    readonly id: string;
    readonly type: string;
    readonly sequence: number;
    readonly attempt: number;
  };
  /** The last failure, while it keeps the key waiting or blocked. */
  readonly problem?: { readonly code: string; readonly message: string };
  readonly timers: readonly TimerRecord[];
  /** Id of the process that owns it. */
  readonly owner: string;
}

export interface TimerRecord {
  readonly id: string;
  /** When it is due next; milliseconds since 1970. */
  readonly due: number;
  /** `once`, `every 5000 ms`, or the cron expression with its time zone. */
  readonly recurrence: string;
  readonly missed: 'skip' | 'once' | 'all';
  /** The command it sends to its own key. */
  readonly type: string;
  readonly data: unknown;
}

/** A key as a file: what `autoweave actor export` prints and `import` reads. */
export interface ExportedKey {
  readonly format: 1;
  readonly actor: string;
  readonly key: string;
  readonly version: number;
  readonly state: unknown;
  /** ISO 8601 in UTC. */
  readonly exportedAt: string;
}

/** An order to one key, as it travels to its owner. */
type Order =
  | { readonly do: 'look' | 'pause' | 'resume' | 'kill' | 'destroy' | 'export' }
  | { readonly do: 'cancelTimer'; readonly timer: string }
  | { readonly do: 'import'; readonly exported: ExportedKey; readonly replace: boolean };

interface Request {
  readonly address: Address;
  readonly order: Order;
}

export interface ControlParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly self: string;
  readonly definitions: ReadonlyMap<string, ActorDefinition>;
  readonly owned: ReadonlyMap<number, Partition>;
}

const ANSWER_MS = 5_000;
const LOOK_MS = 100;

/** @returns the operator's side, and what answers others that ask this process */
export function createControl(parts: ControlParts): ActorControl & { answer(heard: Heard): void } {
  const { bus, self, definitions, owned } = parts;

  const give = async (address: Address, order: Order): Promise<unknown> => {
    if (!definitions.has(address.actor)) {
      throw new AutoWeaveError('AW_ACTOR_UNKNOWN', `No actor is called "${address.actor}"`, {
        hint: `choose one of ${[...definitions.keys()].join(', ')}`,
      });
    }
    const partition = partitionOf(address, PARTITIONS);
    if (owned.has(partition)) return await carryOut(parts, { address, order });
    const owner = (await readFences(bus)).get(partition)?.owner;
    if (owner === undefined || owner === self) throw unowned(address);
    const body = new TextEncoder().encode(JSON.stringify({ address, order } satisfies Request));
    const answer = await askOwner(parts, owner, body, address);
    if (answer.error !== undefined) {
      const { code, message, hint } = answer.error;
      throw new AutoWeaveError(code, message, hint === undefined ? {} : { hint });
    }
    return answer.result;
  };

  return {
    look: async (address) => (await give(address, { do: 'look' })) as KeyActivity,
    pause: async (address) => void (await give(address, { do: 'pause' })),
    resume: async (address) => void (await give(address, { do: 'resume' })),
    kill: async (address) => void (await give(address, { do: 'kill' })),
    destroy: async (address) => void (await give(address, { do: 'destroy' })),
    cancelTimer: async (address, timer) => (await give(address, { do: 'cancelTimer', timer })) as boolean,
    importKey: async (address, exported, { replace }) =>
      void (await give(address, { do: 'import', exported, replace })),
    exportKey: async (address) => (await give(address, { do: 'export' })) as ExportedKey,
    answer(heard) {
      void answerOrder(parts, heard.body).then((answer) =>
        heard.reply(new TextEncoder().encode(JSON.stringify(answer))),
      );
    },
  };
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

async function askOwner(
  { bus, clock }: ControlParts,
  owner: string,
  body: Uint8Array,
  address: Address,
): Promise<Answer> {
  const askedAt = clock.monotonic();
  try {
    return JSON.parse(new TextDecoder().decode(await bus.ask(memberChannel(owner), body, ANSWER_MS))) as Answer;
  } catch (error) {
    if (error instanceof AutoWeaveError && error.code === 'AW_NOBODY_LISTENS') throw unowned(address);
    if (clock.monotonic() - askedAt < ANSWER_MS) throw error;
    const { actor, key } = address;
    throw new AutoWeaveError('AW_ORDER_UNANSWERED', `The owner of "${actor}/${key}" has not answered in time`, {
      hint: 'look at the key: what was ordered takes place after the message at work, and may yet',
      cause: error,
    });
  }
}

function unowned({ actor, key }: Address): AutoWeaveError {
  return new AutoWeaveError('AW_KEY_UNOWNED', `No process owns "${actor}/${key}" at this moment`, {
    hint: 'try again in a few seconds; its owner is changing',
  });
}

async function answerOrder(parts: ControlParts, body: Uint8Array): Promise<Answer> {
  try {
    const request = JSON.parse(new TextDecoder().decode(body)) as Request;
    return { result: (await carryOut(parts, request)) ?? null };
  } catch (error) {
    const hint = error instanceof AutoWeaveError ? error.hint : undefined;
    return { error: { ...toFailure(error), ...(hint === undefined ? {} : { hint }) } };
  }
}

async function carryOut(parts: ControlParts, { address, order }: Request): Promise<unknown> {
  const { bus, definitions, owned, clock, self } = parts;
  const number = partitionOf(address, PARTITIONS);
  const place: PartitionedAddress = { ...address, partition: number };
  const partition = owned.get(number);
  // Before it has begun it does not know what its former owner has parked: a key woken now would never ask for it.
  const key = partition?.hasBegun ? partition.find(place) : undefined;
  const definition = definitions.get(address.actor);
  if (key === undefined || definition === undefined) throw unowned(address);
  const { version = 1 } = definition;
  switch (order.do) {
    case 'look':
      return await look(key, clock, self);
    case 'kill':
      return key.kill();
    case 'pause':
      return await key.control(async (_loaded, commit) => void (await commit({ isPaused: true })), false);
    case 'resume':
      return await key.control(async (_loaded, commit) => void (await commit({ isPaused: false })), false);
    case 'destroy':
      return await key.control(async ({ lastSeq }, commit) => {
        await commit({ life: NO_LIFE, items: [reset(place, lastSeq, NO_LIFE)] });
      }, true);
    case 'cancelTimer':
      return await key.control(async (loaded, commit) => {
        const { [order.timer]: found, ...timers } = loaded.timers;
        if (found === undefined) return false;
        const life: Life = { ...loaded, timers };
        await commit({ life, items: [reset(place, loaded.lastSeq, life)] });
        return true;
      }, false);
    case 'export':
      return await key.control(async ({ stateText }): Promise<ExportedKey> => {
        if (stateText === undefined)
          throw new AutoWeaveError('AW_NOT_FOUND', `"${address.actor}/${address.key}" has no state`);
        const state: unknown = JSON.parse(stateText);
        const exportedAt = new Date(clock.now()).toISOString();
        return { format: 1, actor: address.actor, key: address.key, version, state, exportedAt };
      }, false);
    case 'import':
      return await key.control(async ({ stateText, lastSeq }, commit) => {
        if (stateText !== undefined && !order.replace) {
          throw new AutoWeaveError('AW_STATE_EXISTS', `"${address.actor}/${address.key}" has a state already`, {
            hint: 'say that it is to be replaced',
          });
        }
        const imported = JSON.stringify(migrate(definition, order.exported.version, order.exported.state));
        checkImport(imported, bus.maxEntryBytes * STATE_SHARE);
        const life: Life = { stateText: imported, timers: {}, since: lastSeq };
        await commit({ life, items: [reset(place, lastSeq, life)] });
      }, true);
  }
}

/** @throws AW_STATE_TOO_LARGE for a state that no command could be committed with */
function checkImport(stateText = '', maxBytes: number): void {
  const bytes = Buffer.byteLength(stateText);
  if (bytes <= maxBytes) return;
  throw new AutoWeaveError('AW_STATE_TOO_LARGE', `Cannot import a state of ${bytes} bytes, at most ${maxBytes}`);
}

const NO_LIFE: Life = { stateText: undefined, timers: {}, since: 0 };

/** Tells a replay that the state was set from outside. */
function reset(address: PartitionedAddress, lastSeq: number, { stateText, timers }: Life): OutboxItem {
  const state: unknown = stateText === undefined ? null : JSON.parse(stateText);
  const record: HistoryRecord = { from: lastSeq, upTo: lastSeq, reset: { state, timers } };
  return { to: 'HISTORY', subject: historySubject(address), headers: {}, body: JSON.stringify(record) };
}

async function look(key: Activation, clock: Clock, owner: string): Promise<KeyActivity> {
  // A key that is at work is not waited for long: what is known of it has to do.
  const asked = key.control(async (loaded) => loaded, true).catch(() => undefined);
  const found = await Promise.race([asked, clock.sleep(LOOK_MS).then(() => undefined)]);
  const { isWaiting, head, queued, parked, attempt, problem, loaded } = key.status;
  const known = found ?? loaded;
  const status = statusOf(key, found);
  return {
    status,
    depth: queued.length + parked,
    lagMs: head === undefined ? 0 : Math.max(0, clock.now() - head.storedAt),
    ...(head !== undefined && (status === 'RUNNING' || isWaiting)
      ? {
          current: {
            id: head.headers['ce-id'] ?? '',
            type: head.headers['ce-type'] ?? '',
            sequence: head.sequence,
            attempt,
          },
        }
      : {}),
    ...(problem === undefined ? {} : { problem }),
    timers: Object.entries(known?.timers ?? {}).map(([id, timer]) => ({
      id,
      due: timer.due,
      recurrence: describeRecurrence(timer.recurrence),
      missed: timer.missed,
      type: timer.type,
      data: timer.data,
    })),
    owner,
  };
}

/** @param found the key as committed, when it could be asked between two bunches */
function statusOf(key: Activation, found: Loaded | undefined): KeyStatus {
  const { isWaiting, queued, parked, problem } = key.status;
  if (found?.isPaused) return 'PAUSED';
  if (problem !== undefined && BLOCKING.has(problem.code)) return 'BLOCKED';
  if (isWaiting || problem !== undefined) return 'WAITING';
  return found === undefined || queued.length + parked > 0 ? 'RUNNING' : 'IDLE';
}

const BLOCKING: ReadonlySet<string> = new Set(['AW_STATE_VERSION', 'AW_MIGRATION_FAILED', 'AW_STATE_CORRUPT']);
