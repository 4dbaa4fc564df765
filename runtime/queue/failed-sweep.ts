import type { Stored } from '../bus/bus.ts';
import { toFailure } from '../errors/errors.ts';
import { singleSubject } from '../message/job-message.ts';
import type { FindParts } from './finding.ts';
import { idOf } from './job-events.ts';
import { homeOf } from './listing.ts';
import { decodeOutcome, outcomeSubject, outcomesFilter } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';

/**
 * FAILED goes on copying from JOBLOG where its own last message says. If that one was removed, because its job was tried
 * again, a server that was killed copies it once more. So after each reconnection what is out of date there is taken
 * out, as soon as the copying has had time and once more.
 */
const AFTER_MS = [2_000, 15_000] as const;
const PAGE = 500;
/** The server's header: stream, sequence in it, and more. */
const SOURCE_HEADER = 'Nats-Stream-Source';

export function keepFailedSwept(parts: OneQueue): Disposable {
  const { jobs, clock, log, queue, signal } = parts;
  let cancels: (() => void)[] = [];
  const stop = () => {
    for (const cancel of cancels) cancel();
    cancels = [];
  };
  const sweep = () => {
    sweepFailed(parts).catch((error: unknown) => {
      if (!signal.aborted) log.warn('queue.sweep_failed', { queue, ...toFailure(error) });
    });
  };
  const listening = jobs.onReconnect(() => {
    stop();
    cancels = AFTER_MS.map((delayMs) => clock.schedule(delayMs, sweep));
  });
  return {
    [Symbol.dispose]() {
      listening[Symbol.dispose]();
      stop();
    },
  };
}

/** @returns how many were taken out */
export async function sweepFailed(parts: FindParts): Promise<number> {
  const { bus, tenant, queue } = parts;
  const filter = outcomesFilter(tenant, queue, 'failed');
  let from = 1;
  let count = 0;
  while (true) {
    const page = await bus.page('FAILED', { from, filter, limit: PAGE });
    for (const stored of page) {
      if (!(await isOutOfDate(parts, stored))) continue;
      await bus.remove('FAILED', stored.sequence);
      count++;
    }
    if (page.length < PAGE) return count;
    from = page.at(-1)!.sequence + 1;
  }
}

/** True for a job that stands in JOBS again, or has had another outcome since. */
async function isOutOfDate({ bus, tenant, queue }: FindParts, stored: Stored): Promise<boolean> {
  const entry = decodeOutcome(stored.body)?.j[0];
  const copied = Number(stored.headers[SOURCE_HEADER]?.split(' ')[1] ?? Number.NaN);
  if (entry === undefined || Number.isNaN(copied)) return false;
  const home = homeOf(stored);
  const id = idOf(home, entry);
  const [standing, outcome] = await Promise.all([
    bus.last('JOBS', singleSubject(tenant, queue, '*', id)),
    bus.last('JOBLOG', outcomeSubject(tenant, queue, '*', '*', id)),
  ]);
  if (standing !== undefined || (outcome?.sequence ?? 0) > copied) return true;
  const ended = await bus.page('JOBLOG', {
    from: copied + 1,
    filter: outcomeSubject(tenant, queue, 'removed', '*', home),
    limit: PAGE,
  });
  return ended.some(({ body }) => decodeOutcome(body)?.j.some(({ i }) => i === entry.i));
}
