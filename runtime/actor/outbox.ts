import type { Bus, Stored, StreamName } from '../bus/bus.ts';
import { PARTITIONS } from '../bus/streams.ts';
import type { Clock } from '../clock/clock.ts';
import { parseState, SYSTEM_TENANT } from '../message/subjects.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import type { CommitRequest } from './committer.ts';
import { readCursor } from './cursor-batch.ts';
import { datedItems, decodeEntry, itemBody, type OutboxItem } from './entry.ts';
import { createOutboxSender, type OutboxSender, partitionSource } from './outbox-sender.ts';

/**
 * What has been committed and is to be sent: hands each item to the sender of its stream, and answers to their callers.
 *
 * An item stays in its entry until its target's cursor covers it. Which entries may hold such items after a crash, a
 * *watermark* in STATE says for each partition: all commits up to it have been sent everywhere. It is written now and
 * then, so that a start reads only what was written since.
 */
export interface Outbox {
  /** A commit that has just been stored; called in the order of STATE. */
  onStored(request: CommitRequest, sequence: number): void;
  isSent(partition: number, item: OutboxItem & { readonly at: number }): boolean;
  /** Writes the watermarks that have moved. */
  writeWatermarks(): Promise<void>;
  whenIdle(): Promise<void>;
}

export interface OutboxParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly writer: string;
  /** Incarnation of STATE. */
  readonly incarnation: string;
  readonly instruments: Instruments;
  readonly tracer: Tracer;
  readonly log: Log;
  readonly onLost: (error: unknown) => void;
}

const TARGETS = ['EVENTS', 'MAILBOX', 'DEAD'] as const satisfies readonly StreamName[];
const WATERMARK = 'watermark';
const PAGE = 500;

interface Watermark {
  readonly upTo: number;
  readonly incarnation: string;
}

/** Reads cursors and watermarks, and sends first what an earlier process left. */
export async function openOutbox(parts: OutboxParts): Promise<Outbox> {
  const { bus, incarnation } = parts;
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const watermarks = await Promise.all(partitions.map((partition) => readWatermark(bus, partition, incarnation)));
  const senders = new Map<string, OutboxSender>();
  for (const target of TARGETS) {
    const cursors = await Promise.all(
      partitions.map(async (partition) => {
        const cursor = await readCursor(bus, target, partitionSource(partition), incarnation);
        // A cursor may have been discarded with the age of its stream; the watermark never is.
        return { ...cursor, at: Math.max(cursor.at, watermarks[partition]!) };
      }),
    );
    senders.set(target, createOutboxSender({ ...parts, target, cursors }));
  }
  /** Last commit of each partition that this process knows of. */
  const lastCommit = [...watermarks];

  const send = (partition: number, items: readonly (OutboxItem & { readonly at: number })[]): void => {
    for (const target of TARGETS) {
      const own = items.filter((item) => item.to === target);
      if (own.length > 0) senders.get(target)!.add({ partition, at: own[0]!.at, items: own });
    }
    for (const item of items) if (item.to === 'REPLY') bus.answer(item.subject, item.headers, itemBody(item));
  };

  for (const partition of partitions) {
    const left = await readUnsent(parts, partition, watermarks[partition]!);
    lastCommit[partition] = Math.max(lastCommit[partition]!, left.last);
    for (const items of groupByCommit(left.items)) send(partition, items);
  }

  return {
    onStored({ partition, entry }, sequence) {
      lastCommit[partition] = sequence;
      const fresh = entry.outbox.filter((item) => item.at === undefined).map((item) => ({ ...item, at: sequence }));
      if (fresh.length > 0) send(partition, fresh);
    },
    isSent(partition, item) {
      // An answer is sent at once, and again only by an owner that finds it above the watermark.
      return item.to === 'REPLY' || item.at <= senders.get(item.to)!.sentUpTo(partition);
    },
    async writeWatermarks() {
      const moved = partitions.filter((partition) => {
        const isSending = TARGETS.some((target) => senders.get(target)!.firstWaiting(partition) !== undefined);
        return !isSending && lastCommit[partition]! > watermarks[partition]!;
      });
      if (moved.length === 0) return;
      const values = moved.map((partition) => ({ upTo: lastCommit[partition]!, incarnation }) satisfies Watermark);
      await bus.commit(
        'STATE',
        moved.map((partition, index) => ({
          subject: watermarkSubject(partition),
          body: new TextEncoder().encode(JSON.stringify(values[index])),
        })),
      );
      for (const [index, partition] of moved.entries()) watermarks[partition] = values[index]!.upTo;
    },
    async whenIdle() {
      await Promise.all([...senders.values()].map((sender) => sender.whenIdle()));
    },
  };
}

function watermarkSubject(partition: number): string {
  return `aw.${SYSTEM_TENANT}.state.${partition}.${WATERMARK}.outbox`;
}

async function readWatermark(bus: Bus, partition: number, incarnation: string): Promise<number> {
  const stored = await bus.last('STATE', watermarkSubject(partition));
  if (stored === undefined) return 0;
  try {
    const watermark = JSON.parse(new TextDecoder().decode(stored.body)) as Watermark;
    return watermark.incarnation === incarnation && Number.isSafeInteger(watermark.upTo) ? watermark.upTo : 0;
  } catch {
    // None of ours: then all entries are read, and the cursors decide.
    return 0;
  }
}

interface Unsent {
  readonly items: readonly (OutboxItem & { readonly at: number })[];
  /** Sequence of the last entry; 0 when there is none. */
  readonly last: number;
}

/** Items of all entries above the watermark. The cursors of their targets decide which of them are sent. */
async function readUnsent({ bus, log }: OutboxParts, partition: number, watermark: number): Promise<Unsent> {
  const items: (OutboxItem & { readonly at: number })[] = [];
  let last = 0;
  let page: readonly Stored[];
  do {
    page = await bus.page('STATE', {
      from: Math.max(last, watermark) + 1,
      filter: `aw.*.state.${partition}.>`,
      limit: PAGE,
    });
    for (const { subject, body, sequence } of page) {
      last = sequence;
      const address = parseState(subject);
      const isWatermark = address?.tenant === SYSTEM_TENANT && address.actor === WATERMARK;
      if (address === undefined || isWatermark) continue;
      try {
        items.push(...datedItems(decodeEntry(subject, body).outbox, sequence));
      } catch (error) {
        // Something else wrote there. Its key says so when it is used; the others go on.
        log.error('state.corrupt', { subject, sequence, error });
      }
    }
  } while (page.length === PAGE);
  return { items, last };
}

/** In the order of their commits; of one commit in the order they were made. */
function groupByCommit<Item extends { readonly at: number }>(items: readonly Item[]): readonly (readonly Item[])[] {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const group = groups.get(item.at);
    if (group) group.push(item);
    else groups.set(item.at, [item]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
