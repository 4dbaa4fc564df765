import { AutoWeaveError } from '../errors/errors.ts';
import { type EntryOptions, MAX_PRIORITY } from './job-message.ts';

/** What a caller may say about a job beside its id and its time, and how an entry keeps it. */
export interface PackedOptions {
  readonly priority?: number;
  readonly isLifo?: boolean;
  readonly attempts?: number;
  readonly backoff?: PackedBackoff;
  readonly attemptTimeoutMs?: number;
  readonly totalTimeoutMs?: number;
}

export type PackedBackoff =
  | { readonly type: 'fixed' | 'exponential'; readonly delayMs: number; readonly jitter?: number }
  | { readonly type: 'custom'; readonly name: string; readonly delayMs?: number };

export const MAX_ATTEMPTS = 10_000;
/** Longest delay, back-off or time-out: a year. */
export const MAX_MS = 366 * 24 * 3_600_000;
const MAX_NAME = 100;

/**
 * The options as an entry has them; undefined when nothing is said that is not usual.
 *
 * @throws AW_JOB_OPTIONS_INVALID naming the first that is wrong
 */
export function packOptions(options: PackedOptions): EntryOptions | undefined {
  const { priority, isLifo, attempts, backoff, attemptTimeoutMs, totalTimeoutMs } = options;
  if (priority !== undefined) checkNumber('priority', priority, 0, MAX_PRIORITY);
  if (attempts !== undefined) checkNumber('attempts', attempts, 1, MAX_ATTEMPTS);
  if (attemptTimeoutMs !== undefined) checkNumber('attemptTimeoutMs', attemptTimeoutMs, 0, MAX_MS);
  if (totalTimeoutMs !== undefined) checkNumber('totalTimeoutMs', totalTimeoutMs, 0, MAX_MS);
  if (isLifo && priority) throw invalidOption('isLifo', true, 'excludes a priority');
  const packed: EntryOptions = {
    ...(attempts === undefined ? {} : { a: attempts }),
    ...(backoff === undefined ? {} : { b: packBackoff(backoff) }),
    ...(attemptTimeoutMs === undefined ? {} : { to: attemptTimeoutMs }),
    ...(totalTimeoutMs === undefined ? {} : { tt: totalTimeoutMs }),
    ...(priority ? { pr: priority } : {}),
    ...(isLifo ? { l: true } : {}),
  };
  return Object.keys(packed).length === 0 ? undefined : packed;
}

/** @throws AW_JOB_OPTIONS_INVALID */
export function checkDelay(delayMs: number): void {
  checkNumber('delayMs', delayMs, 0, MAX_MS);
}

/** @throws AW_JOB_OPTIONS_INVALID */
export function packBackoff(backoff: PackedBackoff): NonNullable<EntryOptions['b']> {
  if (typeof backoff !== 'object' || backoff === null) throw invalidOption('backoff', backoff);
  if (backoff.type === 'custom') {
    const { name, delayMs } = backoff;
    if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) throw invalidOption('backoff.name', name);
    if (delayMs === undefined) return ['custom', name];
    checkNumber('backoff.delayMs', delayMs, 0, MAX_MS);
    return ['custom', name, delayMs];
  }
  const { type, delayMs, jitter } = backoff;
  if (type !== 'fixed' && type !== 'exponential') throw invalidOption('backoff.type', type);
  checkNumber('backoff.delayMs', delayMs, 0, MAX_MS);
  if (jitter === undefined) return [type, delayMs];
  if (!(jitter >= 0 && jitter <= 1)) throw invalidOption('backoff.jitter', jitter);
  return [type, delayMs, jitter];
}

/** @throws AW_JOB_OPTIONS_INVALID unless it is a whole number within the bounds */
export function checkNumber(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidOption(name, value, `is no whole number from ${least} to ${most}`);
}

export function invalidOption(name: string, value: unknown, rule?: string): AutoWeaveError {
  const found = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value)).slice(0, 100);
  return new AutoWeaveError(
    'AW_JOB_OPTIONS_INVALID',
    `Cannot use these options: ${name} is ${found}${rule ? `, which ${rule}` : ''}`,
    { hint: 'see docs/guide/jobs.md' },
  );
}
