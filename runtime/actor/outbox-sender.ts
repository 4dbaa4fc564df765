import type { Outgoing } from '../bus/bus.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { type Cursor, type CursorBatchParts, commitWithCursors, type Move } from './cursor-batch.ts';
import { itemBody, type OutboxItem } from './entry.ts';

/** What one commit of one key sends to one stream. */
export interface Shipment {
  readonly partition: number;
  /** Sequence of the commit in STATE. */
  readonly at: number;
  readonly items: readonly OutboxItem[];
}

/** Sends outboxes to one stream, in the order of their commits, several partitions in a batch. */
export interface OutboxSender {
  /** Shipments of a partition must come in the order of `at`. */
  add(shipment: Shipment): void;
  /** Everything of the partition up to this commit has been sent. */
  sentUpTo(partition: number): number;
  /** Lowest commit of the partition that waits, or undefined. */
  firstWaiting(partition: number): number | undefined;
  /** Resolves when nothing waits. */
  whenIdle(): Promise<void>;
}

export interface OutboxSenderParts extends CursorBatchParts {
  /** Cursor of each partition, by number, as found in the target. */
  readonly cursors: readonly Cursor[];
  readonly instruments: Instruments;
  readonly tracer: Tracer;
  /** Called once when sending has failed for good: the process has lost its partitions. */
  readonly onLost: (error: unknown) => void;
}

/** Cursors and items of one batch, well under the server's 1,000. */
const MAX_MESSAGES = 900;

export function partitionSource(partition: number): string {
  return `p${partition}`;
}

export function createOutboxSender(parts: OutboxSenderParts): OutboxSender {
  const { cursors, instruments, tracer, signal, target, onLost, bus } = parts;
  let queue: Shipment[] = [];
  let isRunning = false;
  let idleWaiters: (() => void)[] = [];

  const run = async () => {
    isRunning = true;
    try {
      while (queue.length > 0) {
        const load = takeLoad(queue, bus.maxEntryBytes);
        await send(load);
        queue = queue.slice(load.length);
      }
    } catch (error) {
      if (!signal.aborted) onLost(error);
    } finally {
      isRunning = false;
      if (queue.length === 0) {
        for (const resolve of idleWaiters) resolve();
        idleWaiters = [];
      }
    }
  };

  const send = async (load: readonly Shipment[]): Promise<void> => {
    const ends = new Map<number, number>();
    for (const { partition, at } of load) ends.set(partition, at);
    const moves: Move[] = [...ends].map(([partition, to]) => ({
      source: partitionSource(partition),
      cursor: cursors[partition]!,
      to,
    }));
    const items = load.flatMap((shipment) => shipment.items);
    const spans = items.map(({ headers }) =>
      tracer.continueSpan('outbox.send', {
        parent: headers['traceparent'],
        file: 'runtime/actor/outbox-sender.ts',
        attributes: { stream: target, type: headers['ce-type'] ?? '' },
      }),
    );
    await commitWithCursors(parts, moves, items.map(toOutgoing));
    for (const span of spans) span.end();
    instruments.outboxItems.add(items.length, { target });
  };

  return {
    add(shipment) {
      // Sent by an earlier process, or by this one before it lost the answer.
      if (shipment.at <= cursors[shipment.partition]!.at || shipment.items.length === 0) return;
      queue.push(shipment);
      if (!isRunning) void run();
    },
    sentUpTo: (partition) => cursors[partition]!.at,
    firstWaiting: (partition) => queue.find((shipment) => shipment.partition === partition)?.at,
    whenIdle: () =>
      new Promise((resolve) => {
        if (queue.length === 0) resolve();
        else idleWaiters.push(resolve);
      }),
  };
}

function toOutgoing(item: OutboxItem): Outgoing {
  return { subject: item.subject, headers: item.headers, body: itemBody(item) };
}

function takeLoad(queue: readonly Shipment[], maxBytes: number): readonly Shipment[] {
  const partitions = new Set<number>();
  let messages = 0;
  let bytes = 0;
  let count = 0;
  for (const { partition, items } of queue) {
    partitions.add(partition);
    messages += items.length;
    for (const { body } of items) bytes += body.length;
    if (count > 0 && (messages + partitions.size > MAX_MESSAGES || bytes > maxBytes)) break;
    count++;
  }
  return queue.slice(0, count);
}
