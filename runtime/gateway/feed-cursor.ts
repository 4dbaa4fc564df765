import { AutoWeaveError } from '../errors/errors.ts';

/** A place in one history of the log: everything up to and including `sequence` has been seen. */
export interface FeedPosition {
  /** Which history: a stream that is made anew begins another one. */
  readonly incarnation: string;
  readonly sequence: number;
  /** Of the message at `sequence`, only what stands up to and including this place has been seen; all when absent. */
  readonly index?: number;
}

const CURSOR = /^([A-Za-z0-9:.+_-]{1,64})-(0|[1-9]\d{0,15})(?:\.(0|[1-9]\d{0,6}))?$/;

/** The position as clients keep it: opaque to them, short, safe in a URL. */
export function formatCursor({ incarnation, sequence, index }: FeedPosition): string {
  return `${incarnation}-${sequence}${index === undefined ? '' : `.${index}`}`;
}

/** @throws AW_CURSOR_INVALID when it is none of ours. */
export function parseCursor(cursor: string): FeedPosition {
  const [, incarnation, sequence, index] = CURSOR.exec(cursor) ?? [];
  const position = Number(sequence);
  if (incarnation === undefined || !Number.isSafeInteger(position)) {
    throw new AutoWeaveError('AW_CURSOR_INVALID', `Cannot go on from cursor "${cursor.slice(0, 100)}"`, {
      hint: 'give the cursor of an earlier message as it was, or none to begin with what comes next',
    });
  }
  return { incarnation, sequence: position, ...(index === undefined ? {} : { index: Number(index) }) };
}

/** The last message that has been seen whole, as far as the position says. */
export function wholeUpTo({ sequence, index }: FeedPosition): number {
  return index === undefined ? sequence : sequence - 1;
}

/** The events of a message that has not been seen whole, each with the place after it. */
export function* eventsAfter<Event>(
  { incarnation, ...seen }: FeedPosition,
  sequence: number,
  events: readonly Event[],
): Generator<{ readonly event: Event; readonly place: FeedPosition }> {
  const first = seen.sequence === sequence ? (seen.index ?? -1) + 1 : 0;
  for (let index = first; index < events.length; index++) {
    const isLast = index === events.length - 1;
    yield { event: events[index]!, place: isLast ? { incarnation, sequence } : { incarnation, sequence, index } };
  }
}
