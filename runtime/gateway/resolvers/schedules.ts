import type { JobMutationResolvers, JobQueryResolvers } from '../job-resolver.ts';
import { traced } from '../resolver.ts';
import { readSchedule, toSchedule } from '../schedule-view.ts';

const FILE = 'runtime/gateway/resolvers/schedules.ts';

export const scheduleQueries = {
  async schedules(_args, { services: { schedules } }) {
    return (await schedules.list()).map((record) => toSchedule(record, schedules));
  },
  async schedule({ id }, { services: { schedules } }) {
    const record = await schedules.get(id);
    return record === undefined ? null : toSchedule(record, schedules);
  },
} satisfies Pick<JobQueryResolvers, 'schedules' | 'schedule'>;

export const scheduleMutations = {
  upsertSchedule: traced('upsertSchedule', FILE, async ({ input }, { services: { schedules } }) =>
    toSchedule(await schedules.upsert(readSchedule(input)), schedules),
  ),
  removeSchedule: traced('removeSchedule', FILE, ({ id }, { services }) => services.schedules.remove(id)),
} satisfies Pick<JobMutationResolvers, 'upsertSchedule' | 'removeSchedule'>;
