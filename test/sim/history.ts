import type { Stored, StreamName } from '../../runtime/bus/bus.ts';
import type { MemoryBroker } from '../../runtime/testkit/testkit.ts';
import { addressOf, entryOf, idOf, isKind, type StoredEntry, sourceOf, textOf, typeOf } from './stored.ts';

/** Something that must never be has been stored. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/**
 * Everything that was ever stored, also what the streams hold no more, looked at as it comes:
 *
 * - an entry of STATE is written by the owner that the fence of its partition names, and never goes back;
 * - a mark says handled and sent only of what is, and handled never of less than before;
 * - what stands in EVENTS, MAILBOX and DEAD was sent by a stored entry (or a sender), and is there once;
 * - what has left MAILBOX was handled, or a copy of it is parked there.
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
  /** Everything that was stored has had its effect, and all that follows from it has been sent. */
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

const COMMANDS = 'aw.*.cmd.>';
const COPIES = 'aw.*.parked.>';

function originalOf({ headers }: Stored): number {
  return Number(headers['aw-parked-sequence']);
}

export function recordHistory(broker: MemoryBroker): History {
  const next: Record<StreamName, number> = { EVENTS: 1, MAILBOX: 1, STATE: 1, DEAD: 1, HISTORY: 1 };
  // What commits is looked at before what follows from it.
  const streams = (['STATE', 'EVENTS', 'MAILBOX', 'DEAD', 'HISTORY'] as const).map((name) => broker.stream(name));
  const mailboxStream = broker.stream('MAILBOX');
  const mailbox: Stored[] = [];
  const events: Stored[] = [];
  const dead: Stored[] = [];
  const entries = new Map<string, StoredEntry>();
  const handled = new Map<string, number>();
  const buried = new Set<number>();
  const marks = new Map<number, number>();
  const fences = new Map<number, string | null>();
  /** Sequences of messages without effect, by `actor/key`. */
  const unhandled = new Map<string, { readonly partition: number; readonly sequences: number[] }>();
  /** Items of stored entries, by target and id. */
  const unsent = new Map<string, Unsent>();
  const unforwarded = new Set<string>();
  const known = new Set<string>();
  /** Commands that were in MAILBOX at the last look. */
  let kept: Stored[] = [];
  /** Sequences of messages that were ever parked, and the copies that still are. */
  const parked = new Set<number>();
  let copies: Stored[] = [];

  const handledUpTo = (name: string): number => handled.get(name) ?? 0;

  const take = (what: string): void => {
    if (!unsent.delete(what)) throw new Violation(`${what} was stored twice, or no stored entry sends it`);
  };

  const seeCommand = (message: Stored): void => {
    const { name, partition } = addressOf(message.subject);
    const id = idOf(message);
    if (sourceOf(message).startsWith('actor/')) {
      if (typeOf(message) !== 'counter.added') take(`MAILBOX ${id}`);
      else if (!unforwarded.delete(id)) throw new Violation(`Event ${id} was forwarded twice, or was never an event`);
    } else if (known.has(id)) throw new Violation(`Command ${id} was stored twice`);
    known.add(id);
    mailbox.push(message);
    kept.push(message);
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
    // A key without a state is forgotten when all its messages are handled, and may begin anew.
    const isNew = entry.lastSeq === 0 && entries.get(name)?.state === undefined;
    if (entry.lastSeq < before && !isNew) throw new Violation(`${name} went back from ${before} to ${entry.lastSeq}`);
    entries.set(name, entry);
    handled.set(name, Math.max(before, entry.lastSeq));
    const waiting = unhandled.get(name)?.sequences ?? [];
    const left = waiting.findIndex((sequence) => sequence > entry.lastSeq);
    waiting.splice(0, left === -1 ? waiting.length : left);
    for (const { to, at, ...item } of entry.outbox) {
      if (to === 'REPLY' || at !== undefined) continue;
      const id = to === 'HISTORY' ? `${item.subject} ${item.body}` : idOf(item);
      unsent.set(`${to} ${id}`, { partition, at: message.sequence });
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
        if (sequence > mark.handledUpTo || parked.has(sequence)) continue;
        throw new Violation(`Partition ${partition} is marked handled up to ${mark.handledUpTo}, ${name} is not`);
      }
    }
    for (const [what, item] of unsent) {
      if (item.partition === partition && item.at <= mark.sentUpTo) {
        throw new Violation(`Partition ${partition} is marked sent up to ${mark.sentUpTo}, ${what} is not`);
      }
    }
  };

  const see = (message: Stored): void => {
    const { stream, subject } = message;
    if (stream === 'MAILBOX' && isKind(subject, 'cmd')) seeCommand(message);
    if (stream === 'EVENTS' && isKind(subject, 'evt')) {
      take(`EVENTS ${idOf(message)}`);
      unforwarded.add(idOf(message));
      events.push(message);
    }
    if (stream === 'DEAD' && isKind(subject, 'dead')) {
      take(`DEAD ${idOf(message)}`);
      dead.push(message);
    }
    if (stream === 'MAILBOX' && isKind(subject, 'parked')) {
      parked.add(originalOf(message));
      copies.push(message);
    }
    if (stream === 'HISTORY' && isKind(subject, 'history')) {
      const text = textOf(message);
      take(`HISTORY ${subject} ${text}`);
      const { from, isBuried = false } = JSON.parse(text) as { from: number; isBuried?: boolean };
      if (isBuried) buried.add(from);
    }
    if (stream !== 'STATE') return;
    const { tenant, actor, partition } = addressOf(subject);
    if (tenant !== '_sys') seeEntry(message);
    else if (actor === 'fence') fences.set(partition, (JSON.parse(textOf(message)) as { owner: string | null }).owner);
    else if (actor === 'mark') seeMark(message);
  };

  const isHandled = (subject: string, sequence: number): boolean => handledUpTo(addressOf(subject).name) >= sequence;

  const lookForTrimmed = (): void => {
    const isThere = ({ sequence }: Stored): boolean => mailboxStream.at(sequence) !== undefined;
    if (mailboxStream.count(COMMANDS) !== kept.length) {
      for (const gone of kept.filter((message) => !isThere(message))) {
        if (isHandled(gone.subject, gone.sequence) || parked.has(gone.sequence)) continue;
        throw new Violation(`Message ${gone.sequence} on "${gone.subject}" was trimmed before it was handled`);
      }
      kept = kept.filter(isThere);
    }
    if (mailboxStream.count(COPIES) !== copies.length) {
      const left = copies.filter(isThere);
      const stillParked = new Set(left.map(originalOf));
      for (const gone of copies.filter((message) => !isThere(message))) {
        if (isHandled(gone.subject, originalOf(gone)) || stillParked.has(originalOf(gone))) continue;
        throw new Violation(`The parked copy of message ${originalOf(gone)} was trimmed before it was handled`);
      }
      copies = left;
    }
  };

  return {
    mailbox,
    events,
    dead,
    entries,
    handled,
    buried,
    get isAtRest() {
      if (unsent.size > 0 || unforwarded.size > 0) return false;
      for (const { sequences } of unhandled.values()) if (sequences.length > 0) return false;
      return true;
    },
    get kept() {
      return kept.length;
    },
    get missing() {
      const waiting = [...unhandled].filter(([, { sequences }]) => sequences.length > 0);
      return [
        ...waiting.map(([name, { sequences }]) => `${name} has not handled ${sequences.join(' ')}`),
        ...[...unsent.keys()].map((what) => `${what} was not sent`),
        ...[...unforwarded].map((id) => `event ${id} was not forwarded`),
      ];
    },
    look() {
      for (const stream of streams) {
        const { lastSequence } = stream.status;
        while (next[stream.name] <= lastSequence) {
          const message = stream.at(next[stream.name]++);
          // Gone within the same event: replaced, as fences, marks and cursors are.
          if (message !== undefined) see(message);
        }
      }
      lookForTrimmed();
    },
  };
}
