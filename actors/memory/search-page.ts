import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/** Where a page ended, opaque to who asks for the next one. */

export function pageAfterOffset(offset: number): string {
  return encode([offset]);
}

export function pageAfterRow(updated: string, row: number): string {
  return encode([updated, row]);
}

/** @throws AW_ARGUMENT_INVALID */
export function readOffset(after: string): number {
  const [offset, ...rest] = decode(after);
  if (rest.length === 0 && isCount(offset)) return offset;
  throw invalid(after);
}

/** @throws AW_ARGUMENT_INVALID */
export function readRow(after: string): readonly [updated: string, row: number] {
  const [updated, row, ...rest] = decode(after);
  if (rest.length === 0 && typeof updated === 'string' && isCount(row)) return [updated, row];
  throw invalid(after);
}

function encode(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function decode(after: string): readonly unknown[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (Array.isArray(place) && encode(place) === after) return place;
  } catch {
    // Said below, together with the other way of being no place.
  }
  throw invalid(after);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function invalid(after: string): AutoWeaveError {
  return new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot go on after "${after.slice(0, 64)}": it is no such place`, {
    hint: 'give the "next" of the page before, with the same query',
  });
}
