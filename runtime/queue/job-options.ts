import { checkJobId, type EntryOptions, type JobEntry } from '../message/job-message.ts';
import {
  checkDelay,
  checkNumber,
  invalidOption,
  MAX_ATTEMPTS,
  MAX_MS,
  packBackoff,
  packOptions,
} from '../message/job-options.ts';
import type { Backoff, JobOptions, QueueSettings } from './job.ts';
import type { WorkerOptions } from './queue-api.ts';

/** Each holds a message, and those that one process keeps alive are about four thousand. */
const MAX_CONCURRENCY = 2_000;
/** Signs of life come a few times within it. */
const LEAST_INTERVAL_MS = 100;

/**
 * What a job carries of its options; undefined when all are the queue's.
 *
 * @throws AW_JOB_OPTIONS_INVALID with the first that is wrong
 */
export function toEntryOptions(options: JobOptions): EntryOptions | undefined {
  const { id, delayMs, deduplicate } = options;
  if (id !== undefined) checkJobId(id);
  if (delayMs !== undefined) checkDelay(delayMs);
  if (deduplicate !== undefined) checkDeduplication(options);
  const packed = packOptions(options);
  return deduplicate === undefined ? packed : { ...packed, k: deduplicate.id };
}

/** Options as the caller has given them, as far as they are kept. */
export function toJobOptions({ o = {}, i }: JobEntry): JobOptions {
  return {
    ...(i === undefined ? {} : { id: i }),
    ...(o.a === undefined ? {} : { attempts: o.a }),
    ...(o.b === undefined ? {} : { backoff: unpackBackoff(o.b) }),
    ...(o.to === undefined ? {} : { attemptTimeoutMs: o.to }),
    ...(o.tt === undefined ? {} : { totalTimeoutMs: o.tt }),
    ...(o.pr === undefined ? {} : { priority: o.pr }),
    ...(o.l ? { isLifo: true } : {}),
  };
}

/** What holds for a job: its own options, else the queue's. */
export function rulesOf(entry: JobEntry, settings: QueueSettings): Rules {
  const { o } = entry;
  if (o === undefined) return settings;
  return {
    attempts: o.a ?? settings.attempts,
    backoff: o.b === undefined ? settings.backoff : unpackBackoff(o.b),
    attemptTimeoutMs: o.to ?? settings.attemptTimeoutMs,
    totalTimeoutMs: o.tt ?? settings.totalTimeoutMs,
  };
}

export type Rules = Pick<QueueSettings, 'attempts' | 'backoff' | 'attemptTimeoutMs' | 'totalTimeoutMs'>;

/** @throws AW_JOB_OPTIONS_INVALID */
export function checkSettings(settings: Partial<QueueSettings>): void {
  const {
    attempts,
    backoff,
    attemptTimeoutMs,
    totalTimeoutMs,
    completed,
    failed,
    globalConcurrency,
    rateLimit,
    types,
  } = settings;
  if (types !== undefined && !(Array.isArray(types) && types.every((type) => typeof type === 'string'))) {
    throw invalidOption('types', types, 'is a list of job types');
  }
  if (attempts !== undefined) checkNumber('attempts', attempts, 1, MAX_ATTEMPTS);
  if (backoff !== undefined) packBackoff(backoff);
  if (attemptTimeoutMs !== undefined) checkNumber('attemptTimeoutMs', attemptTimeoutMs, 0, MAX_MS);
  if (totalTimeoutMs !== undefined) checkNumber('totalTimeoutMs', totalTimeoutMs, 0, MAX_MS);
  for (const [name, retention] of Object.entries({ completed, failed })) {
    if (retention === undefined) continue;
    checkNumber(`${name}.count`, retention.count, 0, 1_000_000);
    if (retention.ageMs !== undefined) checkNumber(`${name}.ageMs`, retention.ageMs, 0, MAX_MS);
  }
  if (globalConcurrency != null) checkNumber('globalConcurrency', globalConcurrency, 1, 100_000);
  if (rateLimit != null) {
    checkNumber('rateLimit.max', rateLimit.max, 1, 10_000_000);
    checkNumber('rateLimit.windowMs', rateLimit.windowMs, 1, MAX_MS);
  }
}

/** @throws AW_JOB_OPTIONS_INVALID */
export function checkWorkerOptions({ concurrency, stalledIntervalMs, maxStalledCount }: WorkerOptions): void {
  if (concurrency !== undefined) checkNumber('concurrency', concurrency, 1, MAX_CONCURRENCY);
  if (stalledIntervalMs !== undefined) checkNumber('stalledIntervalMs', stalledIntervalMs, LEAST_INTERVAL_MS, MAX_MS);
  if (maxStalledCount !== undefined) checkNumber('maxStalledCount', maxStalledCount, 0, MAX_ATTEMPTS);
}

function unpackBackoff([type, what, more]: NonNullable<EntryOptions['b']>): Backoff {
  if (type === 'custom') {
    return { type, name: String(what), ...(more === undefined ? {} : { delayMs: more }) };
  }
  return { type, delayMs: Number(what), ...(more === undefined ? {} : { jitter: more }) };
}

function checkDeduplication({ deduplicate, id, delayMs, isLifo }: JobOptions): void {
  if (deduplicate === undefined) return;
  checkJobId(deduplicate.id);
  if (id !== undefined) throw invalidOption('deduplicate', deduplicate, 'excludes an id');
  if (isLifo) throw invalidOption('deduplicate', deduplicate, 'excludes isLifo');
  switch (deduplicate.mode) {
    case 'simple':
    case 'replace':
      return;
    case 'throttle':
    case 'debounce':
      if (deduplicate.mode === 'debounce' && delayMs !== undefined) {
        throw invalidOption('delayMs', delayMs, 'debounce sets itself');
      }
      checkNumber('deduplicate.ttlMs', deduplicate.ttlMs, 1, MAX_MS);
      return;
    default:
      throw invalidOption('deduplicate.mode', (deduplicate as { mode: unknown }).mode);
  }
}
