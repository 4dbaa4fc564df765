import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import type { EntryFailure, JobEntry } from '../message/job-message.ts';
import type { Job } from './job.ts';

/** What went wrong with a job, as it is kept and as its processor is told. */

/** As schemas have codes. */
const MAX_CODE = 128;
const MAX_STACK = 4_000;
const MAX_MESSAGE = 1_000;
const MAX_FAILURES = 10;

/** Whatever was thrown: an error may have anything for its message and stack, and getters that throw. */
export function failureOf(thrown: unknown, attempt: number, at: number): EntryFailure {
  try {
    const { code, message } = toFailure(thrown);
    const stack = thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : undefined;
    return {
      code: fittingCode(code),
      message: String(message).slice(0, MAX_MESSAGE),
      attempt,
      at,
      ...(stack === undefined ? {} : { stack: stack.slice(0, MAX_STACK) }),
    };
  } catch {
    return { code: 'AW_UNEXPECTED', message: 'Thrown value cannot be read', attempt, at };
  }
}

/** A code is whatever its thrower has given it. */
export function fittingCode(code: unknown): string {
  return String(code).slice(0, MAX_CODE).toWellFormed() || 'AW_UNEXPECTED';
}

/** The last failures of a job, with one more. */
export function failuresWith({ e = [] }: JobEntry, failure: EntryFailure): readonly EntryFailure[] {
  return [...e, failure].slice(-MAX_FAILURES);
}

export function cancelledError(reason: string): AutoWeaveError {
  return new AutoWeaveError('AW_JOB_CANCELLED', `The job was cancelled: ${reason}`);
}

export function expiredError({ type }: Job): AutoWeaveError {
  return new AutoWeaveError('AW_JOB_EXPIRED', `"${type}" was to be done by now and has not begun`);
}

export function timeoutError({ type, attempt }: Job, takenMs: number): AutoWeaveError {
  return new AutoWeaveError(
    'AW_JOB_TIMEOUT',
    `Attempt ${attempt} of "${type}" has taken ${Math.round(takenMs)} ms, more than it may`,
    { hint: 'heed ctx.signal, or allow more by attemptTimeoutMs or totalTimeoutMs' },
  );
}
