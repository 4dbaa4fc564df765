import type {
  AddedJob,
  JobDetail,
  JobEvent,
  JobFailure,
  JobPage,
  JobResult,
  JobSummary,
} from '../../proto/generated/graphql.ts';
import type * as queue from '../queue/job.ts';
import { traceIdOf } from './trace-id.ts';

/** Jobs as `proto/gateway.graphql` shows them. */

export function toAddedJob({ id, isDuplicate }: queue.AddedJob): AddedJob {
  return { id, isDuplicate };
}

export function toJobPage({ jobs, next }: queue.JobPage): JobPage {
  return { jobs: jobs.map(toJobSummary), next: next ?? null };
}

export function toJobSummary(job: queue.JobSummary): JobSummary {
  return {
    id: job.id,
    queue: job.queue,
    type: job.type,
    state: upper(job.state),
    priority: job.priority,
    attemptsMade: job.attemptsMade,
    attempts: job.attempts,
    addedAt: toInstant(job.addedAt),
    dueAt: job.dueAt === undefined ? null : toInstant(job.dueAt),
    finishedAt: job.finishedAt === undefined ? null : toInstant(job.finishedAt),
    durationMs: job.durationMs ?? null,
    error: job.error ?? null,
    traceId: job.traceId ?? null,
  };
}

export function toJobDetail(job: queue.JobDetail): JobDetail {
  return {
    ...toJobSummary(job),
    data: job.data ?? null,
    result: job.result === undefined ? null : toJobResult(job.result),
    failures: job.failures.map(toFailure),
    progress: job.progress ?? null,
    logs: job.logs,
    partials: job.partials,
    stalledCount: job.stalledCount,
    options: showJobOptions(job.options),
  };
}

/** @param cursor the place after it */
export function toJobEvent(event: queue.JobEvent, cursor: string): JobEvent {
  return {
    cursor,
    type: upper(event.type),
    queue: event.queue,
    id: event.id,
    jobType: event.jobType,
    at: toInstant(event.at),
    attempt: event.attempt ?? null,
    result: event.result === undefined ? null : toJobResult(event.result),
    data: event.data ?? null,
    traceId: traceIdOf(event.traceparent),
  };
}

/** In the words of `JobOptionsInput`, so that they can be given to another job; the trace has a field of its own. */
export function showJobOptions({ traceparent: _trace, isLifo, deduplicate, ...rest }: queue.JobOptions): object {
  return {
    ...rest,
    ...(isLifo === undefined ? {} : { lifo: isLifo }),
    ...(deduplicate === undefined ? {} : { deduplicate: { ...deduplicate, mode: upper(deduplicate.mode) } }),
  };
}

export function toInstant(at: number): string {
  return new Date(at).toISOString();
}

/** GraphQL writes in capitals what the queue writes small. */
export function upper<Word extends string>(word: Word): Uppercase<Word> {
  return word.toUpperCase() as Uppercase<Word>;
}

export function lower<Word extends string>(word: Word): Lowercase<Word> {
  return word.toLowerCase() as Lowercase<Word>;
}

function toJobResult({ success, data, error, duration, timestamp }: queue.JobResult): JobResult {
  return { success, data: data ?? null, error: error ?? null, duration, timestamp };
}

function toFailure({ code, message, attempt, at, stack }: queue.JobFailure): JobFailure {
  return { code, message, attempt, at: toInstant(at), stack: stack ?? null };
}
