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
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Reads the cursor of one source; a cursor that counts in another incarnation begins anew at 0. */
export async function readCursor(bus: Bus, target: StreamName, source: string, incarnation: string): Promise<Cursor> {
  const stored = await bus.last(target, cursorSubject(target, source));
  if (stored === undefined) return { at: 0, sequence: 0 };
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
 * @throws AW_OWNER_LOST when somebody else has moved a cursor.
 */
export async function commitWithCursors(
  { bus, clock, signal, target, writer, incarnation }: CursorBatchParts,
  moves: readonly Move[],
  messages: readonly Outgoing[],
): Promise<void> {
  const toMessages = () =>
    moves.map(({ source, cursor, to }) => ({
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
      const cursors = toMessages();
      const result = await bus.commit(target, [...cursors, ...messages]);
      if (result.outcome === 'stored') return settle(result.sequences);
      const found = await Promise.all(cursors.map(({ subject }) => bus.last(target, subject)));
      const isOwn = found.every((stored, index) => {
        if (stored === undefined) return false;
        const value = parseCursor(stored);
        return value.writer === writer && value.at === moves[index]!.to;
      });
      // Our own batch, whose answer was lost.
      if (isOwn) return settle(found.map((stored) => stored!.sequence));
      if (forgetDiscarded(moves, found)) continue;
      throw new AutoWeaveError(
        'AW_OWNER_LOST',
        `Cannot send to ${target}: another process sends for "${moves[0]?.source}"`,
        {
          hint: 'run one runtime on a broker',
        },
      );
    } catch (error) {
      if (!isPassing(error)) throw error;
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}

/**
 * Cursors stand in streams that discard by age and size. One that is simply gone has no other owner: it begins anew,
 * at the position that this process knows.
 *
 * @returns false when a cursor is there that somebody else has moved
 */
function forgetDiscarded(moves: readonly Move[], found: readonly (Stored | undefined)[]): boolean {
  const isMoved = moves.some(({ cursor }, index) => found[index] && found[index].sequence !== cursor.sequence);
  if (isMoved) return false;
  const gone = moves.filter((_, index) => found[index] === undefined);
  for (const { cursor } of gone) cursor.sequence = 0;
  return gone.length > 0;
}
