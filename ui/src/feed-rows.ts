import { isUpTo } from './cursor.ts';
import type { FeedRow } from './device-feed.ts';
import type { LogRow } from './event-log.ts';
import type { RunRow } from './run-rows.ts';

export type AnyRow = FeedRow | LogRow | RunRow;

/**
 * What happened to devices and what happened else, in the order of the one log that both stand in, newest first.
 *
 * @param most so many are listed
 */
export function mergeRows(
  devices: readonly FeedRow[],
  log: readonly (LogRow | RunRow)[],
  most: number,
): readonly AnyRow[] {
  const merged: AnyRow[] = [];
  let [atDevice, atLog] = [0, 0];
  while (merged.length < most) {
    const device = devices[atDevice];
    const logged = log[atLog];
    if (device === undefined && logged === undefined) break;
    // Of places in different histories of the log neither comes first.
    if (device === undefined || (logged !== undefined && isUpTo(device.cursor, logged.cursor))) {
      if (logged !== undefined) merged.push(logged);
      atLog += 1;
    } else {
      merged.push(device);
      atDevice += 1;
    }
  }
  return merged;
}

/** The same for a row that is told anew as for the one that it was: a run's goes on. */
export function rowKey(row: AnyRow): string {
  switch (row.kind) {
    case 'run':
      return `run ${row.runId}`;
    case 'lagged':
      return `lagged ${row.cursor}`;
    default:
      return `${row.kind} ${row.event.id}`;
  }
}
