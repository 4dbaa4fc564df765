import type { ScheduleInput as GivenSchedule } from '../../proto/generated/graphql.ts';
import type { ScheduleInput, ScheduleRecord, ScheduleService } from '../queue/schedule-api.ts';
import { readJobOptions } from './job-input.ts';
import type { ScheduleParent } from './job-resolver.ts';
import { lower, showJobOptions, toInstant, upper } from './job-view.ts';
import { given, pageSize } from './resolver.ts';

const MAX_NEXT = 100;

/** A schedule as `proto/gateway.graphql` shows it; its next times are reckoned when a client selects them. */
export function toSchedule(record: ScheduleRecord, schedules: ScheduleService): ScheduleParent {
  const { id, queue, type, data, overlap, missed, turns, skipped, lastJobs } = record;
  return {
    id,
    cron: record.cron ?? null,
    timezone: record.timezone ?? null,
    everyMs: record.everyMs ?? null,
    queue,
    type,
    data: data ?? null,
    options: record.options === undefined ? null : showJobOptions(record.options),
    limit: record.limit ?? null,
    startAt: record.startAt === undefined ? null : toInstant(record.startAt),
    endAt: record.endAt === undefined ? null : toInstant(record.endAt),
    overlap: upper(overlap),
    missed: upper(missed),
    turns,
    skipped,
    lastJobs,
    next: async ({ count }) => (await schedules.next(id, pageSize('count', count, 5, MAX_NEXT))).map(toInstant),
  };
}

/** In the words of the scheduler, which checks the values. */
export function readSchedule(input: GivenSchedule): ScheduleInput {
  const { id, queue, type, cron, timezone, everyMs, data, options, limit, startAt, endAt, overlap, missed } = input;
  return {
    id,
    queue,
    type,
    ...given('cron', cron),
    ...given('timezone', timezone),
    ...given('everyMs', everyMs),
    ...given('data', data),
    ...(options == null ? {} : { options: readJobOptions(options) }),
    ...given('limit', limit),
    ...(startAt == null ? {} : { startAt: Date.parse(startAt) }),
    ...(endAt == null ? {} : { endAt: Date.parse(endAt) }),
    ...(overlap == null ? {} : { overlap: lower(overlap) }),
    ...(missed == null ? {} : { missed: lower(missed) }),
  };
}
