import type { ScheduleInput, ScheduleRecord, ScheduleService } from '../../runtime/queue/schedule-api.ts';

/** Schedules in memory that never come due; their next times are one, two, three … ms after 1970. */
export interface FakeSchedules extends ScheduleService {
  readonly inputs: ScheduleInput[];
}

export function createFakeSchedules(): FakeSchedules {
  const records = new Map<string, ScheduleRecord>();
  const inputs: ScheduleInput[] = [];
  return {
    inputs,
    list: async () => [...records.values()],
    get: async (id) => records.get(id),
    async upsert(input) {
      inputs.push(input);
      const record: ScheduleRecord = {
        overlap: 'queue',
        missed: 'once',
        data: {},
        ...input,
        turns: 7,
        skipped: 1,
        lastJobs: [`${input.id}:7`],
      };
      records.set(input.id, record);
      return record;
    },
    remove: async (id) => records.delete(id),
    next: async (_id, count) => Array.from({ length: count }, (_, at) => at + 1),
  };
}
