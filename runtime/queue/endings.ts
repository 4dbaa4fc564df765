import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import { classOf, type EntryFailure, frontOf } from '../message/job-message.ts';
import type { Attempt } from './attempt.ts';
import { type EndedJob, endEffects } from './end-effects.ts';
import type { Facts } from './facts.ts';
import { type Home, idIn, settle } from './home.ts';
import { failureOf, failuresWith } from './job-failure.ts';
import { rulesOf } from './job-options.ts';
import { moveOut, takeSingleBack } from './moving.ts';
import { completedJson, failedJson, movedJson } from './outcome-json.ts';
import { bytesOf } from './outcome-messages.ts';
import type { Effect } from './outcome-record.ts';
import type { OutcomeWriter } from './outcome-writer.ts';
import type { BackoffStrategy } from './queue-api.ts';
import type { OneQueue } from './queue-parts.ts';
import { trimFailed } from './retention.ts';
import { planRetry } from './retry-plan.ts';

/** What becomes of the jobs of a worker: an outcome, another attempt, or the hands of others. */
export interface Endings {
  /** @param value what the processor gave */
  succeed(attempt: Attempt, value: unknown): void;
  /** @param isFinal it can't become right by itself */
  failAttempt(attempt: Attempt, thrown: unknown, isFinal: boolean): void;
  /** For good. */
  fail(home: Home, place: number, failure: EntryFailure): void;
  /** Gives jobs that have not begun, or not ended, to all: one after the other, so that they keep their order. */
  give(home: Home, places: readonly number[]): void;
  /** All of its jobs that are not settled. */
  giveBack(home: Home): void;
  /** Jobs that were given to others so far. */
  readonly given: number;
}

export interface EndingsParts extends OneQueue {
  readonly worker: string;
  readonly writer: OutcomeWriter;
  readonly facts: Facts;
  readonly strategies: Readonly<Record<string, BackoffStrategy>>;
  /** The slot is free, whatever becomes of the outcome. */
  readonly free: (attempt: Attempt) => void;
  /** Keeps work until it is done; where it fails, what it is about is let go of. */
  readonly track: (work: Promise<void>, home?: Home) => void;
  readonly closeIfDone: (home: Home) => void;
}

export function createEndings(parts: EndingsParts): Endings {
  const { bus, clock, log, random, tenant, queue, instruments, writer, facts, strategies } = parts;
  const { free, track, closeIfDone } = parts;
  let given = 0;
  let giving: Promise<void> = Promise.resolve();

  function succeed(attempt: Attempt, value: unknown): void {
    if (attempt.isOver || attempt.isFreed) {
      free(attempt);
      return;
    }
    const { job, home, place } = attempt;
    let result: string;
    try {
      result = JSON.stringify(value) ?? 'null';
      const bytes = result.length * 3 > bus.maxBodyBytes ? Buffer.byteLength(result) : 0;
      if (bytes > bus.maxBodyBytes) throw new Error(`it has ${bytes} bytes of at most ${bus.maxBodyBytes}`);
    } catch (cause) {
      const message = `Cannot keep the result of "${job.type}": ${toFailure(cause).message}`;
      failAttempt(attempt, new AutoWeaveError('AW_JOB_RESULT_INVALID', message, { cause }), true);
      return;
    }
    const told = ended(home, place, 'completed', { result, traceparent: attempt.span?.traceparent });
    const json = completedJson(attempt, result, clock.now(), clock.monotonic() - attempt.startedAt);
    const outcome = { place, state: 'completed', json, effects: withEnd(attempt.effects, told) } as const;
    // Without somebody who is told, what a result and effects may have fits.
    const bytes = told.length > 0 ? bytesOf(outcome, bus.maxEntryBytes) : 0;
    if (bytes > bus.maxEntryBytes) {
      failAttempt(attempt, tooLarge(attempt, result, bytes), true);
      return;
    }
    attempt.span?.end();
    writer.add(home, outcome);
    instruments.jobsFinished.add(1, { queue, outcome: 'completed' });
    free(attempt);
  }

  function tooLarge({ job, effects }: Attempt, result: string, bytes: number): AutoWeaveError {
    const message = `Cannot keep the result of "${job.type}": with ${effects.length} messages, and with what is told to whoever waits for it, its ${Buffer.byteLength(result)} bytes become ${bytes} of at most ${bus.maxEntryBytes}`;
    return new AutoWeaveError('AW_JOB_RESULT_INVALID', message, { hint: 'give less, or send less from the job' });
  }

  function failAttempt(attempt: Attempt, thrown: unknown, isFinal: boolean): void {
    if (attempt.isOver || attempt.isFreed) {
      free(attempt);
      return;
    }
    const { job, home, place, entry } = attempt;
    const failure = failureOf(thrown, job.attempt, clock.now());
    attempt.span?.fail(thrown);
    attempt.span?.end();
    const { backoff, totalTimeoutMs } = rulesOf(entry, parts.settings());
    const plan = isFinal
      ? ({ isFinal: true } as const)
      : planRetry({ thrown, failure, job, backoff, strategies, chance: random.fraction() });
    const dueAt = plan.isFinal ? 0 : clock.now() + plan.delayMs;
    const isTooLate = totalTimeoutMs > 0 && dueAt > job.addedAt + totalTimeoutMs;
    free(attempt);
    if (plan.isFinal || isTooLate) fail(home, place, failure, attempt);
    else track(retry(attempt, failure, plan.delayMs), home);
  }

  /** False for a job that is another worker's, or that an operator has ended. */
  async function mayLeave(home: Home, place: number): Promise<boolean> {
    if (home.isPack && !(await writer.own(home))) return false;
    return !home.settled[place];
  }

  async function retry(attempt: Attempt, failure: EntryFailure, delayMs: number): Promise<void> {
    const { home, place, job, entry } = attempt;
    if (!(await mayLeave(home, place))) return;
    const isOurs = await moveOut(parts, home, place, {
      jobClass: classOf(entry.o?.pr ?? 0),
      ...(delayMs > 0 ? { at: clock.now() + delayMs } : {}),
      changes: { n: job.attempt, e: failuresWith(entry, failure) },
    });
    left(home, place, () => {
      if (!isOurs) return;
      instruments.jobsRetried.add(1, { queue });
      facts.tell('retrying', job.id, {
        t: job.type,
        at: clock.now(),
        n: job.attempt,
        e: { ...failure },
        ...(entry.p === undefined ? {} : { p: entry.p }),
      });
    });
  }

  /**
   * The job has a message of its own now.
   *
   * @param onStored that is known to all
   */
  function left(home: Home, place: number, onStored?: () => void): void {
    if (home.isPack && home.settled[place]) {
      // An operator has ended it meanwhile. One who does so later takes it back himself.
      track(takeSingleBack(parts, idIn(home, place), home.entries[place]!.u));
    } else if (home.isPack) {
      writer.add(home, { place, state: 'moved', json: movedJson(home, place), effects: [], onStored });
    } else {
      settle(home, place);
      onStored?.();
      closeIfDone(home);
    }
  }

  function fail(home: Home, place: number, failure: EntryFailure, attempt?: Attempt): void {
    const durationMs = attempt === undefined ? 0 : clock.monotonic() - attempt.startedAt;
    writer.add(home, {
      place,
      state: 'failed',
      json: failedJson(home, place, failure, clock.now(), durationMs),
      effects: ended(home, place, 'failed', { failure, traceparent: attempt?.span?.traceparent }),
    });
    instruments.jobsFinished.add(1, { queue, outcome: 'failed' });
    trimFailed(parts);
  }

  function ended(
    home: Home,
    place: number,
    outcome: 'completed' | 'failed',
    what: Pick<EndedJob, 'result' | 'failure' | 'traceparent'>,
  ): readonly Effect[] {
    const entry = home.entries[place]!;
    const jobId = idIn(home, place);
    try {
      return endEffects({ tenant, queue, jobId, entry, outcome, at: clock.now(), ...what });
    } catch (error) {
      // A job ends also where nobody can be told.
      log.error('job.end_untold', { queue, id: jobId, ...toFailure(error) });
      return [];
    }
  }

  /** Gives what no slot is free for to all. */
  async function shed(home: Home, places: readonly number[]): Promise<void> {
    for (const place of places) {
      if (home.settled[place] || home.isLost || !(await mayLeave(home, place))) continue;
      await moveOut(parts, home, place, { jobClass: frontOf(home.jobClass) });
      left(home, place);
    }
  }

  function give(home: Home, places: readonly number[]): void {
    given += places.length;
    const work = giving.then(() => shed(home, places));
    giving = work.catch(() => undefined);
    track(work, home);
  }

  function giveBack(home: Home): void {
    const places = home.entries.map((_, place) => place).filter((place) => home.settled[place] === false);
    give(home, places);
  }

  return {
    succeed,
    failAttempt,
    fail,
    give,
    giveBack,
    get given() {
      return given;
    },
  };
}

function withEnd(effects: readonly Effect[], told: readonly Effect[]): readonly Effect[] {
  return told.length === 0 ? effects : [...effects, ...told];
}
