import type {
  JobFilterInput,
  JobOptionsInput,
  NewJobInput,
  QueueSettingsInput,
  RateLimitInput,
  RetentionInput,
} from '../../proto/generated/graphql.ts';
import type { Backoff, Deduplication, JobOptions, NewJob, QueueSettings, RateLimit, Retention } from '../queue/job.ts';
import type { JobFilter } from '../queue/queue-api.ts';
import { lower } from './job-view.ts';
import { given } from './resolver.ts';

/** What clients say of jobs, in the words of the queue. The queue itself checks the values. */

/** @param traceparent of the mutation; empty when nothing is traced */
export function readJobOptions(input: JobOptionsInput | null | undefined, traceparent = ''): JobOptions {
  const { id, priority, lifo, delayMs, attempts, backoff, attemptTimeoutMs, totalTimeoutMs, deduplicate } = input ?? {};
  return {
    ...given('id', id),
    ...given('priority', priority),
    ...given('isLifo', lifo),
    ...given('delayMs', delayMs),
    ...given('attempts', attempts),
    ...given('backoff', backoff as Backoff | null | undefined),
    ...given('attemptTimeoutMs', attemptTimeoutMs),
    ...given('totalTimeoutMs', totalTimeoutMs),
    ...(deduplicate == null ? {} : { deduplicate: readDeduplication(deduplicate) }),
    ...(traceparent === '' ? {} : { traceparent }),
  };
}

export function readNewJob({ type, data, options }: NewJobInput, traceparent: string): NewJob {
  return { type, data, options: readJobOptions(options, traceparent) };
}

export function readJobFilter({ state, type, addedBefore, limit }: JobFilterInput): JobFilter {
  return {
    state: lower(state),
    ...given('type', type),
    ...(addedBefore == null ? {} : { addedBefore: Date.parse(addedBefore) }),
    ...given('limit', limit),
  };
}

/** What is left out stays as it is; a limit of 0 takes it away. */
export function readQueueSettings(input: QueueSettingsInput): Partial<QueueSettings> {
  const { attempts, backoff, attemptTimeoutMs, totalTimeoutMs, completed, failed, types } = input;
  const { globalConcurrency, rateLimit } = input;
  return {
    ...given('attempts', attempts),
    ...given('backoff', backoff as Backoff | null | undefined),
    ...given('attemptTimeoutMs', attemptTimeoutMs),
    ...given('totalTimeoutMs', totalTimeoutMs),
    ...(completed == null ? {} : { completed: readRetention(completed) }),
    ...(failed == null ? {} : { failed: readRetention(failed) }),
    ...(globalConcurrency == null ? {} : { globalConcurrency: globalConcurrency === 0 ? null : globalConcurrency }),
    ...(rateLimit == null ? {} : { rateLimit: readRateLimit(rateLimit) }),
    ...given('types', types),
  };
}

function readDeduplication({ mode, id, ttlMs }: NonNullable<JobOptionsInput['deduplicate']>): Deduplication {
  return { mode: lower(mode), id, ...given('ttlMs', ttlMs) } as Deduplication;
}

function readRetention({ count, ageMs }: RetentionInput): Retention {
  return { count, ...given('ageMs', ageMs) };
}

function readRateLimit({ max, windowMs }: RateLimitInput): RateLimit | null {
  return max === 0 && windowMs === 0 ? null : { max, windowMs };
}
