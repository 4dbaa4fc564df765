import type { Bus } from '../bus/bus.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { decodeEvent, type EventFilter, filterSubject, type LoggedEvent } from './event-filter.ts';

export interface HistoryParts {
  readonly bus: Bus;
  readonly contracts: Contracts;
}

export interface EventHistory {
  /** Of the log, for cursors. */
  readonly incarnation: string;
  /** Oldest first. */
  readonly events: readonly LoggedEvent[];
}

/** Events that one request to the log gives, at most. */
export const MAX_HISTORY = 1_000;

/**
 * The last events of a filter. The log can be read forwards only, but it counts fast: the place to read from is found
 * by counting, from the end backwards in ever larger strides, so that the size of the log hardly matters.
 */
export async function lastEvents(filter: EventFilter, wanted: number, parts: HistoryParts): Promise<EventHistory> {
  const { bus, contracts } = parts;
  const subject = filterSubject(filter);
  const { incarnation, firstSequence, lastSequence } = await bus.streamStatus('EVENTS');
  // What the subject lets through need not be an event that is asked for: if too few are, more is read.
  for (let reach = wanted; ; reach = Math.min(reach * 4, MAX_HISTORY)) {
    const from = await placeBeforeLast(reach, firstSequence, lastSequence, (at) => bus.count('EVENTS', subject, at));
    const page = await bus.page('EVENTS', { from, filter: subject, limit: MAX_HISTORY });
    const events: LoggedEvent[] = [];
    for (const stored of page) {
      const decoded = decodeEvent(stored, filter, contracts);
      if (decoded.outcome === 'event') events.push(decoded.event);
    }
    const isAll = events.length >= wanted || from <= firstSequence || reach >= MAX_HISTORY;
    if (isAll) return { incarnation, events: events.slice(-wanted) };
  }
}

/** A sequence from which on at least `wanted` messages stand (if there are so many), and no more than a page. */
async function placeBeforeLast(
  wanted: number,
  first: number,
  last: number,
  countFrom: (sequence: number) => Promise<number>,
): Promise<number> {
  const most = Math.max(wanted, Math.min(wanted * 2, MAX_HISTORY));
  let tooFew = last + 1;
  let stride = wanted * 2;
  while (tooFew > first) {
    const at = Math.max(first, tooFew - stride);
    const count = await countFrom(at);
    if (count >= wanted && count <= most) return at;
    if (count > most) return between(at, tooFew);
    tooFew = at;
    stride *= 4;
  }
  return first;

  /** Counts fall by one at most from one sequence to the next, so that a right place is among them. */
  async function between(tooMany: number, few: number): Promise<number> {
    while (few - tooMany > 1) {
      const middle = Math.floor((tooMany + few) / 2);
      const count = await countFrom(middle);
      if (count > most) tooMany = middle;
      else if (count < wanted) few = middle;
      else return middle;
    }
    return few;
  }
}
