/**
 * A cursor is a place in one history of the log: `<history>-<sequence>`. Clients give it back as it was; what is read
 * from it here decides only what to show, and which of two places of the same history comes first.
 */
const CURSOR = /^(.*?)-?(\d{1,16})$/;

/** Whether `cursor` stands at `limit` or before it; false for places of different histories. */
export function isUpTo(cursor: string, limit: string): boolean {
  const [, history, sequence] = CURSOR.exec(cursor) ?? [];
  const [, limitHistory, limitSequence] = CURSOR.exec(limit) ?? [];
  return history !== undefined && history === limitHistory && Number(sequence) <= Number(limitSequence);
}

/** The sequence alone, which is what a reader can compare; the whole cursor where it has none. */
export function cursorText(cursor: string): string {
  return CURSOR.exec(cursor)?.[2] ?? cursor;
}
