import type { Outgoing } from '../bus/bus.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import { classOf, type JobEntry, singleSubject } from '../message/job-message.ts';
import { lookAfresh, untilHeard } from './agreement.ts';
import { clear } from './clearing.ts';
import { endEffects } from './end-effects.ts';
import { type EndedJob, findJob, type StandingJob } from './finding.ts';
import { idOf } from './job-events.ts';
import { findActive } from './looking.ts';
import {
  decodeOutcome,
  type Effect,
  factSubject,
  OPERATOR,
  type OutcomeRecord,
  outcomeSubject,
  type RecordState,
} from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';
import { changeRecord } from './queue-record.ts';

/** What an operator does to one job. */
export interface Operations {
  promote(id: string): Promise<void>;
  retry(id: string, data?: unknown): Promise<void>;
  /** `isToStand`: one that has ended meanwhile is left alone. */
  remove(id: string, options?: { readonly isToStand?: boolean }): Promise<void>;
  cancel(id: string, reason?: string): Promise<void>;
}

/** Workers that write at the same time. */
const MOST_ROUNDS = 20;
/** FAILED follows JOBLOG a few milliseconds behind. */
const FOLLOWS_MS = 2_000;
const STEP_MS = 20;

/** Ends one job that stands, also one that runs; whoever waits for it is told. */
export type EndJob = (id: string, state: 'cancelled' | 'removed', reason: string, isToStand?: boolean) => Promise<void>;

export function createOperations(parts: OneQueue): { readonly operations: Operations; readonly end: EndJob } {
  const { bus, tenant, queue, clock, live, directory, instruments, signal } = parts;

  const ends = new Map<string, Promise<void>>();

  const find = async (id: string): Promise<StandingJob | EndedJob> => {
    const found = await findJob(parts, id);
    if (found !== undefined) return found;
    throw new AutoWeaveError('AW_JOB_UNKNOWN', `Queue "${queue}" has no job "${id}"`, {
      hint: `autoweave job ls ${queue} shows its jobs; finished ones are forgotten in time`,
    });
  };

  const promote = async (id: string): Promise<void> => {
    const found = await find(id);
    if (!found.stands || found.jobClass !== 'd')
      throw wrongState('promote', id, found, 'only delayed jobs can be promoted');
    const { stored, entry } = found;
    const ready = stored.headers['Nats-Schedule-Target'] ?? singleSubject(tenant, queue, classOf(entry.o?.pr ?? 0), id);
    const result = await bus.commit('JOBS', [
      {
        subject: ready,
        body: stored.body,
        insteadOf: stored.subject,
        expectLastSequence: stored.sequence,
        expectLastOn: singleSubject(tenant, queue, '*', id),
      },
    ]);
    if (result.outcome !== 'stored') throw changedMeanwhile('promote', id);
    await tell('promoted', id, entry);
  };

  const tell = async (verb: 'promoted', id: string, entry: JobEntry): Promise<void> => {
    const record = { t: entry.t, at: clock.now(), ...(entry.p === undefined ? {} : { p: entry.p }) };
    const subject = factSubject(tenant, queue, verb, id);
    await bus.commit('JOBLOG', [{ subject, body: Buffer.from(JSON.stringify(record)) }]);
  };

  const retry = async (id: string, data?: unknown): Promise<void> => {
    parts.admit();
    const found = await find(id);
    const job = found.stands || found.state !== 'failed' ? undefined : found.entry.job;
    if (job === undefined) throw wrongState('retry', id, found, 'only failed jobs can be tried again');
    if (data !== undefined) parts.contracts.validate(job.t, data);
    const { c: _class, s: _stalled, ...rest } = job;
    const u = incarnationAfter(found as EndedJob);
    const entry: JobEntry = { ...rest, i: id, n: 0, u, ...(data === undefined ? {} : { d: data }) };
    const result = await bus.commit('JOBS', [
      {
        subject: singleSubject(tenant, queue, classOf(job.o?.pr ?? 0), id),
        body: Buffer.from(JSON.stringify([entry])),
        expectLastSequence: 0,
        expectLastOn: singleSubject(tenant, queue, '*', id),
      },
    ]);
    if (result.outcome !== 'stored') throw changedMeanwhile('retry', id);
    await forgetFailed(found as EndedJob, id);
  };

  /** Takes a job from FAILED, where it may be about to arrive. */
  const forgetFailed = async ({ home, stored }: EndedJob, id: string): Promise<void> => {
    const filter = outcomeSubject(tenant, queue, 'failed', '*', home);
    const until = clock.monotonic() + FOLLOWS_MS;
    while (!signal.aborted) {
      const page = await bus.page('FAILED', { from: 1, filter, limit: 1_000 });
      const own = page.filter(({ body }) => decodeOutcome(body)?.j.some((entry) => idOf(home, entry) === id));
      for (const { sequence } of own) await bus.remove('FAILED', sequence);
      // Beyond what the queue keeps it is not there at all.
      const isLate = stored.stream === 'FAILED' || clock.now() - stored.storedAt > FOLLOWS_MS;
      if (own.length > 0 || isLate || clock.monotonic() > until) return;
      await clock.sleep(STEP_MS, signal).catch(() => undefined);
    }
  };

  const remove: Operations['remove'] = async (id, { isToStand = false } = {}) => {
    const found = await find(id);
    if (found.stands) await lookAfresh(parts);
    if (findActive(parts, id) !== undefined && found.stands) {
      throw wrongState('remove', id, found, 'it runs: cancel it');
    }
    await end(id, 'removed', 'An operator has removed it', isToStand);
  };

  const cancel = async (id: string, reason = 'An operator has cancelled it'): Promise<void> => {
    await end(id, 'cancelled', reason);
  };

  /** What ends in one pack is written one after the other: side by side, each would refuse the others. */
  const end: EndJob = (id, state, reason, isToStand = false) => {
    const home = id.split('~')[0]!;
    const mine = (ends.get(home) ?? Promise.resolve()).then(() => endNow(id, state, reason, isToStand));
    const settled = mine
      .catch(() => undefined)
      .then(() => {
        if (ends.get(home) === settled) ends.delete(home);
      });
    ends.set(home, settled);
    return mine;
  };

  /** Writes the outcome; who writes first has it, worker or operator. */
  const endNow = async (
    id: string,
    state: 'cancelled' | 'removed',
    reason: string,
    isToStand: boolean,
  ): Promise<void> => {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const found = await find(id);
      const isOver = (was: string) => state === 'cancelled' || isToStand || was === 'removed' || was === 'cancelled';
      if (!found.stands && isOver(found.state)) {
        // Who ended it may have died before he was done with it.
        if (found.state === 'removed' || found.state === 'cancelled') await clear(parts, id, found.entry.u);
        throw wrongState(state === 'removed' ? 'remove' : 'cancel', id, found, `it is ${found.state} already`);
      }
      // Known before the outcome stands: a worker that gets the message from now on asks first.
      if (found.stands && found.jobClass !== 'd') await touch(found.stored.sequence);
      if (!(await writeEnd(found, id, state, reason))) continue;
      instruments.jobsFinished.add(1, { queue, outcome: state });
      live.order({ kind: state, id, reason });
      if (found.stands) await clear(parts, id, found.entry.u);
      else if (found.state === 'failed') await forgetFailed(found, id);
      return;
    }
    throw changedMeanwhile(state === 'removed' ? 'remove' : 'cancel', id);
  };

  /**
   * A job of a pack that a worker may be moving out ends as the single that it becomes: in one step with the note that it
   * has left. With an outcome in its pack only, its own message would be taken for another job and run.
   */
  const writeEnd = async (
    found: StandingJob | EndedJob,
    id: string,
    state: 'cancelled' | 'removed',
    reason: string,
  ): Promise<boolean> => {
    const { entry, home } = found;
    const now = clock.now();
    const code = state === 'removed' ? 'AW_JOB_REMOVED' : 'AW_JOB_CANCELLED';
    // One that has ended has told so.
    const effects: readonly Effect[] = found.stands
      ? endEffects({
          tenant,
          queue,
          jobId: id,
          entry: found.entry,
          outcome: state,
          at: now,
          failure: { code, message: reason },
        })
      : [];
    const isInPack = found.stands && found.isPack && found.ownSequence === undefined;
    const place = found.stands ? (isInPack ? found.place : undefined) : found.entry.i;
    const attempt = entry.n ?? 0;
    const outcome = {
      ...(place === undefined ? {} : { i: place }),
      t: entry.t,
      n: attempt,
      ...(entry.a === undefined ? {} : { a: entry.a }),
      at: now,
      e: { code, message: reason, attempt, at: now },
      ...(entry.p === undefined ? {} : { p: entry.p }),
      ...(entry.u === undefined ? {} : { u: entry.u }),
    };
    const record = { w: OPERATOR, j: [outcome], ...(effects.length === 0 ? {} : { x: effects }) };
    const message = (to: string, as: RecordState, written: OutcomeRecord, expectLastSequence: number): Outgoing => ({
      subject: outcomeSubject(tenant, queue, as, written.x !== undefined, to),
      body: Buffer.from(JSON.stringify(written)),
      expectLastSequence,
      expectLastOn: outcomeSubject(tenant, queue, '*', '*', to),
    });
    const messages = [message(home, state, record, found.sequence)];
    if (found.stands && found.ownSequence !== undefined) {
      const moved = { w: OPERATOR, j: [{ i: found.place, t: entry.t }] };
      messages.splice(
        0,
        1,
        message(home, 'moved', moved, found.sequence),
        message(id, state, record, found.ownSequence),
      );
    }
    return (await bus.commit('JOBLOG', messages)).outcome === 'stored';
  };

  const touch = async (sequence: number): Promise<void> => {
    const changed = await changeRecord(bus, tenant, queue, (known) =>
      known === undefined || known.touchedUpTo >= sequence ? undefined : { ...known, touchedUpTo: sequence },
    );
    directory.note(queue, changed.record, changed.sequence);
    await untilHeard(parts, changed.sequence);
  };

  const wrongState = (what: string, id: string, found: StandingJob | EndedJob, why: string): AutoWeaveError => {
    const state = found.stands ? (found.jobClass === 'd' ? 'delayed' : 'waiting or active') : found.state;
    return new AutoWeaveError(
      'AW_JOB_STATE',
      `Cannot ${what} job "${id}" of queue "${queue}", which is ${state}: ${why}`,
    );
  };

  const changedMeanwhile = (what: string, id: string): AutoWeaveError =>
    new AutoWeaveError('AW_JOB_STATE', `Cannot ${what} job "${id}" of queue "${queue}": it has changed meanwhile`, {
      hint: 'look at it again',
    });

  return { operations: { promote, retry, remove, cancel }, end };
}

/** The same for all that try it again after this failure: it runs once, however many do so at the same time. */
function incarnationAfter({ entry, stored }: EndedJob): string {
  return `r${(entry.at ?? stored.storedAt).toString(36)}`;
}

/** What a bulk operation says of a job that has gone on meanwhile: it is left out, not a failure of the whole. */
export function isOutOfDate(error: unknown): boolean {
  return ['AW_JOB_UNKNOWN', 'AW_JOB_STATE'].includes(toFailure(error).code);
}
