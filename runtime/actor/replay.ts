import type { Bus, Stored, StreamName } from '../bus/bus.ts';
import { PARTITIONS } from '../bus/streams.ts';
import type { Clock } from '../clock/clock.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError, formatError } from '../errors/errors.ts';
import { partitionOf } from '../message/partition.ts';
import {
  type Address,
  historySubject,
  type PartitionedAddress,
  parkedSubject,
  stateSubject,
  storedCommandSubject,
} from '../message/subjects.ts';
import { noInstruments } from '../telemetry/instruments.ts';
import { noLog } from '../telemetry/log.ts';
import { noTracer } from '../telemetry/spans.ts';
import { type BunchParts, type Life, runBunch, serialise } from './bunch.ts';
import type { Input } from './context.ts';
import type { ActorDefinition } from './definition.ts';
import { decodeEntry, itemBody, type StateEntry } from './entry.ts';
import type { HistoryRecord } from './history.ts';
import { fromParked } from './parking.ts';
import { isSameJson } from './same-json.ts';

/** Rebuilds a key from its commands, with what its handlers were given then, and compares it with what is stored. */
export interface Replay {
  /** Sequence of the last command that was replayed. */
  readonly upTo: number;
  /** Commands that were run again. */
  readonly messages: number;
  /** As rebuilt; null when the key had none at that point. */
  readonly state: unknown;
  /** Stored states that the rebuilt one was compared with. */
  readonly compared: number;
  /** The first that it did not equal. */
  readonly difference?: { readonly sequence: number; readonly stored: unknown; readonly rebuilt: unknown };
}

export interface ReplayParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly contracts: Contracts;
  readonly definitions: ReadonlyMap<string, ActorDefinition>;
}

const PAGE = 500;

/**
 * @param to sequence in MAILBOX to stop at; all when absent
 * @throws AW_ACTOR_UNKNOWN, AW_NOT_FOUND, AW_REPLAY_INCOMPLETE when commands of this life are gone, AW_REPLAY_FAILED
 *   when a command that had an effect now fails
 */
export async function replayKey(parts: ReplayParts, address: Address, to = Number.POSITIVE_INFINITY): Promise<Replay> {
  const definition = parts.definitions.get(address.actor);
  if (definition === undefined) throw new AutoWeaveError('AW_ACTOR_UNKNOWN', `No actor is called "${address.actor}"`);
  const place: PartitionedAddress = { ...address, partition: partitionOf(address, PARTITIONS) };
  const entry = await readEntry(parts.bus, place);
  const records = await readHistory(parts.bus, place, entry);
  const start = findStart(records, entry, to);
  const end = Math.min(to, entry.lastSeq);
  const commands = (await readCommands(parts.bus, place, records)).filter(
    ({ sequence }) => sequence >= start.from && sequence <= end,
  );
  if (start.isBirth && end >= start.from && commands[0]?.sequence !== start.from)
    throw incomplete(place, definition, start.from);
  const { incarnation } = await parts.bus.streamStatus('MAILBOX');
  return await run(parts, { definition, place, entry, records, commands, start, incarnation });
}

interface Start {
  readonly life: Life;
  /** First command to run. */
  readonly from: number;
  /** True when that one must be there, for with it the life began. */
  readonly isBirth: boolean;
}

interface ReplayTask {
  readonly definition: ActorDefinition;
  readonly place: PartitionedAddress;
  readonly entry: StateEntry;
  readonly records: readonly HistoryRecord[];
  readonly commands: readonly Stored[];
  readonly start: Start;
  readonly incarnation: string;
}

async function run(parts: ReplayParts, task: ReplayTask): Promise<Replay> {
  const { definition, place, entry, records, commands, start } = task;
  const buried = new Set(records.filter(({ isBuried }) => isBuried).map(({ upTo }) => upTo));
  // The commands themselves may be gone: a buried one is not archived.
  const turns = records.filter(({ isBuried, timers, upTo }) => isBuried && timers && upTo >= start.from);
  const recorded = new Map<number, readonly Input[]>(
    records.flatMap(({ inputs = [] }) => inputs.map(({ sequence, inputs: given }) => [sequence, given] as const)),
  );
  const stored = new Map(records.filter(({ commands: kept }) => kept).map(({ upTo, state }) => [upTo, state ?? null]));
  stored.set(entry.lastSeq, entry.state ?? null);
  let life = start.life;
  let upTo = start.from - 1;
  let messages = 0;
  let compared = 0;
  for (const command of commands) {
    upTo = command.sequence;
    while (turns[0] !== undefined && turns[0].upTo < upTo) life = { ...life, timers: turns.shift()!.timers! };
    if (!buried.has(command.sequence)) {
      life = await runOne(bunchParts(parts, task), definition, place, life, command, recorded);
      messages++;
    }
    if (!stored.has(upTo)) continue;
    compared++;
    const rebuilt: unknown = life.stateText === undefined ? null : JSON.parse(life.stateText);
    const expected = stored.get(upTo);
    if (!isSameJson(expected, rebuilt)) {
      return { upTo, messages, state: rebuilt, compared, difference: { sequence: upTo, stored: expected, rebuilt } };
    }
  }
  return { upTo, messages, state: life.stateText === undefined ? null : JSON.parse(life.stateText), compared };
}

async function runOne(
  parts: BunchParts,
  definition: ActorDefinition,
  place: PartitionedAddress,
  from: Life,
  command: Stored,
  recorded: ReadonlyMap<number, readonly Input[]>,
): Promise<Life> {
  const task = { definition, address: place, from, attempt: 1, reins: {}, recorded };
  const ran = await runBunch(parts, task, [command]);
  if (ran.failure) {
    throw new AutoWeaveError(
      'AW_REPLAY_FAILED',
      `Cannot replay "${place.actor}/${place.key}": message ${command.sequence} fails with ${formatError(ran.failure.error)}`,
      { cause: ran.failure.error, hint: 'the handler depends on something beside its state, its message and ctx' },
    );
  }
  return { stateText: serialise(ran), timers: ran.timers, since: ran.since };
}

function bunchParts({ bus, clock, contracts }: ReplayParts, { incarnation }: ReplayTask): BunchParts {
  const never = () => Promise.reject(new AutoWeaveError('AW_REPLAY_FAILED', 'This call was not recorded'));
  return {
    contracts,
    clock,
    signal: new AbortController().signal,
    log: noLog,
    maxBodyBytes: bus.maxBodyBytes,
    incarnation,
    client: { call: never },
    cancellations: { check() {}, watch: () => () => {} },
    instruments: noInstruments,
    tracer: noTracer,
  };
}

/** The last time before `to` that the state was set from outside, or the beginning of this life. */
function findStart(records: readonly HistoryRecord[], entry: StateEntry, to: number): Start {
  const reset = records.findLast((record) => record.reset !== undefined && record.upTo <= to);
  if (reset?.reset) {
    const { state, timers } = reset.reset;
    const stateText = state === null ? undefined : JSON.stringify(state);
    return { life: { stateText, timers, since: reset.upTo }, from: reset.upTo + 1, isBirth: false };
  }
  return { life: { stateText: undefined, timers: {}, since: 0 }, from: entry.since, isBirth: entry.since > 0 };
}

async function readEntry(bus: Bus, place: PartitionedAddress): Promise<StateEntry> {
  const subject = stateSubject(place);
  const stored = await bus.last('STATE', subject);
  if (stored === undefined) throw new AutoWeaveError('AW_NOT_FOUND', `"${place.actor}/${place.key}" has no state`);
  return decodeEntry(subject, stored.body);
}

/** What has been sent to HISTORY, and what is on its way there. */
async function readHistory(
  bus: Bus,
  place: PartitionedAddress,
  { outbox }: StateEntry,
): Promise<readonly HistoryRecord[]> {
  const sent = await readEverything(bus, 'HISTORY', historySubject(place));
  const waiting = outbox.filter(({ to }) => to === 'HISTORY').map(itemBody);
  return [...sent.map(({ body }) => body), ...waiting]
    .map((body) => JSON.parse(new TextDecoder().decode(body)) as HistoryRecord)
    .sort((a, b) => a.upTo - b.upTo);
}

/** From the mailbox, from where they were parked, and from the archive; each once, in order. */
async function readCommands(
  bus: Bus,
  place: PartitionedAddress,
  records: readonly HistoryRecord[],
): Promise<readonly Stored[]> {
  const [waiting, parked] = await Promise.all([
    readEverything(bus, 'MAILBOX', storedCommandSubject(place)),
    readEverything(bus, 'MAILBOX', parkedSubject(place)),
  ]);
  const archived = records.flatMap(({ commands = [] }) =>
    commands.map(
      ({ sequence, headers, body }): Stored => ({
        stream: 'MAILBOX',
        sequence,
        subject: storedCommandSubject(place),
        headers,
        body: Buffer.from(body, 'base64'),
        storedAt: 0,
      }),
    ),
  );
  const all = [...archived, ...parked.map((copy) => fromParked(copy).stored), ...waiting];
  const bySequence = new Map(all.map((stored) => [stored.sequence, stored]));
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
}

async function readEverything(bus: Bus, stream: StreamName, filter: string): Promise<readonly Stored[]> {
  const all: Stored[] = [];
  let page: readonly Stored[];
  do {
    page = await bus.page(stream, { from: (all.at(-1)?.sequence ?? 0) + 1, filter, limit: PAGE });
    all.push(...page);
  } while (page.length === PAGE);
  return all;
}

function incomplete({ actor, key }: PartitionedAddress, { archive = false }: ActorDefinition, from: number) {
  return new AutoWeaveError(
    'AW_REPLAY_INCOMPLETE',
    `Cannot replay "${actor}/${key}": its first command, message ${from}, is no longer kept`,
    {
      hint: archive
        ? 'it is older than the archive'
        : 'set archive: true in the actor, for keys that begin from then on',
    },
  );
}
