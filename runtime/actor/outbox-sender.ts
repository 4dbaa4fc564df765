import type { Outgoing } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import type { Fenced, Guard } from './committer.ts';
import { type Cursor, type CursorBatchParts, commitWithCursors, type Move, readCursor } from './cursor-batch.ts';
import { itemBody, type OutboxItem } from './entry.ts';

/** What one commit of one key sends to one stream. */
export interface Shipment {
  readonly partition: Fenced;
  /** Sequence of the commit in STATE. */
  readonly at: number;
  readonly items: readonly OutboxItem[];
}

/** Sends outboxes to one stream, in the order of their commits, several partitions in a batch. */
export interface OutboxSender {
  /** Begins with a partition whose cursor was found in the target. */
  take(partition: Fenced, cursor: Cursor): void;
  /** Shipments of a partition must come in the order of `at`. */
  add(shipment: Shipment): void;
  /** Everything of the partition up to this commit is in the target; Infinity when nothing waits. */
  sentUpTo(partition: Fenced): number;
  /** True for a commit whose items are in the target. */
  isSent(partition: Fenced, at: number): boolean;
  /** Resolves when nothing of the partition waits, or it is lost. */
  whenSent(partition: Fenced): Promise<void>;
}

export interface OutboxSenderParts extends CursorBatchParts {
  readonly guard: Guard;
  readonly instruments: Instruments;
  readonly tracer: Tracer;
  readonly log: Log;
  /** Called before jobs are stored, so that there is what takes them; what it throws makes them wait. */
  readonly prepareJobs?: PrepareJobs | undefined;
}

/** Given what is about to be stored in JOBS. */
export type PrepareJobs = (items: readonly Pick<OutboxItem, 'subject' | 'deliver'>[]) => Promise<void>;

interface Sending {
  cursor: Cursor;
  waiting: number;
  onSent: (() => void)[];
}

/** Cursors and items of one batch, well under the server's 1,000. */
const MAX_MESSAGES = 900;
const PAUSE_MS = 100;

export function createOutboxSender(parts: OutboxSenderParts): OutboxSender {
  const { instruments, tracer, signal, target, bus, clock, guard, log, incarnation } = parts;
  const sendings = new Map<Fenced, Sending>();
  let queue: Shipment[] = [];
  let isRunning = false;

  const run = async (): Promise<void> => {
    isRunning = true;
    while (queue.length > 0 && !signal.aborted) {
      queue = settle(queue, isDue);
      const load = takeLoad(queue, bus.maxEntryBytes);
      if (load.length === 0) break;
      try {
        if (await send(load)) {
          const sent = new Set(load);
          queue = settle(queue, (shipment) => !sent.has(shipment));
        } else {
          await lookAgain(load);
        }
      } catch (error) {
        if (signal.aborted) break;
        // Whatever it is, nothing is lost: what waits is still in its entry.
        log.error('outbox.failed', { target, error });
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    }
    isRunning = false;
  };

  const isDue = ({ partition, at }: Shipment): boolean =>
    !partition.signal.aborted && at > (sendings.get(partition)?.cursor.at ?? 0);

  /** Those that stay; the others are sent, or no longer ours to send. */
  const settle = (shipments: readonly Shipment[], stays: (shipment: Shipment) => boolean): Shipment[] =>
    shipments.filter((shipment) => {
      if (stays(shipment)) return true;
      const sending = sendings.get(shipment.partition);
      if (sending === undefined) return false;
      sending.waiting--;
      if (sending.waiting === 0) for (const resolve of sending.onSent.splice(0)) resolve();
      return false;
    });

  const send = async (load: readonly Shipment[]): Promise<boolean> => {
    const ends = new Map<Fenced, number>();
    for (const { partition, at } of load) ends.set(partition, at);
    const moves: Move[] = [...ends].map(([partition, to]) => ({
      source: partitionSource(partition.number),
      cursor: sendings.get(partition)!.cursor,
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
    if (target === 'JOBS') await parts.prepareJobs?.(items);
    const isStored = await commitWithCursors(parts, moves, items.map(toOutgoing));
    if (!isStored) return false;
    for (const span of spans) span.end();
    instruments.outboxItems.add(items.length, { target });
    return true;
  };

  /**
   * A cursor is not where we left it. Of partitions that are still ours the place where it is counts: everything up to
   * it has been sent, by an earlier owner or by our own batch whose answer was lost. A cursor that was discarded with
   * the age of its stream begins anew, which only the owner may decide.
   */
  const lookAgain = async (load: readonly Shipment[]): Promise<void> => {
    const partitions = [...new Set(load.map(({ partition }) => partition))];
    await guard.verify(partitions);
    for (const partition of partitions.filter((one) => !one.signal.aborted)) {
      const sending = sendings.get(partition)!;
      const found = await readUntilThere(partition);
      if (found) sending.cursor = { at: Math.max(sending.cursor.at, found.at), sequence: found.sequence };
    }
  };

  const readUntilThere = async (partition: Fenced): Promise<Cursor | undefined> => {
    while (!partition.signal.aborted) {
      try {
        return await readCursor(bus, target, partitionSource(partition.number), incarnation);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await clock.sleep(PAUSE_MS, partition.signal).catch(() => undefined);
      }
    }
    return undefined;
  };

  return {
    take(partition, cursor) {
      sendings.set(partition, { cursor, waiting: 0, onSent: [] });
      const forget = () => {
        const sending = sendings.get(partition);
        sendings.delete(partition);
        for (const resolve of sending?.onSent ?? []) resolve();
      };
      partition.signal.addEventListener('abort', forget, { once: true });
    },
    add(shipment) {
      if (shipment.items.length === 0 || !isDue(shipment)) return;
      sendings.get(shipment.partition)!.waiting++;
      queue.push(shipment);
      if (!isRunning) void run();
    },
    sentUpTo(partition) {
      const sending = sendings.get(partition);
      if (sending === undefined) return 0;
      return sending.waiting === 0 ? Number.POSITIVE_INFINITY : sending.cursor.at;
    },
    isSent: (partition, at) => at <= (sendings.get(partition)?.cursor.at ?? 0),
    whenSent: (partition) =>
      new Promise((resolve) => {
        const sending = sendings.get(partition);
        if (sending === undefined || sending.waiting === 0) resolve();
        else sending.onSent.push(resolve);
      }),
  };
}

export function partitionSource(partition: number): string {
  return `p${partition}`;
}

function toOutgoing(item: OutboxItem): Outgoing {
  const { subject, headers, deliver } = item;
  return { subject, headers, body: itemBody(item), ...(deliver ? { deliver } : {}) };
}

function takeLoad(queue: readonly Shipment[], maxBytes: number): readonly Shipment[] {
  const partitions = new Set<Fenced>();
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
