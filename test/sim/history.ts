import type { Stored, StreamName } from '../../runtime/bus/bus.ts';
import type { MemoryBroker } from '../../runtime/testkit/testkit.ts';
import {
  addressOf,
  entryOf,
  idOf,
  kindOf,
  type StoredEntry,
  type StoredRecord,
  sourceOf,
  textOf,
  typeOf,
} from './stored.ts';
import { watchTrimming } from './trim-watch.ts';
import { Violation } from './violation.ts';

/**
 * Everything that was ever stored, also what the streams hold no more, looked at as it comes:
 *
 * - an entry of STATE is written by the owner that the fence of its partition names, and never goes back;
 * - a mark says handled and sent only of what is, and handled never of less than before;
 * - what stands in EVENTS, MAILBOX, DEAD and JOBS was sent by a stored entry (or a sender), and is there once;
 * - what has left MAILBOX was handled, or a copy of it is parked there;
 * - a turn of a timer comes once, and only one that a stored entry has asked for;
 * - a paused key handles nothing.
 */
export interface History {
  /** Commands, in the order in which they were stored; trimmed ones included. */
  readonly mailbox: readonly Stored[];
  readonly events: readonly Stored[];
  readonly dead: readonly Stored[];
  /** The last entry of each key, by `actor/key`. */
  readonly entries: ReadonlyMap<string, StoredEntry>;
  /** The last message handled of each key. */
  readonly handled: ReadonlyMap<string, number>;
  /** Sequences of the messages that were given up, as HISTORY has it. */
  readonly buried: ReadonlySet<number>;
  /** What handlers were told of the time, by the sequence of their message, as HISTORY has it. */
  readonly times: ReadonlyMap<number, readonly number[]>;
  /** By `actor/key`: after which of its messages it was destroyed by an operator, as HISTORY has it. */
  readonly destroyed: ReadonlyMap<string, readonly number[]>;
  /** Keys that are paused. */
  readonly paused: ReadonlySet<string>;
  /** Turns of timers that have come. */
  readonly turns: number;
  /** Everything that was stored has had its effect, all that follows from it has been sent, and no timer is left. */
  readonly isAtRest: boolean;
  /** Commands that are still in MAILBOX. */
  readonly kept: number;
  /** What is still to happen, for people to read. */
  readonly missing: readonly string[];
  /** Looks at what was stored since the last look. @throws Violation */
  look(): void;
}

interface Unsent {
  readonly partition: number;
  /** Sequence in STATE. */
  readonly at: number;
}

const TURNS = 'aw.*.timer.>';

export function recordHistory(broker: MemoryBroker): History {
  // What commits is looked at before what follows from it.
  const streams = (['STATE', 'EVENTS', 'MAILBOX', 'DEAD', 'HISTORY', 'JOBS'] as const).map((name) =>
    broker.stream(name),
  );
  const next = new Map<StreamName, number>(streams.map(({ name }) => [name, 1]));
  const mailboxStream = broker.stream('MAILBOX');
  const mailbox: Stored[] = [];
  const events: Stored[] = [];
  const dead: Stored[] = [];
  const entries = new Map<string, StoredEntry>();
  const handled = new Map<string, number>();
  const buried = new Set<number>();
  const times = new Map<number, readonly number[]>();
  const destroyed = new Map<string, number[]>();
  const paused = new Set<string>();
  /** Turns that wait at the broker. */
  const scheduled = new Set<string>();
  let turns = 0;
  const marks = new Map<number, number>();
  const fences = new Map<number, string | null>();
  /** Sequences of messages without effect, by `actor/key`. */
  const unhandled = new Map<string, { readonly partition: number; readonly sequences: number[] }>();
  /** Items of stored entries, by target and id. */
  const unsent = new Map<string, readonly Unsent[]>();
  const unforwarded = new Set<string>();
  const known = new Set<string>();

  /** Of all streams, at the last look. */
  let lookedAt = -1;

  const countChanges = (): number => {
    let changes = 0;
    for (const stream of streams) changes += stream.changes;
    return changes;
  };

  const handledUpTo = (name: string): number => handled.get(name) ?? 0;
  const trimming = watchTrimming(
    mailboxStream,
    (subject, sequence) => handledUpTo(addressOf(subject).name) >= sequence,
  );

  const take = (what: string): void => {
    const [item, ...more] = unsent.get(what) ?? [];
    if (item === undefined) throw new Violation(`${what} was stored twice, or no stored entry sends it`);
    if (more.length > 0) unsent.set(what, more);
    else unsent.delete(what);
  };

  const seeCommand = (message: Stored): void => {
    const { name, partition } = addressOf(message.subject);
    const id = idOf(message);
    const source = sourceOf(message);
    if (source.startsWith('timer/')) {
      // One that was due when it was set goes into the mailbox at once.
      if (!scheduled.delete(id)) take(`MAILBOX ${id}`);
      turns++;
    } else if (source.startsWith('actor/')) {
      if (typeOf(message) !== 'counter.added') take(`MAILBOX ${id}`);
      else if (!unforwarded.delete(id)) throw new Violation(`Event ${id} was forwarded twice, or was never an event`);
    } else if (known.has(id)) throw new Violation(`Command ${id} was stored twice`);
    known.add(id);
    mailbox.push(message);
    trimming.addCommand(message);
    const waiting = unhandled.get(name) ?? { partition, sequences: [] };
    unhandled.set(name, waiting);
    waiting.sequences.push(message.sequence);
  };

  const seeEntry = (message: Stored): void => {
    const { name, partition } = addressOf(message.subject);
    const entry = entryOf(message);
    const owner = fences.get(partition);
    if (owner !== entry.writer) {
      throw new Violation(`"${entry.writer}" wrote ${name} (STATE ${message.sequence}) behind the fence of "${owner}"`);
    }
    const before = handledUpTo(name);
    if (paused.has(name) && entry.lastSeq > before) {
      throw new Violation(`${name} was paused after ${before}, and has handled ${entry.lastSeq}`);
    }
    // A key without a state is forgotten when all its messages are handled, and may begin anew.
    const isNew = entry.lastSeq === 0 && entries.get(name)?.state === undefined;
    if (entry.lastSeq < before && !isNew) throw new Violation(`${name} went back from ${before} to ${entry.lastSeq}`);
    entries.set(name, entry);
    if (entry.isPaused) paused.add(name);
    else paused.delete(name);
    handled.set(name, Math.max(before, entry.lastSeq));
    const waiting = unhandled.get(name)?.sequences ?? [];
    const left = waiting.findIndex((sequence) => sequence > entry.lastSeq);
    waiting.splice(0, left === -1 ? waiting.length : left);
    for (const { to, at, ...item } of entry.outbox) {
      if (to === 'REPLY' || at !== undefined) continue;
      const isRecord = to === 'HISTORY';
      const what = `${to} ${isRecord ? `${item.subject} ${item.body}` : to === 'JOBS' ? item.subject : idOf(item)}`;
      // Records have no ids: those of two orders to destroy a key are the same, and both are sent.
      const before = isRecord ? (unsent.get(what) ?? []) : [];
      unsent.set(what, [...before, { partition, at: message.sequence }]);
    }
  };

  const seeMark = ({ subject, body }: Stored): void => {
    const { partition } = addressOf(subject);
    const mark = JSON.parse(textOf({ body })) as { sentUpTo: number; handledUpTo: number };
    const before = marks.get(partition) ?? 0;
    marks.set(partition, mark.handledUpTo);
    // Below it, keys that have no state are forgotten: nobody would know their messages again.
    if (mark.handledUpTo < before) {
      throw new Violation(`The mark of partition ${partition} went back from ${before} to ${mark.handledUpTo}`);
    }
    for (const [name, waiting] of unhandled) {
      if (waiting.partition !== partition) continue;
      for (const sequence of waiting.sequences) {
        if (sequence > mark.handledUpTo || trimming.isParked(sequence)) continue;
        throw new Violation(`Partition ${partition} is marked handled up to ${mark.handledUpTo}, ${name} is not`);
      }
    }
    for (const [what, [item]] of unsent) {
      if (item?.partition === partition && item.at <= mark.sentUpTo) {
        throw new Violation(`Partition ${partition} is marked sent up to ${mark.sentUpTo}, ${what} is not`);
      }
    }
  };

  const seeHistory = (message: Stored): void => {
    const text = textOf(message);
    take(`HISTORY ${message.subject} ${text}`);
    const { from, upTo, isBuried, inputs = [], reset } = JSON.parse(text) as StoredRecord;
    if (isBuried) buried.add(from);
    for (const { sequence, inputs: given } of inputs) times.set(sequence, given);
    if (reset === undefined) return;
    const { name } = addressOf(message.subject);
    destroyed.set(name, [...(destroyed.get(name) ?? []), upTo]);
  };

  const seeState = (message: Stored): void => {
    const { tenant, actor, partition } = addressOf(message.subject);
    if (tenant !== '_sys') seeEntry(message);
    else if (actor === 'fence') fences.set(partition, (JSON.parse(textOf(message)) as { owner: string | null }).owner);
    else if (actor === 'mark') seeMark(message);
  };

  /** By the kind of their subjects; each belongs to one stream. */
  const see: Readonly<Record<string, (message: Stored) => void>> = {
    state: seeState,
    cmd: seeCommand,
    evt(message) {
      take(`EVENTS ${idOf(message)}`);
      unforwarded.add(idOf(message));
      events.push(message);
    },
    dead(message) {
      take(`DEAD ${idOf(message)}`);
      dead.push(message);
    },
    // The id of a job stands in its subject.
    job: ({ subject }) => take(`JOBS ${subject}`),
    parked: trimming.addCopy,
    history: seeHistory,
    timer(message) {
      take(`MAILBOX ${idOf(message)}`);
      scheduled.add(idOf(message));
    },
  };

  return {
    mailbox,
    events,
    dead,
    entries,
    handled,
    buried,
    times,
    destroyed,
    paused,
    get turns() {
      return turns;
    },
    get isAtRest() {
      if (unsent.size > 0 || unforwarded.size > 0 || mailboxStream.count(TURNS) > 0) return false;
      for (const { sequences } of unhandled.values()) if (sequences.length > 0) return false;
      for (const { timers } of entries.values()) if (timers !== undefined) return false;
      return paused.size === 0;
    },
    get kept() {
      return trimming.kept;
    },
    get missing() {
      const waiting = [...unhandled].filter(([, { sequences }]) => sequences.length > 0);
      return [
        ...waiting.map(([name, { sequences }]) => `${name} has not handled ${sequences.join(' ')}`),
        ...[...entries].flatMap(([name, { timers = {} }]) =>
          Object.keys(timers).map((timer) => `timer ${timer} of ${name} has not come`),
        ),
        ...[...paused].map((name) => `${name} is paused`),
        ...[...unsent.keys()].map((what) => `${what} was not sent`),
        ...[...unforwarded].map((id) => `event ${id} was not forwarded`),
      ];
    },
    look() {
      const changes = countChanges();
      if (changes === lookedAt) return;
      lookedAt = changes;
      for (const stream of streams) {
        const { lastSequence } = stream.status;
        for (let at = next.get(stream.name)!; at <= lastSequence; at++) {
          next.set(stream.name, at + 1);
          const message = stream.at(at);
          // Gone within the same event: replaced, as fences, marks and cursors are.
          if (message !== undefined) see[kindOf(message.subject)]?.(message);
        }
      }
      trimming.look();
    },
  };
}
