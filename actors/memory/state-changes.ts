import { decodeEntry } from '../../runtime/actor/entry.ts';
import type { Stored } from '../../runtime/bus/bus.ts';
import { parseState } from '../../runtime/message/subjects.ts';
import { isRemembered } from './memory.ts';
import type { MemoryChange } from './memory-index-port.ts';
import { isTooDeep } from './memory-limits.ts';

/** What stands in STATE, as the index takes it in. */

const SLICE = 200;
const SLICE_BYTES = 4 * 1024 * 1024;

/**
 * Undefined for what is no state of ours.
 *
 * @param onRefused told of a memory that the index can't take; it is left out, as if it were forgotten
 */
export function toChange(stored: Stored, onRefused?: (id: string, why: string) => void): MemoryChange | undefined {
  const address = parseState(stored.subject);
  if (address === undefined) return undefined;
  const change = { id: address.key, at: stored.sequence };
  try {
    const { state } = decodeEntry(stored.subject, stored.body);
    if (!isRemembered(state)) return change;
    // The actor takes none such; an operator may have put it there.
    if (!isTooDeep(state.metadata)) return { ...change, memory: state };
    onRefused?.(address.key, 'its metadata is nested too deep');
    return change;
  } catch {
    // Something else wrote there; its key says so when it is used.
    return change;
  }
}

/** In order, each of a size that one transaction takes in quickly. */
export function* slicesOf(bunch: readonly Stored[]): Generator<readonly Stored[]> {
  let slice: Stored[] = [];
  let bytes = 0;
  for (const stored of bunch) {
    slice.push(stored);
    bytes += stored.body.length;
    if (slice.length < SLICE && bytes < SLICE_BYTES) continue;
    yield slice;
    slice = [];
    bytes = 0;
  }
  if (slice.length > 0) yield slice;
}
