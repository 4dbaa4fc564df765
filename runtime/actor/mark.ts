import type { Bus } from '../bus/bus.ts';
import { PARTITIONS } from '../bus/streams.ts';
import { systemStateSubject } from '../message/subjects.ts';

/**
 * A partition's mark in STATE says where its next owner begins: everything committed up to `sentUpTo` has been sent
 * everywhere, everything in the mailbox up to `handledUpTo` is handled. It may be late, never early.
 */
export interface Mark {
  /** Sequence in STATE. */
  readonly sentUpTo: number;
  /** Sequence in MAILBOX. */
  readonly handledUpTo: number;
}

/** Positions mean nothing in a stream that was made anew. */
export interface Incarnations {
  readonly state: string;
  readonly mailbox: string;
}

const NAME = 'mark';
const MAX_MARKS = 1_000;
const NONE: Mark = { sentUpTo: 0, handledUpTo: 0 };

export function markSubject(partition: number): string {
  return systemStateSubject(partition, NAME);
}

export function encodeMark(mark: Mark, incarnations: Incarnations): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...mark, ...incarnations }));
}

const PARTITION_OF = new Map(Array.from({ length: PARTITIONS }, (_, number) => [markSubject(number), number]));

/** All marks, by partition. */
export async function readMarks(bus: Bus, incarnations: Incarnations): Promise<(partition: number) => Mark> {
  const page = await bus.page('STATE', { from: 1, filter: systemStateSubject('*', NAME), limit: MAX_MARKS });
  const marks = new Map<number, Mark>();
  for (const { subject, body } of page) {
    const partition = PARTITION_OF.get(subject);
    if (partition !== undefined) marks.set(partition, parseMark(body, incarnations));
  }
  return (partition) => marks.get(partition) ?? NONE;
}

function parseMark(body: Uint8Array, incarnations: Incarnations): Mark {
  try {
    const found = JSON.parse(new TextDecoder().decode(body)) as Mark & Incarnations;
    return {
      sentUpTo: found.state === incarnations.state && Number.isSafeInteger(found.sentUpTo) ? found.sentUpTo : 0,
      handledUpTo:
        found.mailbox === incarnations.mailbox && Number.isSafeInteger(found.handledUpTo) ? found.handledUpTo : 0,
    };
  } catch {
    // None of ours: then everything is looked at, and cursors and entries decide.
    return NONE;
  }
}
