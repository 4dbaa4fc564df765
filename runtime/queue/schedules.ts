import type { ActorClient } from '../actor/client.ts';
import type { Inspector } from '../actor/inspector.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { checkQueueName } from '../message/job-message.ts';
import type { ScheduleInput, ScheduleRecord, ScheduleService } from './schedule-api.ts';
import { nextTurns, SCHEDULER, type ScheduleSpec, type ScheduleState, toScheduleRecord } from './schedule-record.ts';

export interface SchedulesParts {
  readonly client: Pick<ActorClient, 'call'>;
  readonly inspector: Pick<Inspector, 'listActors' | 'getActor'>;
  /** Knows the types of jobs. */
  readonly contracts: Contracts;
  readonly tenant: string;
}

const CALL_MS = 10_000;
const PAGE = 1_000;
const MAX_NEXT = 100;

/** Schedules as people and programs see them: read from what the scheduler has committed, changed by calls to it. */
export function createSchedules({ client, inspector, contracts, tenant }: SchedulesParts): ScheduleService {
  const call = (id: string, type: string, data: unknown) =>
    client.call({ tenant, actor: SCHEDULER, key: id }, type, data, { timeoutMs: CALL_MS });

  const read = async (id: string): Promise<ScheduleState | undefined> =>
    (await inspector.getActor(SCHEDULER, id))?.state as ScheduleState | undefined;

  return {
    async list() {
      const found: ScheduleRecord[] = [];
      let after: string | undefined;
      do {
        const { actors, next } = await inspector.listActors({ name: SCHEDULER, first: PAGE, after });
        for (const { key, state } of actors) {
          const record = state === null ? undefined : toScheduleRecord(key, state as ScheduleState);
          if (record !== undefined) found.push(record);
        }
        after = next;
      } while (after !== undefined);
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async get(id) {
      const state = await read(id);
      return state ? toScheduleRecord(id, state) : undefined;
    },
    async upsert(input) {
      checkJob(contracts, tenant, input);
      const state = (await call(input.id, 'schedule.upsert', toSpec(input))) as ScheduleState;
      return toScheduleRecord(input.id, state)!;
    },
    async remove(id) {
      return (await call(id, 'schedule.remove', {})) === true;
    },
    async next(id, count) {
      const state = await read(id);
      return state ? nextTurns(state, Math.min(count, MAX_NEXT)) : [];
    },
  };
}

/** What is not said is left out, as its schema wants it. */
function toSpec({ id: _key, ...input }: ScheduleInput): ScheduleSpec {
  const said = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== null));
  return { data: {}, overlap: 'queue', missed: 'once', ...said } as unknown as ScheduleSpec;
}

/** What would otherwise come up at its first turn only. */
function checkJob(contracts: Contracts, tenant: string, { queue, type, data = {} }: ScheduleInput): void {
  checkQueueName(tenant, queue);
  if (!contracts.has(type)) {
    throw new AutoWeaveError('AW_JOB_TYPE_UNKNOWN', `Cannot schedule a job: type "${type}" is unknown`, {
      hint: 'check the spelling, or make the type known where AutoWeave is started',
    });
  }
  contracts.validate(type, data);
}
