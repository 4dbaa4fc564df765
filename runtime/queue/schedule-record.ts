import { dueOf, type Recurrence } from '../schedule/recurrence.ts';
import type { ScheduleInput, ScheduleRecord } from './schedule-api.ts';

/** What the scheduler commits for one schedule, and what can be told from it. */

/** The actor that keeps schedules; one key each. */
export const SCHEDULER = 'scheduler';
/** Jobs that a record names. */
export const LAST_JOBS = 10;

/** A schedule as it was asked for, with what was not said. */
export type ScheduleSpec = Omit<ScheduleInput, 'id'> & Required<Pick<ScheduleInput, 'data' | 'overlap' | 'missed'>>;

/** A turn is known by the instant at which it is due, in ms since 1970. */
export interface ScheduleState {
  /** Null for a key that is no schedule. */
  spec: ScheduleSpec | null;
  /** Where intervals are counted from; with cron, before which no turn is. */
  startAt: number;
  turns: number;
  skipped: number;
  /** The turn whose job has not ended, as far as the overlap policy asks for it. */
  running: number | null;
  /** Newest first. */
  lastJobs: string[];
  /** The last turn that was due; 0 before the first. */
  lastTurn: number;
  /** The next turn; null when there is none any more. */
  nextTurn: number | null;
}

export function scheduleJobId(id: string, turn: number): string {
  return `${id}:${turn}`;
}

export function recurrenceOf({ spec, startAt }: Pick<ScheduleState, 'spec' | 'startAt'>): Recurrence {
  const { cron, timezone, everyMs } = spec ?? {};
  if (cron !== undefined) return { cron, ...(timezone === undefined ? {} : { timezone }) };
  return { everyMs: everyMs ?? 1, anchor: startAt };
}

/** The first turn after `after`; null when the schedule has ended by then. */
export function nextTurn(state: ScheduleState, after: number): number | null {
  return turnsAfter(state, after, 1)[0] ?? null;
}

/** The turns that follow, from the one that is due next on; whatever they have run late is no matter. */
export function nextTurns(state: ScheduleState, count: number): readonly number[] {
  if (state.nextTurn === null || count < 1) return [];
  return [state.nextTurn, ...turnsAfter({ ...state, turns: state.turns + 1 }, state.nextTurn, count - 1)];
}

function turnsAfter(state: ScheduleState, after: number, count: number): readonly number[] {
  const { limit = Number.POSITIVE_INFINITY, endAt = Number.POSITIVE_INFINITY } = state.spec ?? {};
  const { turns: before, startAt } = state;
  const recurrence = recurrenceOf(state);
  const due = dueOf(recurrence);
  const turns: number[] = [];
  const most = Math.min(count, limit - before);
  // The anchor of an interval is a turn itself; of cron it is where one begins to look.
  let next = after < startAt ? ('anchor' in recurrence ? startAt : due(startAt - 1)) : due(after);
  while (turns.length < most && next !== undefined && next <= endAt) {
    turns.push(next);
    next = due(next);
  }
  return turns;
}

/** Undefined for a key that is no schedule. */
export function toScheduleRecord(id: string, state: ScheduleState): ScheduleRecord | undefined {
  const { spec, turns, skipped, lastJobs, running, nextTurn: nextAt } = state;
  if (spec === null) return undefined;
  return {
    ...spec,
    id,
    turns,
    skipped,
    lastJobs,
    ...(running === null ? {} : { runningTurn: running }),
    ...(nextAt === null ? {} : { nextAt }),
  };
}
