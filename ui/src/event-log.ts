/**
 * Events of any kind, as a pure function of what the gateway sent: history first, then what is pushed. Each is listed
 * once, newest first, and only the last ones are kept.
 */
import type { EventHistoryQuery, EventsSubscription } from './generated/operations.ts';

export type LogEvent = EventHistoryQuery['eventHistory'][number];
export type LogPush = EventsSubscription['events'];

/** One line of the log. */
export type LogRow =
  | { readonly kind: 'logged'; readonly cursor: string; readonly event: LogEvent; readonly isLive: boolean }
  | {
      readonly kind: 'lagged';
      readonly cursor: string;
      readonly from: string;
      readonly to: string;
      readonly count: number | null;
    };

export interface EventLog {
  /** Newest first. */
  readonly rows: readonly LogRow[];
  /** Where to subscribe from; null before anything is known. */
  readonly cursor: string | null;
  /** Ids of the last events, oldest first. */
  readonly seen: ReadonlySet<string>;
}

export type LogUpdate =
  | { readonly kind: 'history'; readonly events: readonly LogEvent[] }
  | { readonly kind: 'pushed'; readonly update: LogPush }
  /** The gateway does not know our cursor any more: everything is loaded anew. */
  | { readonly kind: 'reset' };

export const LOG_KEPT = 200;
/** Enough to notice what comes twice, in the history and pushed. */
const SEEN_KEPT = 1000;

export const EMPTY_LOG: EventLog = { rows: [], cursor: null, seen: new Set() };

/** Applies many at once, copying each collection once. */
export function applyLogUpdates(log: EventLog, updates: readonly LogUpdate[]): EventLog {
  const seen = new Set(log.seen);
  const fresh: LogRow[] = [];
  let { rows, cursor } = log;
  for (const update of updates) {
    if (update.kind === 'reset') {
      rows = [];
      fresh.length = 0;
      seen.clear();
      cursor = null;
    } else if (update.kind === 'history') {
      rows = [...rows, ...takeHistory(seen, update.events)];
      cursor ??= update.events.at(-1)?.cursor ?? null;
    } else {
      cursor = update.update.cursor;
      const row = rowOf(seen, update.update);
      if (row) fresh.push(row);
    }
  }
  trimOldest(seen);
  return { rows: [...fresh.reverse(), ...rows].slice(0, LOG_KEPT), cursor, seen };
}

function takeHistory(seen: Set<string>, events: readonly LogEvent[]): LogRow[] {
  const older: LogRow[] = [];
  for (const event of events) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    older.unshift({ kind: 'logged', cursor: event.cursor, event, isLive: false });
  }
  return older;
}

function rowOf(seen: Set<string>, update: LogPush): LogRow | null {
  switch (update.__typename) {
    case 'CaughtUp':
      return null;
    case 'Lagged': {
      const { cursor, from, to, count } = update;
      return { kind: 'lagged', cursor, from, to, count };
    }
    case 'Event':
      if (seen.has(update.id)) return null;
      seen.add(update.id);
      return { kind: 'logged', cursor: update.cursor, event: update, isLive: true };
  }
}

function trimOldest(seen: Set<string>): void {
  let excess = seen.size - SEEN_KEPT;
  for (const oldest of seen) {
    if (excess-- <= 0) return;
    seen.delete(oldest);
  }
}
