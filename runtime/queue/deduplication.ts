import type { Outgoing, Stored } from '../bus/bus.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { parseJobSubject, singleSubject } from '../message/job-message.ts';
import { encodeKey } from '../message/key.ts';
import { consumerName } from './consumers.ts';
import type { AddedJob, Deduplication } from './job.ts';
import { type PreparedJob, singleOf } from './new-job.ts';
import { decodeEntries, outcomeSubject } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';

/** Lets one job in of those that their callers call the same. */
export type Deduplicate = (job: PreparedJob, how: Deduplication) => Promise<AddedJob>;

/**
 * Stores a single on condition of the last sequence on its id.
 *
 * @returns false when another one is there
 */
export type StoreNew = (message: Outgoing, id: string, expectLastSequence?: number) => Promise<boolean>;

/** Others that add the same at the same time: each round one of them succeeds. */
const MOST_ROUNDS = 100;
/** Jobs under one key that run at once, each under an id of its own; beyond, one that waits is not replaced. */
const SIDE_BY_SIDE = 8;
/** Whoever has written a marker stores its job within this time, or has died before. */
const ON_ITS_WAY_MS = 120_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createDeduplication(parts: OneQueue, storeNew: StoreNew): Deduplicate {
  const { bus, jobs, tenant, queue, random, clock } = parts;

  const crowded = (key: string): AutoWeaveError =>
    new AutoWeaveError('AW_BROKER_UNAVAILABLE', `Cannot add to queue "${queue}": others add "${key}" all the time`);

  /** A marker with a time to live lets one in. */
  const throttled = async (job: PreparedJob, key: string, ttlMs: number, incarnation: string): Promise<AddedJob> => {
    const subject = `aw.${tenant}.dedup.${queue}.${encodeKey(key)}`;
    const id = random.hex(8);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const found = await bus.last('CONTROL', subject);
      const marker = found && decodeMarker(found);
      // The server counts in whole seconds; what is written in the marker counts exactly.
      if (found && marker && clock.now() < found.storedAt + marker.ttlMs) {
        const isOnItsWay = clock.now() < found.storedAt + ON_ITS_WAY_MS && !(await isKnown(marker.id));
        if (!isOnItsWay) return { id: marker.id, isDuplicate: true };
        // Whoever wrote the marker may be gone: the job is stored for him, and whoever comes second finds it there.
        const isStored = await storeNew(singleOf(parts, job, marker.id, { incarnation }), marker.id);
        return { id: marker.id, isDuplicate: !isStored };
      }
      const body = encoder.encode(JSON.stringify({ id, ttlMs }));
      const message = { subject, body, ttlMs: ttlMs + 1_000, expectLastSequence: found?.sequence ?? 0 };
      if ((await bus.commit('CONTROL', [message])).outcome !== 'stored') continue;
      return { id, isDuplicate: !(await storeNew(singleOf(parts, job, id, { incarnation }), id)) };
    }
    throw crowded(key);
  };

  /** A job leaves JOBS only after its outcome is stored: in this order it is in one of them. */
  const isKnown = async (id: string): Promise<boolean> =>
    (await bus.last('JOBS', singleSubject(tenant, queue, '*', id))) !== undefined ||
    (await bus.last('JOBLOG', outcomeSubject(tenant, queue, '*', '*', id))) !== undefined;

  /** Takes the place of one that waits. One that is active keeps its id, and the new one has another. */
  const replacing = async (
    job: PreparedJob,
    key: string,
    more: { readonly incarnation: string; readonly delayMs?: number },
  ): Promise<AddedJob> => {
    const ids = [key, ...Array.from({ length: SIDE_BY_SIDE - 1 }, (_, index) => `${key}+${index + 1}`)];
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const there = await Promise.all(ids.map((id) => bus.last('JOBS', singleSubject(tenant, queue, '*', id))));
      const waits = await Promise.all(
        there.map((stored, index) => canBeReplaced(stored, index === 0 ? undefined : key)),
      );
      const at = waits.indexOf(true) >= 0 ? waits.indexOf(true) : there.indexOf(undefined);
      const id = ids[at] ?? random.hex(8);
      const former = there[at];
      const message = singleOf(parts, job, id, more);
      if (!(await storeNew({ ...message, replacesEarlier: true }, id, former?.sequence ?? 0))) continue;
      // Under another subject: the new one stands there already, so that nothing is lost between the two.
      if (former !== undefined && former.subject !== message.subject) await bus.remove('JOBS', former.sequence);
      return { id, isDuplicate: false };
    }
    throw crowded(key);
  };

  /** @param key that it must have been added under, where its id alone does not say so */
  const canBeReplaced = async (stored: Stored | undefined, key: string | undefined): Promise<boolean> => {
    if (stored === undefined) return false;
    if (key !== undefined && decodeEntries(stored.body)?.[0]?.o?.k !== key) return false;
    const jobClass = parseJobSubject(stored.subject)?.jobClass ?? 'd';
    if (jobClass === 'd' || jobClass === 'l') return true;
    const status = await jobs.consumerStatus(consumerName(tenant, queue, jobClass));
    return status !== undefined && stored.sequence > status.deliveredUpTo;
  };

  /** Callers of one process wait for each other instead of being refused by the broker. */
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = async (key: string, work: () => Promise<AddedJob>): Promise<AddedJob> => {
    const before = turns.get(key);
    const mine = (before ?? Promise.resolve()).then(work, work);
    turns.set(key, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(key) === mine) turns.delete(key);
    }
  };

  return async (job, how) => {
    const incarnation = random.hex(4);
    switch (how.mode) {
      case 'simple':
        return { id: how.id, isDuplicate: !(await storeNew(singleOf(parts, job, how.id, { incarnation }), how.id)) };
      case 'throttle':
        return throttled(job, how.id, how.ttlMs, incarnation);
      case 'debounce':
        return inTurn(how.id, () => replacing(job, how.id, { incarnation, delayMs: how.ttlMs }));
      case 'replace':
        return inTurn(how.id, () => replacing(job, how.id, { incarnation }));
    }
  };
}

/** What is no marker of ours counts as none. */
function decodeMarker({ body }: Stored): { readonly id: string; readonly ttlMs: number } | undefined {
  try {
    const { id, ttlMs } = JSON.parse(decoder.decode(body)) as { id?: unknown; ttlMs?: unknown };
    return typeof id === 'string' && typeof ttlMs === 'number' ? { id, ttlMs } : undefined;
  } catch {
    return undefined;
  }
}
