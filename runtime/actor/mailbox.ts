import type { Bus } from '../bus/bus.ts';
import { PARTITIONS } from '../bus/streams.ts';
import type { Load } from './load.ts';
import type { Partition } from './partition.ts';

/**
 * Reads the mailbox log and hands each message to its partition. Partitions that were taken together are read
 * together; when one of them goes, their reader goes on with the others alone.
 */
export interface Mailbox {
  /** Reads for these partitions from where each of them begins. */
  add(partitions: readonly Partition[]): void;
  /** True while every reader reads. */
  readonly isReading: boolean;
  /** Rejects when reading has ended by itself: the broker is gone for good. */
  readonly failed: Promise<never>;
}

/** Messages handed out and not handled, at most; beyond it reading pauses. */
const MAX_MESSAGES = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Handlers at work, whose messages may be parked already. */
const MAX_HANDLERS = 10_000;
/** From so many partitions on all is read: a filter costs the server more per message than the others cost us. */
const MANY = PARTITIONS / 4;

/** @param signal ends all reading */
export function openMailbox(bus: Bus, load: Load, signal: AbortSignal): Mailbox {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const waiting = new Set<() => void>();
  let ended = 0;
  load.onLess = () => {
    if (waiting.size === 0 || isFull()) return;
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  signal.addEventListener('abort', () => load.onLess(), { once: true });

  const isFull = (): boolean =>
    !signal.aborted && (load.messages >= MAX_MESSAGES || load.bytes >= MAX_BYTES || load.handlers >= MAX_HANDLERS);

  const untilLess = (change: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = () => {
        change.removeEventListener('abort', done);
        resolve();
      };
      waiting.add(done);
      change.addEventListener('abort', done, { once: true });
    });

  /** Until the group has changed, the signal aborts, or the log can't be read. */
  const readGroup = async (group: ReadonlyMap<number, Partition>, from: number): Promise<number> => {
    const change = new AbortController();
    const onGone = () => change.abort(GONE);
    for (const partition of group.values()) partition.signal.addEventListener('abort', onGone, { once: true });
    const filters = group.size >= MANY ? {} : { filters: [...group.keys()].map((number) => `aw.*.cmd.${number}.>`) };
    let next = from;
    for await (const bunch of bus.read('MAILBOX', {
      from,
      ...filters,
      signal: AbortSignal.any([signal, change.signal]),
    })) {
      for (const stored of bunch) group.get(partitionOf(stored.subject) ?? -1)?.deliver(stored);
      const last = bunch.at(-1)!.sequence;
      for (const partition of group.values()) partition.advance(last);
      next = last + 1;
      while (isFull() && !change.signal.aborted) await untilLess(change.signal);
    }
    if (!signal.aborted && !change.signal.aborted) throw new Error('The mailbox can no longer be read');
    return next;
  };

  const follow = async (partitions: readonly Partition[]): Promise<void> => {
    let next = Math.min(...partitions.map(({ handledUpTo }) => handledUpTo)) + 1;
    while (!signal.aborted) {
      const group = new Map(partitions.filter((one) => !one.signal.aborted).map((one) => [one.number, one]));
      if (group.size === 0) return;
      next = await readGroup(group, next);
    }
  };

  return {
    add(partitions) {
      follow(partitions).catch((error: unknown) => {
        ended++;
        failed.reject(error);
      });
    },
    get isReading() {
      return ended === 0 && !signal.aborted;
    },
    failed: failed.promise,
  };
}

/**
 * The server has put the partition in, also where key or actor can't be read. Undefined for what is no command: a
 * cursor, a timer that is not due, a parked copy.
 */
function partitionOf(subject: string): number | undefined {
  const afterTenant = subject.indexOf('.', SCOPE.length);
  if (!subject.startsWith(COMMAND, afterTenant)) return undefined;
  const from = afterTenant + COMMAND.length;
  return Number(subject.slice(from, subject.indexOf('.', from)));
}

/** Made once: the default reason is an error with a stack each time. */
const GONE = new Error('A partition has gone');
const SCOPE = 'aw.';
const COMMAND = '.cmd.';
