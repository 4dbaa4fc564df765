import { type ActorContext, defineActor } from '../../runtime/actor/definition.ts';
import { isSameJson } from '../../runtime/actor/same-json.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import { packOptions } from '../../runtime/message/job-options.ts';
import {
  LAST_JOBS,
  nextTurn,
  recurrenceOf,
  SCHEDULER,
  type ScheduleSpec,
  type ScheduleState,
  scheduleJobId,
} from '../../runtime/queue/schedule-record.ts';
import { checkRecurrence } from '../../runtime/schedule/recurrence.ts';

/**
 * One key per schedule. Its timer is due once for each turn; the job of a turn leaves with the commit that counts it,
 * so each turn adds its job once, whatever is killed meanwhile.
 */

/** The timer of a schedule. */
const TURN = 'turn';
const NO_TURN: ScheduleState = {
  spec: null,
  startAt: 0,
  turns: 0,
  skipped: 0,
  running: null,
  lastJobs: [],
  lastTurn: 0,
  nextTurn: null,
};
/** With the turn behind it, it still is the id of a job. */
const MAX_ID = 150;

/** A turn is up to a quarter of a second late; more often it would only fill the queue. */
const LEAST_EVERY_MS = 100;

export const scheduler = defineActor({
  name: SCHEDULER,
  description: 'Schedules: jobs that are added again and again, by the clock',
  file: 'actors/scheduler/scheduler.ts',
  init: (): ScheduleState => ({ ...NO_TURN, lastJobs: [] }),
  commands: {
    'schedule.upsert'(ctx, state, { data }) {
      const spec = data as ScheduleSpec;
      check(ctx.key, spec);
      if (isSameJson(spec, state.spec)) return state;
      const before = state.spec;
      state.spec = spec;
      if (before === null || !isSameClock(before, spec)) begin(ctx, state);
      else goOn(ctx, state);
      // Of one that is there already it may be meant.
      if (before === null && state.nextTurn === null) throw invalid('it has no turn to come');
      return state;
    },
    'schedule.remove'(ctx, state) {
      ctx.destroy();
      return state.spec !== null;
    },
    'schedule.finished'(ctx, state, { data }) {
      if (state.running === data.turn) state.running = null;
      // A job may outlive its schedule.
      if (state.spec === null) ctx.destroy();
    },
    'schedule.turn'(ctx, state, { time }) {
      const { spec } = state;
      if (spec === null) return ctx.destroy();
      const turn = Date.parse(time);
      state.turns++;
      state.lastTurn = turn;
      if (spec.overlap === 'skip' && state.running !== null) state.skipped++;
      else enqueue(ctx, state, spec, turn);
      state.nextTurn = nextTurn(state, turn);
      if (state.nextTurn === null) ctx.cancel(TURN);
    },
  },
});

function enqueue(ctx: ActorContext, state: ScheduleState, spec: ScheduleSpec, turn: number): void {
  const isFollowed = spec.overlap === 'skip';
  const id = ctx.enqueue(spec.queue, spec.type, spec.data, {
    ...spec.options,
    id: scheduleJobId(ctx.key, turn),
    ...(isFollowed ? { schedule: { id: ctx.key, turn } } : {}),
  });
  state.running = isFollowed ? turn : null;
  state.lastJobs = [id, ...state.lastJobs].slice(0, LAST_JOBS);
}

/** Counts from now on, or from where the schedule says. */
function begin(ctx: ActorContext, state: ScheduleState): void {
  const spec = state.spec!;
  // Our clock may be behind that of the server, which has woken us for the last turn.
  const now = Math.max(ctx.now(), state.lastTurn);
  state.startAt = spec.startAt ?? (spec.everyMs === undefined ? now : now + spec.everyMs);
  setTimer(ctx, state, now);
}

/** The clock is as it was; what is added, or when it ends, is not. */
function goOn(ctx: ActorContext, state: ScheduleState): void {
  const last = state.nextTurn === null ? Math.max(ctx.now(), state.lastTurn) : state.nextTurn - 1;
  const next = nextTurn(state, last);
  if (next === null || state.nextTurn === null) setTimer(ctx, state, last);
}

function setTimer(ctx: ActorContext, state: ScheduleState, after: number): void {
  const { cron, timezone, everyMs, missed } = state.spec!;
  state.nextTurn = nextTurn(state, after);
  ctx.cancel(TURN);
  if (state.nextTurn === null) return;
  ctx.schedule({
    id: TURN,
    type: 'schedule.turn',
    missed,
    ...(cron === undefined ? { everyMs: everyMs! } : { cron }),
    ...(timezone === undefined ? {} : { timezone }),
    startAt: state.startAt,
  });
}

function isSameClock(a: ScheduleSpec, b: ScheduleSpec): boolean {
  return (['cron', 'timezone', 'everyMs', 'startAt', 'missed'] as const).every((name) => a[name] === b[name]);
}

/** @throws AW_SCHEDULE_INVALID, AW_JOB_OPTIONS_INVALID */
function check(id: string, spec: ScheduleSpec): void {
  if (id === '' || id.length > MAX_ID) throw invalid(`its id has ${id.length} characters of 1 to ${MAX_ID}`);
  const { cron, everyMs, timezone, startAt = 0, endAt } = spec;
  if ((cron === undefined) === (everyMs === undefined)) throw invalid('it needs one of cron and everyMs');
  if (everyMs !== undefined && everyMs < LEAST_EVERY_MS) {
    throw invalid(`its everyMs is ${everyMs}, less than ${LEAST_EVERY_MS}`);
  }
  if (timezone !== undefined && cron === undefined) throw invalid('it has everyMs, with which there is no timezone');
  checkRecurrence(recurrenceOf({ spec, startAt }));
  if (endAt !== undefined && endAt < startAt) throw invalid('it ends before it starts');
  try {
    packOptions(spec.options ?? {});
  } catch (error) {
    throw new TerminalError('AW_JOB_OPTIONS_INVALID', (error as Error).message, { cause: error });
  }
}

function invalid(what: string): TerminalError {
  return new TerminalError('AW_SCHEDULE_INVALID', `Cannot use the schedule: ${what}`);
}
