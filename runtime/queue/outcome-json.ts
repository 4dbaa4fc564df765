import type { EntryFailure, JobEntry } from '../message/job-message.ts';
import type { Attempt } from './attempt.ts';
import { addedAtIn, type Home, idIn, untouched } from './home.ts';
import { failuresWith } from './job-failure.ts';

/**
 * Outcomes as JSON of an `OutcomeEntry`. That of a completed job is put together by hand: there is one for each job, and
 * its result is JSON already.
 */

/** Bytes of a job whose data is kept with its outcome. */
const MAX_KEPT_DATA = 1_024;

/** @param result what the processor gave, as JSON */
export function completedJson(attempt: Attempt, result: string, at: number, durationMs: number): string {
  const { job, home, place, entry, dataToKeep } = attempt;
  const where = home.isPack ? `"i":${place},` : '';
  const trace = entry.p === undefined ? '' : `,"p":"${entry.p}"`;
  const incarnation = entry.u === undefined ? '' : `,"u":${JSON.stringify(entry.u)}`;
  const ms = Math.round(durationMs * 10) / 10;
  return `{${where}"t":${JSON.stringify(job.type)},"n":${job.attempt},"a":${job.addedAt},"at":${at},"ms":${ms}${trace}${incarnation}${dataToKeep},"r":${result}}`;
}

/** With all of the job, so that it can be tried again. */
export function failedJson(home: Home, place: number, failure: EntryFailure, at: number, durationMs: number): string {
  const entry = home.entries[place]!;
  const addedAt = addedAtIn(home, place);
  const whole: JobEntry = {
    ...untouched(home, place),
    i: idIn(home, place),
    a: addedAt,
    n: failure.attempt,
    e: failuresWith(entry, failure),
  };
  return JSON.stringify({
    ...(home.isPack ? { i: place } : {}),
    t: entry.t,
    n: failure.attempt,
    a: addedAt,
    at,
    ms: Math.round(durationMs),
    e: { code: failure.code, message: failure.message, attempt: failure.attempt, at: failure.at },
    ...(entry.p === undefined ? {} : { p: entry.p }),
    ...(entry.u === undefined ? {} : { u: entry.u }),
    job: whole,
  });
}

/** A job that has a message of its own now. */
export function movedJson(home: Home, place: number): string {
  return `{"i":${place},"t":${JSON.stringify(home.entries[place]!.t)}}`;
}

/**
 * What completed with which data can be seen while it is listed; long data would be written twice for that.
 *
 * @returns a field as JSON, or nothing
 */
export function dataToKeep(home: Home, entry: JobEntry, isListed: boolean): string {
  if (!isListed) return '';
  // Most of the time that is known without looking; what has failed before carries its failures, too.
  if (entry.e === undefined && home.delivery.body.length / home.entries.length > MAX_KEPT_DATA) return '';
  const data = JSON.stringify(entry.d);
  return data === undefined || data.length > MAX_KEPT_DATA ? '' : `,"d":${data}`;
}
