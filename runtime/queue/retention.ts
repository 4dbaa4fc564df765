import { toFailure } from '../errors/errors.ts';
import { outcomesFilter } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';

const TRIM_MS = 1_000;
const planned = new WeakMap<OneQueue, () => void>();

/** Lets go of the oldest failed jobs beyond those that the queue keeps; at most once a second. */
export function trimFailed(parts: OneQueue): void {
  const { jobs, clock, tenant, queue, log, signal } = parts;
  if (planned.has(parts)) return;
  planned.set(
    parts,
    clock.schedule(TRIM_MS, () => {
      planned.delete(parts);
      if (signal.aborted) return;
      const { count } = parts.settings().failed;
      const filter = outcomesFilter(tenant, queue, 'failed');
      const trimming = Promise.all([jobs.purge('FAILED', filter, { keep: count }), dropOldFailed(parts)]);
      trimming.catch((error: unknown) => {
        if (!signal.aborted) log.warn('queue.trim_failed', { queue, ...toFailure(error) });
      });
    }),
  );
}

const PAGE = 500;

/** Lets go of failed jobs that are older than the queue keeps them; who looks at them asks for that first. */
export async function dropOldFailed({ bus, jobs, clock, tenant, queue, settings }: OneQueue): Promise<void> {
  const { ageMs } = settings().failed;
  if (ageMs === undefined) return;
  const oldest = clock.now() - ageMs;
  const filter = outcomesFilter(tenant, queue, 'failed');
  while (true) {
    const page = await bus.page('FAILED', { from: 1, filter, limit: PAGE });
    const last = page.findLast(({ storedAt }) => storedAt < oldest);
    if (last === undefined) return;
    await jobs.purge('FAILED', filter, { upTo: last.sequence });
    if (last !== page.at(-1)) return;
  }
}
