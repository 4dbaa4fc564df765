import { type EntryFailure, type JobEntry, MAX_ID } from '../message/job-message.ts';
import { encodeHeaders } from '../message/message.ts';
import { commandSubject } from '../message/subjects.ts';
import type { JobOutcome } from './job.ts';
import { fittingCode } from './job-failure.ts';
import type { Effect } from './outcome-record.ts';
import { scheduleFinished } from './schedule-finished.ts';

export interface EndedJob {
  readonly tenant: string;
  readonly queue: string;
  readonly jobId: string;
  readonly entry: JobEntry;
  readonly outcome: JobOutcome;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What a completed one gave, as JSON. */
  readonly result?: string;
  readonly failure?: Pick<EntryFailure, 'code' | 'message'>;
  /** Of the attempt; that of the job when absent. */
  readonly traceparent?: string | undefined;
}

/** What whoever waits for the end of a job is told, whatever it has ended with: kept with the outcome, so told once. */
export function endEffects(ended: EndedJob): readonly Effect[] {
  const { sch, nt } = ended.entry.o ?? {};
  if (sch === undefined && nt === undefined) return NONE;
  const { tenant, queue, jobId, at } = ended;
  const traceparent = ended.traceparent ?? ended.entry.p;
  return [
    ...(sch === undefined ? [] : [scheduleFinished({ tenant, schedule: sch, jobId, queue, at, traceparent })]),
    ...(nt === undefined || nt.o?.includes(ended.outcome) === false ? [] : [jobEnded({ ...ended, traceparent }, nt)]),
  ];
}

const NONE: readonly Effect[] = [];

function jobEnded(
  { tenant, queue, jobId, outcome, at, result, failure, traceparent }: EndedJob,
  { a: actor, k: key, r: ref }: NonNullable<NonNullable<JobEntry['o']>['nt']>,
): Effect {
  const head = JSON.stringify({
    queue,
    // Of a stranger's job it may be anything that is a key.
    jobId: jobId.slice(0, MAX_ID).toWellFormed() || NO_ID,
    ref,
    outcome,
    ...(failure === undefined ? {} : { error: toError(failure) }),
  });
  return {
    to: 'MAILBOX',
    subject: commandSubject({ tenant, actor, key }),
    headers: encodeHeaders({
      id: `${queue}-${jobId}-ended`,
      type: 'job.ended',
      source: `queue/${queue}/${jobId}`,
      subject: key,
      time: new Date(at).toISOString(),
      data: undefined,
      ...(traceparent === undefined ? {} : { traceparent }),
    }),
    // The result is JSON already.
    body: result === undefined ? head : `${head.slice(0, -1)},"result":${result}}`,
  };
}

function toError({ code, message }: Pick<EntryFailure, 'code' | 'message'>) {
  return { code: fittingCode(code), message: String(message).slice(0, MAX_MESSAGE).toWellFormed() };
}

/** As the schema of `job.ended` has it. */
const MAX_MESSAGE = 4_096;
/** The empty key as subjects have it. */
const NO_ID = '=';
