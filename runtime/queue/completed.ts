import type { Stored } from '../bus/bus.ts';
import { decodeOutcome, type OutcomeEntry, outcomesFilter } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';
import { EMPTY_RECORD } from './queue-record.ts';
import { readTail } from './read-tail.ts';

export interface CompletedJob {
  readonly home: string;
  readonly entry: OutcomeEntry;
  readonly stored: Stored;
  /** Place in its message. */
  readonly index: number;
}

/** Completed jobs that are shown at most, whatever the queue's settings say. */
const MAX_SHOWN = 10_000;
/** How far back they are looked for: 256 · 4^5 messages of the log of all queues. */
const WINDOWS = 6;

/** Those that the queue keeps, newest first: a view of the log, which has them all for an hour. */
export async function completedJobs(parts: OneQueue): Promise<readonly CompletedJob[]> {
  const { bus, tenant, queue, clock, directory } = parts;
  const { count, ageMs = Number.POSITIVE_INFINITY } = parts.settings().completed;
  const { cleanedUpTo, cleanedIndex } = directory.get(queue) ?? EMPTY_RECORD;
  const wanted = Math.min(count, MAX_SHOWN);
  if (wanted === 0) return [];
  const oldest = clock.now() - ageMs;
  const filter = outcomesFilter(tenant, queue, '*');
  const read: { jobs: readonly CompletedJob[] } = { jobs: [] };
  await readTail(
    bus,
    'JOBLOG',
    filter,
    (found) => {
      read.jobs = select(found).filter(
        ({ stored, index }) => stored.sequence !== cleanedUpTo || index > (cleanedIndex ?? Number.POSITIVE_INFINITY),
      );
      return read.jobs.length >= wanted || (found.at(-1)?.storedAt ?? oldest) < oldest;
    },
    { downTo: cleanedIndex === undefined ? cleanedUpTo : cleanedUpTo - 1, windows: WINDOWS },
  );
  return read.jobs.filter(({ entry, stored }) => (entry.at ?? stored.storedAt) >= oldest).slice(0, wanted);
}

/** Completed ones, less those that an operator has removed since. */
function select(newestFirst: readonly Stored[]): readonly CompletedJob[] {
  const removed = new Set<string>();
  const jobs: CompletedJob[] = [];
  for (const stored of newestFirst) {
    const [, , , , state, , home = ''] = stored.subject.split('.');
    if (state !== 'completed' && state !== 'removed') continue;
    for (const [index, entry] of [...(decodeOutcome(stored.body)?.j ?? []).entries()].reverse()) {
      const name = `${home} ${entry.i ?? ''}`;
      if (state === 'removed') removed.add(name);
      else if (!removed.has(name)) jobs.push({ home, entry, stored, index });
    }
  }
  return jobs;
}
