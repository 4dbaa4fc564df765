import type { Stored, StreamName, StreamStatus } from '../bus/bus.ts';
import type { StreamDefinition } from '../bus/streams.ts';
import type { Headers } from '../message/message.ts';
import { createSequenceList, type SequenceList } from './sequence-list.ts';
import { createStreamLimits } from './stream-limits.ts';
import { compileFilter, isLiteral, type SubjectFilter } from './subject-filter.ts';

/** What one may ask of a stream without changing it. */
export interface StreamView {
  readonly name: StreamName;
  readonly status: StreamStatus;
  /** Counts what has come and what has gone: while it stays the same, so does everything else. */
  readonly changes: number;
  at(sequence: number): Stored | undefined;
  last(filter: string): Stored | undefined;
  page(filter: string, from?: number, limit?: number): readonly Stored[];
  count(filter: string, from?: number): number;
  subjects(filter: string): ReadonlyMap<string, number>;
}

/** The messages of one stream, with an index by subject and one by each filter that was asked for. */
export interface StreamContent extends StreamView {
  /** Appends, and lets go of what the limits of the stream no longer allow. */
  append(message: Incoming): Stored;
  /** Removes the messages with this very subject that stand before a sequence. */
  removeBefore(subject: string, sequence: number): void;
  remove(sequence: number): void;
  trim(filter: string, upTo: number): void;
  /** Lets go of what is too old now. */
  expire(now: number): void;
  /** All messages, in order. */
  all(): IterableIterator<Stored>;
}

export interface Incoming {
  readonly subject: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly storedAt: number;
}

/** Filters with an index of their own; beyond it the one that was asked for first goes. */
const MAX_INDEXES = 256;

interface Subject {
  readonly name: string;
  readonly list: SequenceList;
  /** Of the filters that it matches. */
  readonly lists: Set<SequenceList>;
}

interface FilterIndex {
  readonly matches: SubjectFilter;
  readonly list: SequenceList;
}

export function createStreamContent(definition: StreamDefinition, incarnation: string): StreamContent {
  const name = definition.name;
  const messages = new Map<number, Stored>();
  const subjects = new Map<string, Subject>();
  const indexes = new Map<string, FilterIndex>();
  const limits = createStreamLimits(definition);
  const { maxMessagesPerSubject = Number.POSITIVE_INFINITY } = definition;
  let lastSequence = 0;
  let changes = 0;

  const isThere = (sequence: number) => messages.has(sequence);
  const first = (): Stored | undefined => messages.values().next().value;

  const remove = (sequence: number): void => {
    const message = messages.get(sequence);
    if (message === undefined) return;
    messages.delete(sequence);
    changes++;
    limits.left(message);
    const subject = subjects.get(message.subject)!;
    subject.list.lose();
    for (const list of subject.lists) list.lose();
    if (subject.list.live === 0) subjects.delete(message.subject);
  };

  const subjectOf = (subject: string): Subject => {
    const known = subjects.get(subject);
    if (known !== undefined) return known;
    const lists = [...indexes.values()].filter(({ matches }) => matches(subject)).map(({ list }) => list);
    const made = { name: subject, list: createSequenceList(isThere), lists: new Set(lists) };
    subjects.set(subject, made);
    return made;
  };

  const matching = (filter: string): readonly Subject[] => {
    if (isLiteral(filter)) return subjects.has(filter) ? [subjects.get(filter)!] : [];
    const matches = compileFilter(filter);
    return [...subjects.values()].filter((subject) => matches(subject.name));
  };

  const forget = (filter: string): void => {
    const { list } = indexes.get(filter)!;
    indexes.delete(filter);
    for (const subject of subjects.values()) subject.lists.delete(list);
  };

  const listOf = (filter: string): SequenceList | undefined => {
    const known = subjects.get(filter) ?? indexes.get(filter);
    if (known !== undefined) return known.list;
    if (isLiteral(filter)) return undefined;
    if (indexes.size >= MAX_INDEXES) forget(indexes.keys().next().value!);
    const found = matching(filter);
    const sequences = found.flatMap((subject) => subject.list.from(0, Number.POSITIVE_INFINITY)).sort((a, b) => a - b);
    const list = createSequenceList(isThere, sequences);
    indexes.set(filter, { matches: compileFilter(filter), list });
    for (const subject of found) subject.lists.add(list);
    return list;
  };

  return {
    name,
    get status() {
      return {
        messages: messages.size,
        firstSequence: first()?.sequence ?? lastSequence + 1,
        lastSequence,
        incarnation,
      };
    },
    get changes() {
      return changes;
    },
    at: (sequence) => messages.get(sequence),
    last(filter) {
      const list = subjects.get(filter)?.list ?? indexes.get(filter)?.list;
      const sequence = list
        ? list.last()
        : matching(filter).reduce((last, subject) => Math.max(last, subject.list.last() ?? 0), 0);
      return sequence === undefined ? undefined : messages.get(sequence);
    },
    page: (filter, from = 1, limit = Number.POSITIVE_INFINITY) =>
      (listOf(filter)?.from(from, limit) ?? []).map((sequence) => messages.get(sequence)!),
    count: (filter, from = 1) => listOf(filter)?.countFrom(from) ?? 0,
    subjects: (filter) => new Map(matching(filter).map((subject) => [subject.name, subject.list.live])),
    append(incoming) {
      const stored: Stored = { stream: name, sequence: ++lastSequence, ...incoming };
      const subject = subjectOf(incoming.subject);
      changes++;
      messages.set(stored.sequence, stored);
      subject.list.add(stored.sequence);
      for (const list of subject.lists) list.add(stored.sequence);
      limits.came(stored);
      if (subject.list.live > maxMessagesPerSubject) remove(subject.list.first()!);
      while (limits.isFull) remove(first()!.sequence);
      return stored;
    },
    removeBefore(subject, end) {
      for (const sequence of subjects.get(subject)?.list.from(0, Number.POSITIVE_INFINITY) ?? []) {
        if (sequence < end) remove(sequence);
      }
    },
    remove,
    trim(filter, upTo) {
      if (filter === '>') {
        for (let oldest = first(); oldest !== undefined && oldest.sequence <= upTo; oldest = first()) {
          remove(oldest.sequence);
        }
        // The server moves the stream's end along, as if what is not there yet had been there.
        lastSequence = Math.max(lastSequence, upTo);
        return;
      }
      for (const subject of matching(filter)) {
        for (const sequence of subject.list.from(0, Number.POSITIVE_INFINITY)) {
          if (sequence > upTo) break;
          remove(sequence);
        }
      }
    },
    expire(now) {
      for (let oldest = first(); oldest !== undefined && limits.isTooOld(oldest, now); oldest = first()) {
        remove(oldest.sequence);
      }
    },
    all: () => messages.values(),
  };
}
