import { type Failure, RetryableError, TerminalError } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { Backoff, Job } from './job.ts';
import type { BackoffStrategy } from './queue-api.ts';

/** What becomes of a failed attempt: another one after a while, or none. */
export type RetryPlan = { readonly isFinal: true } | { readonly isFinal: false; readonly delayMs: number };

export interface FailedAttempt {
  readonly thrown: unknown;
  readonly failure: Failure;
  readonly job: Job;
  readonly backoff: Backoff;
  readonly strategies: Readonly<Record<string, BackoffStrategy>>;
  /** 0 ≤ chance < 1. */
  readonly chance: number;
}

/** Longest wait between two attempts, in ms: a doubling comes to an end. */
const MAX_DELAY_MS = 30 * 24 * 3_600_000;
/** More would be no longer a wait. */
const MAX_DOUBLINGS = 50;
const FINAL: RetryPlan = { isFinal: true };

/** The class of the error comes first, then the number of attempts, then the back-off. */
export function planRetry({ thrown, failure, job, backoff, strategies, chance }: FailedAttempt): RetryPlan {
  if (thrown instanceof TerminalError || job.attempt >= job.attempts) return FINAL;
  if (thrown instanceof RetryableError) return { isFinal: false, delayMs: within(thrown.retryAfterMs, 0) };
  const delayMs = backoffDelay(backoff, job, failure, strategies, chance);
  return delayMs < 0 ? FINAL : { isFinal: false, delayMs };
}

/** What is no number counts as `otherwise`. */
function within(delayMs: unknown, otherwise: number): number {
  if (typeof delayMs !== 'number' || Number.isNaN(delayMs)) return otherwise;
  return Math.min(Math.ceil(delayMs), MAX_DELAY_MS);
}

/** Jitter takes up to that part of the delay away. -1 means no further attempt. */
export function backoffDelay(
  backoff: Backoff,
  job: Job,
  failure: Failure,
  strategies: Readonly<Record<string, BackoffStrategy>>,
  chance: number,
): number {
  if (backoff.type === 'custom') {
    const strategy = Object.hasOwn(strategies, backoff.name) ? strategies[backoff.name] : undefined;
    return within(strategy?.(job.attempt, failure, job), backoff.delayMs ?? 0);
  }
  const factor = backoff.type === 'fixed' ? 1 : 2 ** Math.min(job.attempt - 1, MAX_DOUBLINGS);
  const delayMs = Math.min(backoff.delayMs * factor, MAX_DELAY_MS);
  return Math.round(delayMs * (1 - (backoff.jitter ?? 0) * chance));
}

/** A strategy that throws counts as none: the job's own delay holds. */
export function guardStrategies(
  strategies: Readonly<Record<string, BackoffStrategy>>,
  log: Log,
): Readonly<Record<string, BackoffStrategy>> {
  const guard = (name: string, strategy: BackoffStrategy): BackoffStrategy => {
    return (attempt, failure, job) => {
      try {
        return strategy(attempt, failure, job);
      } catch (error) {
        log.error('job.backoff_failed', { queue: job.queue, id: job.id, strategy: name, error });
        return Number.NaN;
      }
    };
  };
  return Object.fromEntries(Object.entries(strategies).map(([name, strategy]) => [name, guard(name, strategy)]));
}
