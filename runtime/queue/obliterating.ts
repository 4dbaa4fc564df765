import { AutoWeaveError } from '../errors/errors.ts';
import { classFilter, type JobClass, packedId, parseJobSubject } from '../message/job-message.ts';
import { lookAfresh, untilHeard } from './agreement.ts';
import { BASE_CLASSES, classesOf, consumerName } from './consumers.ts';
import { areEffectsSent } from './effects-sent.ts';
import { goneSubject } from './gone-notes.ts';
import { type EndJob, isOutOfDate } from './operations.ts';
import { decodeEntries } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';
import { changeRecord, EMPTY_RECORD, finishRemoval } from './queue-record.ts';

export interface ObliterateSteps {
  /** Makes workers take nothing more. */
  readonly close: () => Promise<void>;
  readonly drain: (options: { readonly withDelayed: boolean }) => Promise<number>;
  /** Ends one job, also one that runs. */
  readonly end: EndJob;
}

/** Messages that are looked at in one step. */
const STEP = 500;
const GONE_REASON = 'Its queue was removed';

/**
 * Removes a queue with all it has. Whoever waits for the end of one of its jobs is told, also of those that run; what
 * its jobs have sent is sent on before their outcomes go.
 */
export function createObliterate(
  parts: OneQueue,
  { close, drain, end }: ObliterateSteps,
): (confirm: string) => Promise<void> {
  const { bus, jobs, tenant, queue, log, directory, live } = parts;

  /** What still stands, since it runs or its worker is gone, where somebody waits for its end. */
  const endAwaited = async (): Promise<void> => {
    const filter = classFilter(tenant, queue, '*');
    for (let from = 1; ; ) {
      const page = await bus.page('JOBS', { from, filter, limit: STEP });
      for (const { subject, body, sequence } of page) {
        const id = parseJobSubject(subject)?.id;
        for (const [place, { o: { sch, nt } = {} }] of (decodeEntries(body) ?? []).entries()) {
          if (sch !== undefined || nt !== undefined) await endIfThere(id ?? packedId(sequence, place));
        }
      }
      if (page.length < STEP) return;
      from = page.at(-1)!.sequence + 1;
    }
  };

  const endIfThere = async (id: string): Promise<void> => {
    try {
      await end(id, 'removed', GONE_REASON);
    } catch (error) {
      // It has ended meanwhile.
      if (!isOutOfDate(error)) throw error;
    }
  };

  return async (confirm) => {
    if (confirm !== queue) {
      throw new AutoWeaveError('AW_QUEUE_UNCONFIRMED', `Cannot obliterate queue "${queue}": it was not confirmed`, {
        hint: `give the name of the queue again: "${queue}"`,
      });
    }
    if (directory.get(queue) !== undefined) {
      // Workers have some in their hands, which they would begin once the queue is made anew.
      await close();
      await drain({ withDelayed: true });
      await lookAfresh(parts);
      await endAwaited();
    }
    const active = [...live.workers.values()].flatMap(({ jobs: running }) => running);
    for (const { id } of active) live.order({ kind: 'removed', id, reason: GONE_REASON });
    if (!(await areEffectsSent(parts))) {
      throw new AutoWeaveError(
        'AW_QUEUE_EFFECTS_WAIT',
        `Cannot obliterate queue "${queue}" yet: what its jobs have sent waits to be sent on`,
        {
          hint: 'look into the log for "effects.failed", then repeat it; the queue is empty and paused',
        },
      );
    }
    let classes: readonly JobClass[] = BASE_CLASSES;
    // Workers stop first: without its record a queue is none.
    const gone = await changeRecord(bus, tenant, queue, (known) => {
      classes = classesOf(known ?? EMPTY_RECORD);
      return known === undefined ? undefined : null;
    });
    directory.note(queue, gone.record, gone.sequence);
    await untilHeard(parts, gone.sequence);
    // Of what has come, or was on its way, until all had heard that it is gone.
    await endAwaited();
    const isSent = await areEffectsSent(parts);
    await Promise.all(classes.map((jobClass) => jobs.removeConsumer(consumerName(tenant, queue, jobClass))));
    await jobs.purge('JOBS', classFilter(tenant, queue, '*'));
    if (isSent) await jobs.purge('JOBLOG', `aw.${tenant}.out.${queue}.>`);
    // They go by age.
    else log.error('queue.effects_wait', { queue, hint: 'outcomes stay in JOBLOG until their effects are sent on' });
    await jobs.purge('JOBLOG', `aw.${tenant}.jev.${queue}.>`);
    await jobs.purge('FAILED', `aw.${tenant}.out.${queue}.>`);
    await jobs.purge('CONTROL', `aw.${tenant}.queue.${queue}.shares`);
    await jobs.purge('CONTROL', `aw.${tenant}.queue.${queue}.limit`);
    await jobs.purge('CONTROL', `aw.${tenant}.dedup.${queue}.*`);
    await jobs.purge('CONTROL', goneSubject(tenant, queue, '*'));
    if (gone.sequence > 0) await finishRemoval(bus, tenant, queue, gone.sequence);
  };
}
