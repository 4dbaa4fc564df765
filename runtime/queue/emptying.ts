import { AutoWeaveError } from '../errors/errors.ts';
import { classFilter, type JobClass, type JobEntry, packedId, parseJobSubject } from '../message/job-message.ts';
import { untilHeard } from './agreement.ts';
import { completedJobs } from './completed.ts';
import { consumerName, readyClassesOf } from './consumers.ts';
import { endEffects } from './end-effects.ts';
import { goneSubject } from './gone-notes.ts';
import { toHome } from './home.ts';
import { listJobs } from './listing.ts';
import { createObliterate } from './obliterating.ts';
import { type EndJob, isOutOfDate } from './operations.ts';
import { decodeEntries, OPERATOR, outcomeSubject, outcomesFilter } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';
import { changeRecord, EMPTY_RECORD, unknownQueue } from './queue-record.ts';
import { reconcile } from './reconcile.ts';

/** What an operator does to many jobs of a queue at once. */
export interface Emptying {
  pause(): Promise<void>;
  resume(): Promise<void>;
  drain(options?: { readonly withDelayed?: boolean }): Promise<number>;
  clean(state: 'completed' | 'failed', graceMs: number, limit?: number): Promise<number>;
  obliterate(confirm: string): Promise<void>;
}

/** Messages that are taken, or removed, in one step: others wait for no longer than that takes. */
const STEP = 500;
const DRAINED = { code: 'AW_JOB_REMOVED', message: 'Its queue was emptied' };

/**
 * @param remove ends one job that waits; refuses one that runs
 * @param end ends one that runs, too
 */
export function createEmptying(parts: OneQueue, remove: (id: string) => Promise<void>, end: EndJob): Emptying {
  const { bus, jobs, tenant, queue, clock, directory, live } = parts;

  const change = async (isPaused: boolean): Promise<void> => {
    const changed = await changeRecord(bus, tenant, queue, (known) => known && { ...known, isPaused });
    directory.note(queue, changed.record, changed.sequence);
    if (changed.record === undefined) throw unknownQueue(queue);
    await untilHeard(parts, changed.sequence);
  };

  const readyConsumers = (): readonly string[] =>
    readyClassesOf(directory.get(queue) ?? EMPTY_RECORD).map((jobClass) => consumerName(tenant, queue, jobClass));

  /** Makes the broker give out jobs, or not, as the record says: also where another operator changes that meanwhile. */
  const applyPause = async (): Promise<void> => {
    let applied: boolean | undefined;
    while (true) {
      const { record } = await changeRecord(bus, tenant, queue, () => undefined);
      const isPaused = record?.isPaused ?? false;
      if (record === undefined || applied === isPaused) return;
      await Promise.all(
        readyConsumers().map((consumer) => (isPaused ? jobs.pauseConsumer(consumer) : jobs.resumeConsumer(consumer))),
      );
      applied = isPaused;
    }
  };

  const drain = async ({ withDelayed = false } = {}): Promise<number> => {
    const isPaused = directory.get(queue)?.isPaused ?? false;
    let count = 0;
    for (const consumer of readyConsumers()) {
      // A paused consumer gives nothing to us either; workers have been told not to ask.
      if (isPaused) await jobs.resumeConsumer(consumer);
      try {
        while (true) {
          const taken = await jobs.fetch(consumer, STEP);
          for (const delivery of taken) {
            const home = toHome(delivery);
            if (home !== undefined) count += await discard(home);
            jobs.acknowledge(delivery);
            if (home?.isPack && delivery.sequence <= (directory.get(queue)?.touchedUpTo ?? 0)) {
              await jobs.purge('CONTROL', goneSubject(tenant, queue, delivery.sequence));
            }
          }
          if (taken.length === 0) break;
        }
      } finally {
        if (isPaused) await applyPause();
      }
    }
    count += await discardAll('l');
    if (withDelayed) count += await discardAll('d');
    return count + (await removeHeld());
  };

  /** What workers have in their hands and have not begun is not given out again: it is removed by name. */
  const removeHeld = async (): Promise<number> => {
    if (live.workers.size === 0) return 0;
    let count = 0;
    let after: string | undefined;
    do {
      const page = await listJobs(parts, 'waiting', { first: STEP, ...(after === undefined ? {} : { after }) });
      for (const { id } of page.jobs) {
        try {
          await remove(id);
          count++;
        } catch (error) {
          // It has begun, or ended.
          if (!isOutOfDate(error)) throw error;
        }
      }
      after = page.next;
    } while (after !== undefined);
    return count;
  };

  /** How many of its jobs were left. */
  const discard = async (home: NonNullable<ReturnType<typeof toHome>>): Promise<number> => {
    const isNew =
      home.delivery.deliveryCount === 1 && home.delivery.sequence > (directory.get(queue)?.touchedUpTo ?? 0);
    const found = isNew ? undefined : await reconcile(parts, home, OPERATOR);
    const isLeft = (place: number) =>
      found === undefined || !(found.ours.has(place) || found.others.has(place) || found.operators.has(place));
    const left = home.entries.filter((_, place) => isLeft(place));
    for (const [place, entry] of home.entries.entries()) {
      if (!isLeft(place)) continue;
      await tellEnd(home.isPack ? packedId(home.delivery.sequence, place) : home.name, entry);
    }
    return left.length;
  };

  /** Who waits for the job's end. */
  const tellEnd = async (jobId: string, entry: JobEntry) => {
    const { t, u } = entry;
    const now = clock.now();
    const effects = endEffects({ tenant, queue, jobId, entry, outcome: 'removed', at: now, failure: DRAINED });
    if (effects.length === 0) return;
    const record = { w: OPERATOR, j: [{ t, at: now, ...(u === undefined ? {} : { u }) }], x: effects };
    const subject = outcomeSubject(tenant, queue, 'removed', true, jobId);
    await bus.commit('JOBLOG', [{ subject, body: Buffer.from(JSON.stringify(record)) }]);
  };

  /** Of a class that nobody pulls from. */
  const discardAll = async (jobClass: JobClass): Promise<number> => {
    const filter = classFilter(tenant, queue, jobClass);
    let count = 0;
    while (true) {
      const page = await bus.page('JOBS', { from: 1, filter, limit: STEP });
      if (page.length === 0) return count;
      for (const { subject, body } of page) {
        const id = parseJobSubject(subject)?.id;
        const entry = decodeEntries(body)?.[0];
        if (id !== undefined && entry !== undefined) await tellEnd(id, entry);
      }
      count += await jobs.purge('JOBS', filter, { upTo: page.at(-1)!.sequence });
    }
  };

  const clean = async (state: 'completed' | 'failed', graceMs: number, limit = Number.POSITIVE_INFINITY) => {
    if (!(graceMs >= 0)) throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot clean: graceMs is ${graceMs}`);
    if (!(limit >= 0)) throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot clean ${limit} jobs`);
    const before = clock.now() - graceMs;
    if (state === 'failed') return cleanFailed(before, limit);
    const old = (await completedJobs(parts)).filter(({ entry, stored }) => (entry.at ?? stored.storedAt) <= before);
    const chosen = old.slice(Math.max(0, old.length - limit));
    const newest = chosen[0];
    if (newest === undefined) return 0;
    const { index, stored } = newest;
    const changed = await changeRecord(bus, tenant, queue, (known) => {
      if (known === undefined || known.cleanedUpTo > stored.sequence) return undefined;
      const isCleaned = known.cleanedUpTo === stored.sequence && (known.cleanedIndex ?? index) >= index;
      return isCleaned ? undefined : { ...known, cleanedUpTo: stored.sequence, cleanedIndex: index };
    });
    directory.note(queue, changed.record, changed.sequence);
    return chosen.length;
  };

  const cleanFailed = async (before: number, limit: number): Promise<number> => {
    const filter = outcomesFilter(tenant, queue, 'failed');
    let count = 0;
    while (count < limit) {
      const page = await bus.page('FAILED', { from: 1, filter, limit: Math.min(STEP, limit - count) });
      const old = page.filter(({ storedAt }) => storedAt <= before);
      for (const { sequence } of old) await bus.remove('FAILED', sequence);
      count += old.length;
      if (old.length < page.length || page.length === 0) break;
    }
    return count;
  };

  return {
    async pause() {
      await change(true);
      await applyPause();
    },
    async resume() {
      // Before workers hear of it: what they ask for is to be given at once.
      await Promise.all(readyConsumers().map((consumer) => jobs.resumeConsumer(consumer)));
      await change(false);
      await applyPause();
    },
    drain,
    clean,
    obliterate: createObliterate(parts, { close: () => change(true), drain, end }),
  };
}
