import { isPassing } from '../bus/bus-errors.ts';
import { type EntryFailure, frontOf } from '../message/job-message.ts';
import type { Facts } from './facts.ts';
import { type Home, idIn, settle } from './home.ts';
import { moveOut, takeSingleBack } from './moving.ts';
import { outcomeSubject } from './outcome-record.ts';
import type { OutcomeWriter } from './outcome-writer.ts';
import type { OneQueue } from './queue-parts.ts';
import { type Reconciled, reconcile } from './reconcile.ts';

/**
 * A pack whose worker has fallen silent. A record says that it is taken, so that the former worker can write nothing
 * more; then each job of it that has not ended becomes a single. The first ones, as many as a worker runs at once, may
 * have been running, and count as stalled: one that ends the whole process is counted and so comes to an end itself.
 *
 * None gets its outcome here, not even one that has stalled too often: should the former worker wake up and move it out
 * itself, both singles have the same fence.
 */
export interface TakeoverParts extends OneQueue {
  readonly worker: string;
  readonly writer: OutcomeWriter;
  readonly facts: Facts;
  readonly concurrency: number;
  /** False where the broker was away, which explains that the pack came again. */
  readonly hasStalled: boolean;
}

const PAUSE_MS = 100;
/** Jobs that are moved at once. */
const SIDE_BY_SIDE = 16;

export async function takeOver(parts: TakeoverParts, home: Home): Promise<void> {
  const { clock, instruments, queue, facts, writer } = parts;
  const found = await fenceOff(parts, home);
  for (const place of [...found.others, ...found.operators, ...found.ours]) settle(home, place);
  // The former worker may have been moving them out.
  for (const place of found.operators) await takeSingleBack(parts, idIn(home, place), home.entries[place]?.u);
  const left = home.entries.map((_, place) => place).filter((place) => !home.settled[place]);
  const suspects = new Set(parts.hasStalled ? left.slice(0, parts.concurrency) : []);
  const handle = async (place: number): Promise<void> => {
    const entry = home.entries[place]!;
    const stalledCount = (entry.s ?? 0) + (suspects.has(place) ? 1 : 0);
    const id = idIn(home, place);
    if (!(await hasEnded(parts, id))) {
      await moveOut(parts, home, place, {
        jobClass: frontOf(home.jobClass),
        changes: { ...(stalledCount > 0 ? { s: stalledCount } : {}) },
      });
    }
    if (suspects.has(place)) {
      instruments.jobsStalled.add(1, { queue });
      facts.tell('stalled', id, {
        t: entry.t,
        at: clock.now(),
        n: (entry.n ?? 0) + 1,
        ...(entry.p ? { p: entry.p } : {}),
      });
    }
    // An operator has ended it meanwhile.
    if (home.settled[place]) await takeSingleBack(parts, id, entry.u);
    else
      writer.add(home, { place, state: 'moved', json: `{"i":${place},"t":${JSON.stringify(entry.t)}}`, effects: [] });
  };
  const queueOfPlaces = [...left];
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (let place = queueOfPlaces.shift(); place !== undefined; place = queueOfPlaces.shift()) await handle(place);
    }),
  );
}

export function stalledFailure(stalledCount: number, attempts: number, at: number): EntryFailure {
  return {
    code: 'AW_JOB_STALLED',
    message: `Its worker fell silent ${stalledCount} times while it ran`,
    attempt: attempts + 1,
    at,
  };
}

/** Writes that the pack is taken; gives what is known of it then. */
async function fenceOff(parts: TakeoverParts, home: Home): Promise<Reconciled> {
  const { bus, clock, signal, tenant, queue, worker } = parts;
  while (true) {
    signal.throwIfAborted();
    try {
      const found = await reconcile(parts, home, worker);
      const result = await bus.commit('JOBLOG', [
        {
          subject: outcomeSubject(tenant, queue, 'taken', false, home.name),
          body: Buffer.from(JSON.stringify({ w: worker, j: [] })),
          expectLastSequence: found.sequence,
          expectLastOn: outcomeSubject(tenant, queue, '*', '*', home.name),
        },
      ]);
      if (result.outcome !== 'stored') continue;
      home.sequence = result.sequences[0]!;
      home.isOurs = true;
      return found;
    } catch (error) {
      if (!isPassing(error)) throw error;
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}

/** True for a job that has left the pack before, and has come to its end. */
async function hasEnded({ bus, tenant, queue }: OneQueue, id: string): Promise<boolean> {
  return (await bus.last('JOBLOG', outcomeSubject(tenant, queue, '*', '*', id))) !== undefined;
}
