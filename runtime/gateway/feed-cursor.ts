import { AutoWeaveError } from '../errors/errors.ts';

/** A place in one history of the log: everything up to and including `sequence` has been seen. */
export interface FeedPosition {
  /** Which history: a stream that is made anew begins another one. */
  readonly incarnation: string;
  readonly sequence: number;
}

const CURSOR = /^([A-Za-z0-9:.+_-]{1,64})-(0|[1-9]\d{0,15})$/;

/** The position as clients keep it: opaque to them, short, safe in a URL. */
export function formatCursor({ incarnation, sequence }: FeedPosition): string {
  return `${incarnation}-${sequence}`;
}

/** @throws AW_CURSOR_INVALID when it is none of ours. */
export function parseCursor(cursor: string): FeedPosition {
  const [, incarnation, sequence] = CURSOR.exec(cursor) ?? [];
  const position = Number(sequence);
  if (incarnation === undefined || !Number.isSafeInteger(position)) {
    throw new AutoWeaveError('AW_CURSOR_INVALID', `Cannot go on from cursor "${cursor.slice(0, 100)}"`, {
      hint: 'give the cursor of an earlier message as it was, or none to begin with what comes next',
    });
  }
  return { incarnation, sequence: position };
}
