import type { BulkJobOperation, JobCountsFieldsFragment, JobDetailState, JobState } from './generated/operations.ts';
import type { Job } from './job-feed.ts';
import { ageText, agoText, durationText } from './time-text.ts';

export const JOB_STATES: readonly JobState[] = ['WAITING', 'ACTIVE', 'DELAYED', 'COMPLETED', 'FAILED'];

/** What may be done to one job. */
export type JobAction = 'retry' | 'promote' | 'cancel' | 'remove';

const ACTIONS: Readonly<Record<JobDetailState, readonly JobAction[]>> = {
  WAITING: ['cancel', 'remove'],
  ACTIVE: ['cancel'],
  DELAYED: ['promote', 'cancel', 'remove'],
  COMPLETED: ['remove'],
  FAILED: ['retry', 'remove'],
  CANCELLED: [],
  REMOVED: [],
};

/** What may be done to all jobs of a state at once. */
const BULK: Readonly<Record<JobState, readonly BulkJobOperation[]>> = {
  WAITING: ['REMOVE'],
  ACTIVE: ['CANCEL'],
  DELAYED: ['PROMOTE', 'REMOVE'],
  COMPLETED: ['REMOVE'],
  FAILED: ['RETRY', 'REMOVE'],
};

export function actionsOf(state: JobDetailState): readonly JobAction[] {
  return ACTIONS[state];
}

export function bulkOperationsOf(state: JobState): readonly BulkJobOperation[] {
  return BULK[state];
}

export function stateText(state: JobDetailState): string {
  return state.toLowerCase();
}

/** `1,204`: the separator of the reader's locale. */
export function countText(count: number): string {
  return count.toLocaleString();
}

/** `1 failed job`, `12 waiting jobs`. */
export function jobsText(count: number, state: JobDetailState): string {
  return `${countText(count)} ${stateText(state)} ${count === 1 ? 'job' : 'jobs'}`;
}

export function countIn(counts: JobCountsFieldsFragment, state: JobState): number {
  switch (state) {
    case 'WAITING':
      return counts.waiting;
    case 'ACTIVE':
      return counts.active;
    case 'DELAYED':
      return counts.delayed;
    case 'COMPLETED':
      return counts.completed;
    case 'FAILED':
      return counts.failed;
  }
}

/** `3 waiting · 1 failed`, or `empty`. */
export function countsText(counts: JobCountsFieldsFragment): string {
  const parts = JOB_STATES.filter((state) => countIn(counts, state) > 0).map(
    (state) => `${countText(countIn(counts, state))} ${stateText(state)}`,
  );
  return parts.length === 0 ? 'empty' : parts.join(' · ');
}

/** `no workers`, `1 worker`, `3 workers`. */
export function workersText({ workers }: JobCountsFieldsFragment): string {
  return `${workers === 0 ? 'no' : countText(workers)} ${workers === 1 ? 'worker' : 'workers'}`;
}

/** What a person who opens a queue most likely looks for: what runs, what waits, what went wrong. */
export function firstState(counts: JobCountsFieldsFragment): JobState {
  const order: readonly JobState[] = ['ACTIVE', 'WAITING', 'FAILED', 'DELAYED', 'COMPLETED'];
  return order.find((state) => countIn(counts, state) > 0) ?? 'WAITING';
}

/** What there is to say of a listed job beside its name, in a few words. */
export function jobText(job: Job, progress: unknown, nowMs: number): string {
  const parts: string[] = [];
  if (job.priority > 0) parts.push(`priority ${job.priority}`);
  if (job.attemptsMade > 1 || job.state === 'FAILED') parts.push(attemptText(job));
  if (progress !== undefined) parts.push(progressText(progress));
  if (job.state === 'DELAYED' && job.dueAt !== null) parts.push(dueText(nowMs, Date.parse(job.dueAt)));
  if (job.durationMs !== null) parts.push(`took ${tookText(job.durationMs)}`);
  if (job.finishedAt === null) parts.push(`added ${agoText(nowMs, Date.parse(job.addedAt))}`);
  return parts.join(' · ');
}

/** How long an attempt took: it is measured in whole milliseconds. */
export function tookText(durationMs: number): string {
  return durationMs < 1 ? 'less than 1 ms' : durationText(durationMs);
}

/** `attempt 2 of 3`. */
export function attemptText({ attemptsMade, attempts }: Pick<Job, 'attemptsMade' | 'attempts'>): string {
  return `attempt ${attemptsMade} of ${Math.max(attempts, attemptsMade)}`;
}

/** `due in 12 s`; `due now` for what is late. */
export function dueText(nowMs: number, dueMs: number): string {
  const age = ageText(dueMs, nowMs);
  return age === 'now' ? 'due now' : `due in ${age}`;
}

/** A number from 0 to 100 is a share; anything else is shown as what it is. */
export function progressText(progress: unknown): string {
  if (typeof progress === 'number' && progress >= 0 && progress <= 100) return `${Math.round(progress)} %`;
  const text = typeof progress === 'string' ? progress : JSON.stringify(progress);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

/** The queue's or a job's back-off in a sentence; any other value as JSON. */
export function backoffText(backoff: unknown): string {
  const { type, delayMs, name } = (backoff ?? {}) as Readonly<Record<string, unknown>>;
  if (type === 'custom' && typeof name === 'string') return `by the worker’s “${name}”`;
  if (typeof delayMs !== 'number') return JSON.stringify(backoff);
  const delay = durationText(delayMs);
  return type === 'exponential' ? `${delay}, doubled each time` : `${delay} each time`;
}

/** `the last 10`, `the last 50, for 2 h 00`. */
export function retentionText({ count, ageMs }: { readonly count: number; readonly ageMs: number | null }): string {
  const last = count === 1 ? 'the last one' : `the last ${countText(count)}`;
  if (count === 0) return 'none';
  return ageMs === null ? last : `${last}, for ${ageText(ageMs, 0)}`;
}

/** `Jobs: 3 completed, 1 failed`, for those who hear the page. */
export function happenedText(completed: number, failed: number): string {
  const parts: string[] = [];
  if (completed > 0) parts.push(`${countText(completed)} completed`);
  if (failed > 0) parts.push(`${countText(failed)} failed`);
  return `Jobs: ${parts.join(', ')}`;
}

/** Partial results as one text when they are pieces of one, such as a model's answer; else one a line. */
export function partialsText(partials: readonly unknown[]): string {
  if (partials.every((partial) => typeof partial === 'string')) return partials.join('');
  return partials.map((partial) => JSON.stringify(partial)).join('\n');
}
