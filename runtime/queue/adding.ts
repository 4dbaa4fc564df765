import type { Outgoing, Stored } from '../bus/bus.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { type JobClass, packedId, packSubject, singleSubject } from '../message/job-message.ts';
import { ensureClass } from './consumers.ts';
import { createDeduplication, type StoreNew } from './deduplication.ts';
import type { AddedJob, JobOptions, NewJob } from './job.ts';
import { type PreparedJob, prepareJob, singleOf } from './new-job.ts';
import { outcomeSubject } from './outcome-record.ts';
import { createPacker, MAX_PACK, MAX_PACK_LENGTH, type Packer, packBody } from './packer.ts';
import type { OneQueue } from './queue-parts.ts';
import { patiently, storePatiently } from './store-patiently.ts';

/** How jobs come into a queue. */
export interface Adding {
  add(type: string, data: unknown, options?: JobOptions): Promise<AddedJob>;
  addBulk(jobs: readonly NewJob[]): Promise<readonly AddedJob[]>;
  settle(): Promise<void>;
}

/** Jobs that are stored together, all or none. */
const MAX_TOGETHER = 1_000;
const PATIENCE_MS = 30_000;

export function createAdding(parts: OneQueue): Adding {
  const { bus, tenant, queue, random, live, instruments, clock, signal } = parts;
  const packers = new Map<JobClass, Packer>();

  const packerOf = (jobClass: JobClass): Packer => {
    const known = packers.get(jobClass);
    if (known) return known;
    const made = createPacker(parts, jobClass);
    packers.set(jobClass, made);
    return made;
  };

  const noteAdded = (
    jobs: readonly { readonly id: string; readonly type: string; readonly traceparent?: string | undefined }[],
  ) => {
    instruments.jobsAdded.add(jobs.length, { queue });
    if (!live.isWatched) return;
    live.tellJobs({
      kind: 'added',
      at: clock.now(),
      jobs: jobs.map(({ id, type, traceparent }) => [id, type, 0, traceparent] as const),
    });
  };

  /** Nobody would ever take a job of a queue that is gone. */
  const admit = (): void => {
    parts.admit();
    if (parts.directory.get(queue) !== undefined) return;
    throw new AutoWeaveError('AW_QUEUE_UNKNOWN', `Cannot add to queue "${queue}": it has been removed`, {
      hint: 'open it again to make it anew',
    });
  };

  const add = async (type: string, data: unknown, options?: JobOptions): Promise<AddedJob> => {
    admit();
    const job = prepareJob(parts, type, data, options);
    if (job.jobClass !== 'r0') await patiently(parts, PATIENCE_MS, () => ensureClass(parts, queue, job.jobClass));
    if (job.entry !== undefined) {
      const id = await packerOf(job.jobClass).add(job.entry);
      noteAdded([{ id, type, traceparent: options?.traceparent }]);
      return { id, isDuplicate: false };
    }
    const added = await addSingle(job);
    if (job.jobClass === 'l') live.tellLifo();
    if (!added.isDuplicate) noteAdded([{ id: added.id, type, traceparent: options?.traceparent }]);
    return added;
  };

  const addSingle = async (job: PreparedJob): Promise<AddedJob> => {
    const { id, deduplicate } = job.options;
    if (deduplicate !== undefined) return patiently(parts, PATIENCE_MS, () => deduplicated(job, deduplicate));
    if (id !== undefined) return named(job, id);
    const given = random.hex(8);
    await storeNew(singleOf(parts, job, given), given);
    return { id: given, isDuplicate: false };
  };

  const storeNew: StoreNew = async (message, id, expectLastSequence = 0) => {
    const condition = { expectLastSequence, expectLastOn: singleSubject(tenant, queue, '*', id) };
    const repeatable = { ...message, ...condition, id: random.hex(8) };
    // What takes the place of another one waits while a backup is made: JOBS may only grow then.
    const bus = message.replacesEarlier ? parts.bus : parts.intake;
    return (await storePatiently({ bus, clock, signal }, 'JOBS', [repeatable], PATIENCE_MS)).outcome === 'stored';
  };

  /** Under an id of the caller's: a job that is there, or has ended and is still remembered, is left alone. */
  const named = async (job: PreparedJob, id: string): Promise<AddedJob> => {
    const ended = await lastOutcome(id);
    if (isTaken(ended)) return { id, isDuplicate: true };
    const more = ended === undefined ? {} : { incarnation: random.hex(4) };
    if (!(await storeNew(singleOf(parts, job, id, more), id))) return { id, isDuplicate: true };
    // One that was there may have ended between the look and the store.
    const later = await lastOutcome(id);
    if (later === undefined || later.sequence === ended?.sequence || !isTaken(later)) return { id, isDuplicate: false };
    return { id, isDuplicate: await takeBack(id, later) };
  };

  const lastOutcome = (id: string): Promise<Stored | undefined> =>
    patiently(parts, PATIENCE_MS, () => bus.last('JOBLOG', outcomeSubject(tenant, queue, '*', '*', id)));

  /** @returns false when what was stored is at work, or has ended, already */
  const takeBack = async (id: string, ended: Stored): Promise<boolean> => {
    const mine = await bus.last('JOBS', singleSubject(tenant, queue, '*', id));
    if (mine === undefined || mine.storedAt <= ended.storedAt) return false;
    await bus.remove('JOBS', mine.sequence);
    return true;
  };

  const deduplicated = createDeduplication(parts, storeNew);

  const addTogether = async (jobs: readonly NewJob[]): Promise<readonly AddedJob[]> => {
    const prepared = jobs.map(({ type, data, options }) => prepareJob(parts, type, data, options));
    const classes = new Set(prepared.map(({ jobClass }) => jobClass).filter((one) => one !== 'r0'));
    for (const jobClass of classes) await patiently(parts, PATIENCE_MS, () => ensureClass(parts, queue, jobClass));
    const results = new Array<AddedJob>(jobs.length);
    const packs = packTogether(prepared);
    const singles: { readonly at: number; readonly id: string; readonly message: Outgoing }[] = [];
    for (const [at, job] of prepared.entries()) {
      if (job.entry !== undefined) continue;
      const { id: wanted, deduplicate } = job.options;
      // What has to be looked up first is stored by itself, before all that can't fail any more.
      if (wanted !== undefined || deduplicate !== undefined) results[at] = await addSingle(job);
      else {
        const id = random.hex(8);
        singles.push({ at, id, message: singleOf(parts, job, id) });
      }
    }
    const messages = [
      ...packs.map(({ jobClass, places }) => ({
        subject: packSubject(tenant, queue, jobClass, places.length),
        body: packBody(places.map((at) => prepared[at]!.entry!)),
      })),
      ...singles.map(({ message }) => message),
    ];
    if (messages.length > 0) {
      const first = await storeBatch(messages);
      for (const [index, { places }] of packs.entries()) {
        for (const [place, at] of places.entries()) {
          results[at] = { id: packedId(first + index, place), isDuplicate: false };
        }
      }
      for (const { at, id } of singles) results[at] = { id, isDuplicate: false };
      if (classes.has('l')) live.tellLifo();
    }
    noteAdded(
      results.flatMap(({ id, isDuplicate }, at) =>
        isDuplicate ? [] : [{ id, type: jobs[at]!.type, traceparent: jobs[at]!.options?.traceparent }],
      ),
    );
    return results;
  };

  /**
   * All or none. A repetition after an unknown outcome is refused by the id of its first message, and that message by
   * itself is answered with the place that it has.
   */
  const storeBatch = async (messages: readonly Outgoing[]): Promise<number> => {
    const first = { ...messages[0]!, id: random.hex(8) };
    const intake = { bus: parts.intake, clock, signal };
    const result = await storePatiently(intake, 'JOBS', [first, ...messages.slice(1)], PATIENCE_MS);
    if (result.outcome === 'stored') return result.sequences[0]!;
    const found = await storePatiently(intake, 'JOBS', [first], PATIENCE_MS);
    if (found.outcome === 'stored') return found.sequences[0]!;
    throw new AutoWeaveError('AW_BROKER_REFUSED', `Cannot add ${messages.length} messages to queue "${queue}"`);
  };

  return {
    add,
    async addBulk(jobs) {
      admit();
      const added: AddedJob[] = [];
      for (let from = 0; from < jobs.length; from += MAX_TOGETHER) {
        added.push(...(await addTogether(jobs.slice(from, from + MAX_TOGETHER))));
      }
      return added;
    },
    async settle() {
      await Promise.all([...packers.values()].map((packer) => packer.settle()));
    },
  };
}

interface Pack {
  readonly jobClass: JobClass;
  readonly places: number[];
}

/** By class, in order, in packs of the usual size. */
function packTogether(jobs: readonly PreparedJob[]): readonly Pack[] {
  const packs: Pack[] = [];
  const open = new Map<JobClass, { readonly pack: Pack; length: number }>();
  for (const [at, { jobClass, entry }] of jobs.entries()) {
    if (entry === undefined) continue;
    const current = open.get(jobClass);
    if (current && current.pack.places.length < MAX_PACK && current.length + entry.length <= MAX_PACK_LENGTH) {
      current.pack.places.push(at);
      current.length += entry.length;
    } else {
      const pack = { jobClass, places: [at] };
      packs.push(pack);
      open.set(jobClass, { pack, length: entry.length });
    }
  }
  return packs;
}

/** True for the outcome of a job whose id is not free again. */
function isTaken(outcome: Stored | undefined): boolean {
  const state = outcome?.subject.split('.')[4];
  return state !== undefined && state !== 'removed' && state !== 'cancelled';
}
