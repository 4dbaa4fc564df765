import type { Stored } from '../bus/bus.ts';
import { classFilter, type JobClass, singleSubject } from '../message/job-message.ts';
import { consumerName, readyClassesOf } from './consumers.ts';
import type { Directory } from './directory.ts';
import { goneSubject } from './gone-notes.ts';
import { toHome } from './home.ts';
import { OPERATOR } from './outcome-record.ts';
import type { QueueParts } from './queue-parts.ts';
import { EMPTY_RECORD } from './queue-record.ts';
import { reconcile } from './reconcile.ts';

export interface SweepParts extends Pick<QueueParts, 'bus' | 'jobs' | 'tenant'> {
  readonly directory: Pick<Directory, 'names' | 'get'>;
  /** True for what a worker of this process has: it knows itself what becomes of it. */
  readonly isHeld: (sequence: number) => boolean;
}

const PAGE = 100;
const PAGE_BYTES = 4 * 1024 ** 2;

/**
 * Takes away messages whose jobs have all ended, in all queues of a tenant. One after the other: it is never urgent, and
 * a broker that has just come back has more to do.
 *
 * @param upTo what was stored later is left alone
 * @param signal looked at before each message
 */
export async function sweepDone(parts: SweepParts, upTo: number, signal: AbortSignal): Promise<void> {
  const { directory } = parts;
  for (const queue of directory.names()) {
    for (const jobClass of readyClassesOf(directory.get(queue) ?? EMPTY_RECORD)) {
      await sweepClass(parts, queue, jobClass, upTo, signal);
    }
  }
}

async function sweepClass(
  parts: SweepParts,
  queue: string,
  jobClass: JobClass,
  upTo: number,
  signal: AbortSignal,
): Promise<void> {
  const { bus, jobs, tenant } = parts;
  signal.throwIfAborted();
  const { deliveredUpTo = 0 } = (await jobs.consumerStatus(consumerName(tenant, queue, jobClass))) ?? {};
  const last = Math.min(deliveredUpTo, upTo);
  const filter = classFilter(tenant, queue, jobClass);
  for (let from = 1; from <= last; ) {
    const page = await bus.page('JOBS', { from, filter, limit: PAGE, maxBytes: PAGE_BYTES });
    for (const stored of page) {
      signal.throwIfAborted();
      if (stored.sequence <= last && !parts.isHeld(stored.sequence)) await removeIfDone(parts, queue, stored);
    }
    if (page.length === 0) return;
    from = page.at(-1)!.sequence + 1;
  }
}

async function removeIfDone(parts: SweepParts, queue: string, stored: Stored): Promise<void> {
  const { bus, jobs, tenant, directory } = parts;
  const { subject, body, sequence, storedAt } = stored;
  const place = { consumer: '', replyTo: '', deliveryCount: 1, consumerSequence: 0, pending: 0 };
  const home = toHome({ ...place, subject, body, sequence, storedAt });
  if (home === undefined) return;
  const { others, operators } = await reconcile({ bus, tenant, queue }, home, OPERATOR);
  const isDone = home.entries.every((_, index) => others.has(index) || operators.has(index));
  if (!isDone && (home.isPack || (await isNewest(parts, queue, home.name, sequence)))) return;
  await bus.remove('JOBS', sequence);
  if (home.isPack && sequence <= (directory.get(queue)?.touchedUpTo ?? 0)) {
    await jobs.purge('CONTROL', goneSubject(tenant, queue, sequence));
  }
}

/** A job that has been stored anew since, for another attempt, is no longer this message. */
async function isNewest({ bus, tenant }: SweepParts, queue: string, id: string, sequence: number): Promise<boolean> {
  const last = await bus.last('JOBS', singleSubject(tenant, queue, '*', id));
  return last === undefined || last.sequence <= sequence;
}
