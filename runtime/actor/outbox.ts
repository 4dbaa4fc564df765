import type { Bus, StreamName } from '../bus/bus.ts';
import { unavailable } from '../bus/bus-errors.ts';
import { isSystemState, parseState } from '../message/subjects.ts';
import type { Fenced } from './committer.ts';
import { readCursors } from './cursor-batch.ts';
import { type DatedItem, datedItems, decodeEntry, itemBody } from './entry.ts';
import { fenceSubject } from './fence.ts';
import { createOutboxSender, type OutboxSender, type OutboxSenderParts, partitionSource } from './outbox-sender.ts';

/**
 * What has been committed and is to be sent: hands each item to the sender of its stream, and answers to their callers.
 * An item stays in its entry until its target's cursor covers it.
 */
export interface Outbox {
  /**
   * Begins with partitions that were just fenced: sends what their former owner has left.
   *
   * @param sentUpTo by partition, from its mark
   */
  take(partitions: readonly Fenced[], sentUpTo: (partition: number) => number): Promise<void>;
  /** Items of a commit that has just been stored; called in the order of STATE. */
  send(partition: Fenced, items: readonly DatedItem[], commit: number): void;
  isSent(partition: Fenced, item: DatedItem): boolean;
  /** Everything committed up to here has been sent everywhere. Sequence in STATE. */
  sentUpTo(partition: Fenced): number;
  /** Resolves when nothing of the partition waits, or it is lost. */
  whenSent(partition: Fenced): Promise<void>;
}

export type OutboxParts = Omit<OutboxSenderParts, 'target'>;

/** Streams that outboxes go to. */
export const TARGETS = ['EVENTS', 'MAILBOX', 'DEAD', 'HISTORY', 'JOBS'] as const satisfies readonly StreamName[];

export function createOutbox(parts: OutboxParts): Outbox {
  const { bus, incarnation, log } = parts;
  const senders = new Map<string, OutboxSender>(
    TARGETS.map((target) => [target, createOutboxSender({ ...parts, target })]),
  );
  const lastCommits = new WeakMap<Fenced, number>();

  const send = (partition: Fenced, items: readonly DatedItem[], commit: number): void => {
    lastCommits.set(partition, commit);
    for (const target of TARGETS) {
      const own = items.filter((item) => item.to === target);
      if (own.length > 0) senders.get(target)!.add({ partition, at: commit, items: own });
    }
    for (const item of items) if (item.to === 'REPLY') bus.answer(item.subject, item.headers, itemBody(item));
  };

  return {
    async take(partitions, sentUpTo) {
      const found = await Promise.all(TARGETS.map((target) => readCursors(bus, target, incarnation)));
      for (const [index, target] of TARGETS.entries()) {
        const sender = senders.get(target)!;
        const cursors = found[index]!;
        for (const partition of partitions) {
          const cursor = cursors.get(partitionSource(partition.number)) ?? { at: 0, sequence: 0 };
          // A cursor may have been discarded with the age of its stream; the mark never is.
          sender.take(partition, { ...cursor, at: Math.max(cursor.at, sentUpTo(partition.number)) });
        }
      }
      for (const { partition, items } of await readUnsent(bus, log, partitions, sentUpTo)) {
        for (const [at, group] of groupByCommit(items)) send(partition, group, at);
        lastCommits.set(partition, partition.fence);
      }
    },
    send,
    isSent(partition, item) {
      // An answer is sent at once, and again only by an owner that finds it above the mark.
      return item.to === 'REPLY' || senders.get(item.to)!.isSent(partition, item.at);
    },
    sentUpTo(partition) {
      const waiting = [...senders.values()].map((sender) => sender.sentUpTo(partition));
      return Math.min(lastCommits.get(partition) ?? 0, ...waiting);
    },
    async whenSent(partition) {
      await Promise.all([...senders.values()].map((sender) => sender.whenSent(partition)));
    },
  };
}

interface Unsent {
  readonly partition: Fenced;
  readonly items: readonly DatedItem[];
}

/**
 * Items of all entries above the marks; the cursors of their targets decide which of them are sent. Reads up to our own
 * fences, so that nothing is missed where a replica lags: behind them nobody else has written.
 */
async function readUnsent(
  bus: Bus,
  log: OutboxParts['log'],
  partitions: readonly Fenced[],
  sentUpTo: (partition: number) => number,
): Promise<readonly Unsent[]> {
  const found = new Map(partitions.map((partition) => [partition.number, [] as DatedItem[]]));
  const fences = new Set(partitions.map(({ number }) => fenceSubject(number)));
  const lastFence = Math.max(...partitions.map(({ fence }) => fence));
  const from = Math.min(...partitions.map(({ number }) => sentUpTo(number))) + 1;
  const ends = AbortSignal.any(partitions.map(({ signal }) => signal));
  const done = new AbortController();
  let isComplete = false;
  reading: for await (const bunch of bus.read('STATE', {
    from: Math.min(from, lastFence),
    signal: AbortSignal.any([ends, done.signal]),
  })) {
    for (const { subject, body, sequence } of bunch) {
      fences.delete(subject);
      const address = isSystemState(subject) ? undefined : parseState(subject);
      const items = address && found.get(address.partition);
      if (address && items && sequence > sentUpTo(address.partition)) {
        try {
          items.push(...datedItems(decodeEntry(subject, body).outbox, sequence));
        } catch (error) {
          // Something else wrote there. Its key says so when it is used; the others go on.
          log.error('state.corrupt', { subject, sequence, error });
        }
      }
      isComplete = sequence >= lastFence || fences.size === 0;
      if (isComplete) break reading;
    }
  }
  done.abort();
  // One of them was lost meanwhile: the others are to be read again.
  if (!isComplete) throw unavailable('a partition was lost while its states were read');
  return partitions.map((partition) => ({ partition, items: found.get(partition.number) ?? [] }));
}

/** In the order of their commits; of one commit in the order they were made. */
function groupByCommit(items: readonly DatedItem[]): readonly (readonly [number, readonly DatedItem[]])[] {
  const groups = new Map<number, DatedItem[]>();
  for (const item of items) {
    const group = groups.get(item.at);
    if (group) group.push(item);
    else groups.set(item.at, [item]);
  }
  return [...groups].sort(([a], [b]) => a - b);
}
