import type { Stored } from '../bus/bus.ts';
import { packedId, parsePackHome } from '../message/job-message.ts';
import { decodeKey } from '../message/key.ts';
import type { JobEvent, JobEventType, JobResult } from './job.ts';
import { decodeFact, decodeOutcome, type OutcomeEntry, type RecordState } from './outcome-record.ts';

/** What the messages of JOBLOG tell of jobs. */

const OF_STATES: Readonly<Partial<Record<RecordState, JobEventType>>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  removed: 'removed',
};

/** The subjects of all that is told of a queue. */
export function jobEventFilters(tenant: string, queue: string): readonly string[] {
  return [`aw.${tenant}.out.${queue}.>`, `aw.${tenant}.jev.${queue}.>`];
}

/** In their order; none for a message that is of no interest outside, or none of ours. */
export function decodeJobEvents(stored: Stored): readonly JobEvent[] {
  const [, , kind, queue = '', word = '', ...rest] = stored.subject.split('.');
  const name = decodeKey(rest.at(-1) ?? '');
  if (name === undefined) return [];
  if (kind === 'out') return decodeOutcomes(stored, queue, word as RecordState, name);
  const fact = kind === 'jev' ? decodeFact(stored.body) : undefined;
  if (fact === undefined) return [];
  return [
    {
      type: word as JobEventType,
      queue,
      id: name,
      jobType: fact.t,
      at: fact.at,
      position: { sequence: stored.sequence, index: 0 },
      ...(fact.n === undefined ? {} : { attempt: fact.n }),
      ...(fact.d === undefined ? {} : { data: fact.d }),
      ...(fact.e === undefined ? {} : { result: failedResult(fact.e.message, 0, fact.at) }),
      ...(fact.p === undefined ? {} : { traceparent: fact.p }),
    },
  ];
}

function decodeOutcomes(stored: Stored, queue: string, state: RecordState, home: string): readonly JobEvent[] {
  const type = OF_STATES[state];
  const record = type === undefined ? undefined : decodeOutcome(stored.body);
  if (type === undefined || record === undefined) return [];
  return record.j.map((entry, index) => ({
    type,
    queue,
    id: idOf(home, entry),
    jobType: entry.t,
    at: entry.at ?? stored.storedAt,
    position: { sequence: stored.sequence, index },
    ...(entry.n === undefined ? {} : { attempt: entry.n }),
    ...(type === 'completed' || type === 'failed' ? { result: resultOf(entry, stored.storedAt) } : {}),
    ...(entry.p === undefined ? {} : { traceparent: entry.p }),
  }));
}

/** The id of a job whose outcome is filed under a home. */
export function idOf(home: string, entry: OutcomeEntry): string {
  return entry.i === undefined ? home : packedId(parsePackHome(home) ?? 0, entry.i);
}

/** In the reference form. */
export function resultOf({ e, r, ms = 0, at }: OutcomeEntry, storedAt: number): JobResult {
  if (e !== undefined) return failedResult(e.message, ms, at ?? storedAt);
  return { success: true, data: r ?? null, duration: ms, timestamp: at ?? storedAt };
}

function failedResult(error: string, duration: number, timestamp: number): JobResult {
  return { success: false, error, duration, timestamp };
}
