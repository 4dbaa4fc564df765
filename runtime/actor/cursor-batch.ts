import type { Bus, Outgoing, Stored, StreamName } from '../bus/bus.ts';
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
const MAX_CURSORS = 1_000;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Reads the cursor of one source; a position in another incarnation counts as 0. */
export async function readCursor(bus: Bus, target: StreamName, source: string, incarnation: string): Promise<Cursor> {
  const stored = await bus.last(target, cursorSubject(target, source));
  return stored === undefined ? { at: 0, sequence: 0 } : toCursor(stored, incarnation);
}

/** Reads all cursors of a stream, by source. */
export async function readCursors(
  bus: Bus,
  target: StreamName,
  incarnation: string,
): Promise<ReadonlyMap<string, Cursor>> {
  const page = await bus.page(target, { from: 1, filter: cursorSubject(target, '*'), limit: MAX_CURSORS });
  return new Map(page.map((stored) => [stored.subject.split('.').at(-1) ?? '', toCursor(stored, incarnation)]));
}

function toCursor(stored: Stored, incarnation: string): Cursor {
  const value = parseCursor(stored);
  return { at: value.incarnation === incarnation ? value.at : 0, sequence: stored.sequence };
}

/** @throws AW_STATE_CORRUPT when something else stands where a cursor should */
function parseCursor(stored: Stored): CursorValue {
  try {
    const value = JSON.parse(decoder.decode(stored.body)) as CursorValue;
    if (Number.isSafeInteger(value.at) && typeof value.writer === 'string') return value;
  } catch {
    // Said below, together with the other way of being no cursor.
  }
  throw new AutoWeaveError('AW_STATE_CORRUPT', `Cannot read cursor on "${stored.subject}": it is none of ours`, {
    hint: `remove message ${stored.sequence} from stream ${stored.stream}, which something else has written`,
  });
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
 * @returns false when a cursor is not where we left it: an earlier owner has moved it, or our own batch whose answer
 *   was lost, or it was discarded with the age of its stream. Nothing was stored by this call; {@link readCursor} says
 *   where it is.
 * @throws the signal's reason
 */
export async function commitWithCursors(
  { bus, clock, signal, target, writer, incarnation }: CursorBatchParts,
  moves: readonly Move[],
  messages: readonly Outgoing[],
): Promise<boolean> {
  const cursors = moves.map(({ source, cursor, to }) => ({
    subject: cursorSubject(target, source),
    body: encoder.encode(JSON.stringify({ writer, at: to, incarnation } satisfies CursorValue)),
    expectLastSequence: cursor.sequence,
    replacesEarlier: true,
  }));
  while (true) {
    signal.throwIfAborted();
    try {
      const result = await bus.commit(target, [...cursors, ...messages]);
      if (result.outcome !== 'stored') return false;
      for (const [index, { cursor, to }] of moves.entries()) {
        cursor.at = to;
        cursor.sequence = result.sequences[index]!;
      }
      return true;
    } catch (error) {
      if (!isPassing(error)) throw error;
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}
