import type { Stored } from '../bus/bus.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import {
  classFilter,
  type JobClass,
  packedId,
  packHome,
  parseJobSubject,
  parsePackedId,
} from '../message/job-message.ts';
import { decodeKey } from '../message/key.ts';
import { type CompletedJob, completedJobs } from './completed.ts';
import { consumerName, readyClassesOf } from './consumers.ts';
import { readRecords, settledPlaces } from './finding.ts';
import { readGone } from './gone-notes.ts';
import type { JobPage, JobState, JobSummary } from './job.ts';
import { endedSummary, findActive, standingSummary } from './looking.ts';
import { decodeEntries, decodeOutcome, outcomesFilter } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';
import { EMPTY_RECORD } from './queue-record.ts';
import { readTail } from './read-tail.ts';
import { dropOldFailed } from './retention.ts';

export interface ListOptions {
  readonly first?: number;
  readonly after?: string;
}

const DEFAULT_FIRST = 50;
const MAX_FIRST = 1_000;
const PAGE = 200;

/** One page of the jobs in a state. */
export async function listJobs(
  parts: OneQueue,
  state: JobState,
  { first = DEFAULT_FIRST, after }: ListOptions = {},
): Promise<JobPage> {
  if (!(Number.isInteger(first) && first >= 1 && first <= MAX_FIRST)) {
    throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot list ${first} jobs: it is 1 to ${MAX_FIRST}`);
  }
  switch (state) {
    case 'waiting': {
      const { directory, queue } = parts;
      const ready = readyClassesOf(directory.get(queue) ?? EMPTY_RECORD);
      return listStanding(parts, [...ready.slice(0, 1), 'l', ...ready.slice(1)], first, after);
    }
    case 'delayed':
      return listStanding(parts, ['d'], first, after);
    case 'active':
      return listActive(parts, first, after);
    case 'completed':
      return listCompleted(parts, first, after);
    case 'failed':
      return listFailed(parts, first, after);
    default:
      throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot list jobs that are "${state}": there is no such state`);
  }
}

/** Place of a job among those that stand: class, message, place in it. */
interface Place {
  readonly jobClass: JobClass;
  readonly sequence: number;
  readonly place: number;
}

async function listStanding(
  parts: OneQueue,
  classes: readonly JobClass[],
  first: number,
  after: string | undefined,
): Promise<JobPage> {
  const { bus, tenant, queue } = parts;
  const start = after === undefined ? undefined : parsePlace(after, classes);
  const jobs: JobSummary[] = [];
  const listed = new Set<string>();
  for (const jobClass of start === undefined ? classes : classes.slice(classes.indexOf(start.jobClass))) {
    const known = start?.jobClass === jobClass ? start : undefined;
    let from = known?.sequence ?? 1;
    const given = await givenUpTo(parts, jobClass);
    const filter = classFilter(tenant, queue, jobClass);
    while (true) {
      const page =
        jobClass === 'l'
          ? await newestFirst(parts, filter, first, known?.sequence)
          : await bus.page('JOBS', { from, filter, limit: PAGE });
      for (const stored of page) {
        for (const { place, summary } of await jobsOf(parts, stored, given)) {
          if (known && stored.sequence === known.sequence && place <= known.place) continue;
          // It is on its way out of its pack, and stands in two places.
          if (listed.has(summary.id)) continue;
          listed.add(summary.id);
          jobs.push(summary);
          if (jobs.length === first) return { jobs, next: `${jobClass}.${stored.sequence}.${place}` };
        }
      }
      if (jobClass === 'l' || page.length < PAGE) break;
      from = page.at(-1)!.sequence + 1;
    }
  }
  return { jobs };
}

function newestFirst({ bus }: OneQueue, filter: string, first: number, before: number | undefined) {
  return readTail(bus, 'JOBS', filter, (found) => found.length >= first, before === undefined ? {} : { before });
}

/** Up to there jobs may have been taken, or ended by an operator: they are looked at one by one. */
async function givenUpTo({ jobs, tenant, queue, directory }: OneQueue, jobClass: JobClass): Promise<number> {
  const { touchedUpTo } = directory.get(queue) ?? EMPTY_RECORD;
  if (jobClass === 'd' || jobClass === 'l') return touchedUpTo;
  const status = await jobs.consumerStatus(consumerName(tenant, queue, jobClass));
  return Math.max(touchedUpTo, status?.deliveredUpTo ?? 0);
}

async function jobsOf(
  parts: OneQueue,
  stored: Stored,
  givenUpTo: number,
): Promise<readonly { readonly place: number; readonly summary: JobSummary }[]> {
  const address = parseJobSubject(stored.subject);
  const entries = decodeEntries(stored.body);
  if (address === undefined || entries === undefined) return [];
  const isGiven = stored.sequence <= givenUpTo;
  const home = address.id ?? packHome(stored.sequence);
  const settled = isGiven ? await endedPlaces(parts, home, stored.sequence) : new Set<number>();
  return entries.flatMap((entry, place) => {
    const id = address.id ?? packedId(stored.sequence, place);
    if ((address.id === undefined && settled.has(place)) || findActive(parts, id) !== undefined) return [];
    return [{ place, summary: standingSummary(parts, stored, { entry, jobClass: address.jobClass }, id) }];
  });
}

async function endedPlaces(parts: OneQueue, home: string, pack: number): Promise<ReadonlySet<number>> {
  const [records, gone] = await Promise.all([readRecords(parts, home), readGone(parts, pack)]);
  return settledPlaces(records).union(gone);
}

/** Those that were added first come first: an order that stays the same from page to page. */
function listActive({ live, queue, ...parts }: OneQueue, first: number, after: string | undefined): JobPage {
  const { attempts } = parts.settings();
  const last = after === undefined ? undefined : parseActive(after);
  const found = [...live.workers.values()]
    .flatMap(({ jobs }) => jobs)
    .filter((job) => last === undefined || compareActive(job, last) > 0)
    .sort(compareActive);
  const jobs = found.slice(0, first).map(({ id, type, attempt, addedAt, priority }) => ({
    id,
    queue,
    type,
    state: 'active' as const,
    priority,
    attemptsMade: attempt,
    attempts,
    addedAt,
  }));
  const next = found.length > first ? jobs.at(-1) : undefined;
  return { jobs, ...(next === undefined ? {} : { next: `${next.addedAt}.${next.id}` }) };
}

type ActivePlace = Pick<JobSummary, 'id' | 'addedAt'>;

function compareActive(a: ActivePlace, b: ActivePlace): number {
  const [one, other] = [parsePackedId(a.id), parsePackedId(b.id)];
  if (a.addedAt !== b.addedAt) return a.addedAt - b.addedAt;
  if (one && other) return one.sequence - other.sequence || one.place - other.place;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function parseActive(cursor: string): ActivePlace {
  const [, addedAt, id] = /^(\d+)\.(.+)$/s.exec(cursor) ?? [];
  if (addedAt === undefined || id === undefined) throw invalidCursor(cursor);
  return { addedAt: Number(addedAt), id };
}

async function listCompleted(parts: OneQueue, first: number, after: string | undefined): Promise<JobPage> {
  const [, sequence = '', index = ''] = after === undefined ? [] : (/^(\d+)\.(\d+)$/.exec(after) ?? []);
  if (after !== undefined && sequence === '') throw invalidCursor(after);
  const isAfter = (job: CompletedJob) =>
    after === undefined ||
    job.stored.sequence < Number(sequence) ||
    (job.stored.sequence === Number(sequence) && job.index < Number(index));
  const found = (await completedJobs(parts)).filter(isAfter);
  const shown = found.slice(0, first);
  const last = found.length > first ? shown.at(-1) : undefined;
  return {
    jobs: shown.map(({ home, entry, stored }) => endedSummary(parts, 'completed', nameOf(home), entry, stored)),
    ...(last === undefined ? {} : { next: `${last.stored.sequence}.${last.index}` }),
  };
}

async function listFailed(parts: OneQueue, first: number, after: string | undefined): Promise<JobPage> {
  const { bus, tenant, queue } = parts;
  if (after !== undefined && !/^\d+$/.test(after)) throw invalidCursor(after);
  const before = after === undefined ? Number.POSITIVE_INFINITY : Number(after);
  await dropOldFailed(parts);
  const filter = outcomesFilter(tenant, queue, 'failed');
  // One more tells whether there is a next page.
  const found = await readTail(bus, 'FAILED', filter, (all) => all.length > first, { before });
  const shown = found.slice(0, first);
  const jobs = shown.flatMap((stored) => {
    const entry = decodeOutcome(stored.body)?.j[0];
    return entry === undefined ? [] : [endedSummary(parts, 'failed', homeOf(stored), entry, stored)];
  });
  return { jobs, ...(found.length > first ? { next: String(shown.at(-1)!.sequence) } : {}) };
}

export function homeOf({ subject }: Stored): string {
  return nameOf(subject.split('.').at(-1) ?? '');
}

function nameOf(token: string): string {
  return decodeKey(token) ?? token;
}

function parsePlace(cursor: string, classes: readonly JobClass[]): Place {
  const [, jobClass, sequence, place] = /^(\w+)\.(\d+)\.(\d+)$/.exec(cursor) ?? [];
  const found = { jobClass: jobClass as JobClass, sequence: Number(sequence), place: Number(place) };
  if (classes.includes(found.jobClass) && Number.isInteger(found.sequence) && Number.isInteger(found.place))
    return found;
  throw invalidCursor(cursor);
}

function invalidCursor(cursor: string | undefined): AutoWeaveError {
  return new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot go on after "${cursor}": it is no place in this list`, {
    hint: 'give the "next" of the page before',
  });
}
