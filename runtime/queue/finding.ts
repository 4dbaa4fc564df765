import type { Bus, Stored } from '../bus/bus.ts';
import {
  type JobClass,
  type JobEntry,
  packHome,
  parseJobSubject,
  parsePackedId,
  singleSubject,
} from '../message/job-message.ts';
import { MAX_KEY_BYTES } from '../message/key.ts';
import { readGone } from './gone-notes.ts';
import {
  decodeEntries,
  decodeOutcome,
  OPERATOR,
  type OutcomeEntry,
  outcomeSubject,
  type RecordState,
} from './outcome-record.ts';

/** A job that stands in JOBS. */
export interface StandingJob {
  readonly stands: true;
  readonly entry: JobEntry;
  readonly stored: Stored;
  readonly jobClass: JobClass;
  /** Where its outcome is filed, and its place there. */
  readonly home: string;
  readonly place: number;
  readonly isPack: boolean;
  /** Last sequence of its home in JOBLOG; 0 when there is none. */
  readonly sequence: number;
  /**
   * Of a job in a pack where a worker has written, which may be giving it a message of its own: last sequence of its id
   * in JOBLOG, where it would end then.
   */
  readonly ownSequence?: number;
}

/** A job that has ended. */
export interface EndedJob {
  readonly stands: false;
  readonly state: 'completed' | 'failed' | 'cancelled' | 'removed';
  readonly entry: OutcomeEntry;
  readonly stored: Stored;
  readonly home: string;
  /** Last sequence of its home. */
  readonly sequence: number;
}

export interface FindParts {
  readonly bus: Bus;
  readonly tenant: string;
  readonly queue: string;
}

const MAX_RECORDS = 1_000;

/** Where a job is, by its id; undefined when nothing is known of it (any more). */
export async function findJob(parts: FindParts, id: string): Promise<StandingJob | EndedJob | undefined> {
  const { bus, tenant, queue } = parts;
  if (!isPossibleId(id)) return undefined;
  const address = parsePackedId(id);
  const packName = address === undefined ? '' : packHome(address.sequence);
  const [single, outcome, pack, packRecords, gone] = await Promise.all([
    bus.last('JOBS', singleSubject(tenant, queue, '*', id)),
    bus.last('JOBLOG', outcomeSubject(tenant, queue, '*', '*', id)),
    address === undefined ? undefined : bus.at('JOBS', address.sequence),
    address === undefined ? [] : readRecords(parts, packName),
    address === undefined ? undefined : readGone(parts, address.sequence),
  ]);
  const own = outcome === undefined ? undefined : endedIn([outcome], id);
  if (single !== undefined) {
    const entry = decodeEntries(single.body)?.[0];
    // Its outcome is there already, and its message not yet gone.
    if (own !== undefined && own.entry.u === entry?.u) return own;
    const jobClass = parseJobSubject(single.subject)?.jobClass;
    if (entry !== undefined && jobClass !== undefined) {
      const sequence = outcome?.sequence ?? 0;
      return { stands: true, entry, stored: single, jobClass, home: id, place: 0, isPack: false, sequence };
    }
  }
  if (own !== undefined) return own;
  if (address !== undefined) {
    const ended = endedIn(packRecords, packName, address.place);
    if (ended !== undefined) return ended;
    const isGone = gone?.has(address.place) ?? false;
    const found = pack && !isGone && standingIn(parts, pack, packRecords, packName, address.place);
    const mayLeave = packRecords.some(({ body }) => decodeOutcome(body)?.w !== OPERATOR);
    if (found) return mayLeave ? { ...found, ownSequence: outcome?.sequence ?? 0 } : found;
  }
  const failed = await findFailed(parts, id, address === undefined ? id : packName, address?.place);
  // What is written next is on condition of what the log has there, not of what FAILED has.
  return failed && { ...failed, sequence: (failed.home === id ? outcome : packRecords.at(-1))?.sequence ?? 0 };
}

/** An id that no subject can name is nobody's. */
export function isPossibleId(id: string): boolean {
  return id !== '' && id.isWellFormed() && Buffer.byteLength(id) <= MAX_KEY_BYTES;
}

/** JOBLOG forgets after an hour; failed jobs are kept for longer. */
async function findFailed(
  { bus, tenant, queue }: FindParts,
  id: string,
  packName: string,
  place: number | undefined,
): Promise<EndedJob | undefined> {
  const subjects = [...new Set([id, packName])].map((home) => outcomeSubject(tenant, queue, 'failed', '*', home));
  const pages = await Promise.all(
    subjects.map((filter) => bus.page('FAILED', { from: 1, filter, limit: MAX_RECORDS })),
  );
  const [own, ofPack] = pages;
  return endedIn(own ?? [], id) ?? (place === undefined ? undefined : endedIn(ofPack ?? own ?? [], packName, place));
}

export function readRecords({ bus, tenant, queue }: FindParts, home: string): Promise<readonly Stored[]> {
  const filter = outcomeSubject(tenant, queue, '*', '*', home);
  return bus.page('JOBLOG', { from: 1, filter, limit: MAX_RECORDS });
}

/** Places of a pack that have ended or left it. */
export function settledPlaces(records: readonly Stored[]): ReadonlySet<number> {
  return new Set(records.flatMap(({ body }) => decodeOutcome(body)?.j.map(({ i = 0 }) => i) ?? []));
}

/** The last outcome of a job among the records of its home. */
function endedIn(records: readonly Stored[], home: string, place?: number): EndedJob | undefined {
  for (const stored of [...records].reverse()) {
    const state = stored.subject.split('.')[4] as RecordState;
    if (state === 'moved' || state === 'taken' || state === 'begun') continue;
    const entry = decodeOutcome(stored.body)?.j.find(({ i }) => i === place);
    if (entry !== undefined) {
      return { stands: false, state, entry, stored, home, sequence: records.at(-1)!.sequence };
    }
  }
  return undefined;
}

function standingIn(
  { tenant, queue }: FindParts,
  pack: Stored,
  records: readonly Stored[],
  home: string,
  place: number,
): StandingJob | undefined {
  const address = parseJobSubject(pack.subject);
  if (address?.tenant !== tenant || address.queue !== queue || address.size === undefined) return undefined;
  const entry = decodeEntries(pack.body)?.[place];
  if (entry === undefined || settledPlaces(records).has(place)) return undefined;
  const sequence = records.at(-1)?.sequence ?? 0;
  return { stands: true, entry, stored: pack, jobClass: address.jobClass, home, place, isPack: true, sequence };
}
