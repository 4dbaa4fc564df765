import type { Bus, Outgoing, StreamName } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { cursorSubject } from '../message/subjects.ts';

/**
 * How far a source has been sent to a target stream, kept in the target itself: each batch begins with the cursors of
 * its sources, on condition that nobody has moved them. A batch that comes twice, or from an owner that was replaced,
 * is refused whole, however long ago the first one was.
 */

/** What a cursor says: everything of the source up to `at` is in the target. */
export interface CursorValue {
  readonly writer: string;
  /** Position in the source; a sequence of the log that the source reads. */
  readonly at: number;
  /** Incarnation of that log: positions in another one mean nothing. */
  readonly incarnation: string;
}

/** A cursor as this process knows it. */
export interface Cursor {
  at: number;
  /** Sequence in the target stream; 0 when there is none yet. */
  sequence: number;
}

export interface CursorBatchParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly target: StreamName;
  readonly writer: string;
  /** Incarnation of the log that positions count in. */
  readonly incarnation: string;
}

const PAUSE_MS = 100;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Reads the cursor of one source; a cursor that counts in another incarnation begins anew at 0. */
export async function readCursor(bus: Bus, target: StreamName, source: string, incarnation: string): Promise<Cursor> {
  const stored = await bus.last(target, cursorSubject(target, source));
  if (stored === undefined) return { at: 0, sequence: 0 };
  const value = JSON.parse(decoder.decode(stored.body)) as CursorValue;
  return { at: value.incarnation === incarnation ? value.at : 0, sequence: stored.sequence };
}

/** A source whose cursor a batch moves. */
export interface Move {
  readonly source: string;
  readonly cursor: Cursor;
  readonly to: number;
}

/**
 * Stores `messages` and moves the cursors, in one piece, exactly once; waits for a broker that is away.
 *
 * @throws AW_OWNER_LOST when somebody else has moved a cursor.
 */
export async function commitWithCursors(
  { bus, clock, signal, target, writer, incarnation }: CursorBatchParts,
  moves: readonly Move[],
  messages: readonly Outgoing[],
): Promise<void> {
  const cursors = moves.map(({ source, cursor, to }) => ({
    subject: cursorSubject(target, source),
    body: encoder.encode(JSON.stringify({ writer, at: to, incarnation } satisfies CursorValue)),
    expectLastSequence: cursor.sequence,
    replacesEarlier: true,
  }));
  const settle = (sequences: readonly number[]) => {
    for (const [index, { cursor, to }] of moves.entries()) {
      cursor.at = to;
      cursor.sequence = sequences[index]!;
    }
  };
  while (true) {
    signal.throwIfAborted();
    try {
      const result = await bus.commit(target, [...cursors, ...messages]);
      if (result.outcome === 'stored') return settle(result.sequences);
      const found = await Promise.all(cursors.map(({ subject }) => bus.last(target, subject)));
      const isOwn = found.every((stored, index) => {
        if (stored === undefined) return false;
        const value = JSON.parse(decoder.decode(stored.body)) as CursorValue;
        return value.writer === writer && value.at === moves[index]!.to;
      });
      // Our own batch, whose answer was lost.
      if (isOwn) return settle(found.map((stored) => stored!.sequence));
      throw new AutoWeaveError(
        'AW_OWNER_LOST',
        `Cannot send to ${target}: another process sends for "${moves[0]?.source}"`,
        {
          hint: 'run one runtime on a broker, or give each its own tenant',
        },
      );
    } catch (error) {
      if (!isPassing(error)) throw error;
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}
