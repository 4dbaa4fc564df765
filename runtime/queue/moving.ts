import { isPassing } from '../bus/bus-errors.ts';
import { type JobClass, type JobEntry, singleSubject } from '../message/job-message.ts';
import { ensureClass } from './consumers.ts';
import { addedAtIn, type Home, idIn, untouched } from './home.ts';
import { decodeEntries } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';
import { patiently } from './store-patiently.ts';

/**
 * A job gets a message of its own, under the id that it has: to be tried again later, or by another worker. The new
 * message stands before the old place is given up, on condition that nobody else has moved it.
 */
export interface Move {
  readonly jobClass: JobClass;
  /** When it becomes ready, milliseconds since 1970; at once when absent. */
  readonly at?: number;
  readonly changes?: Partial<JobEntry>;
}

const PAUSE_MS = 100;
const PATIENCE_MS = 30_000;

/**
 * Takes the message of its own away from a job that an operator has ended, however often it has been stored anew: JOBLOG
 * forgets the outcome, and it would run. What has been added since under the same id stays.
 *
 * @param incarnation `u` of the job that has ended
 */
export function takeSingleBack(parts: OneQueue, id: string, incarnation: string | undefined): Promise<void> {
  const { bus, jobs, tenant, queue } = parts;
  return patiently(parts, PATIENCE_MS, async () => {
    while (true) {
      const single = await bus.last('JOBS', singleSubject(tenant, queue, '*', id));
      if (single === undefined || decodeEntries(single.body)?.[0]?.u !== incarnation) return;
      // A schedule goes with its message. Where its time has come meanwhile there is another one.
      await jobs.purge('JOBS', single.subject, { upTo: single.sequence });
    }
  });
}

/** What is told of earlier failures must not make a job larger than a message may be. */
function fitting(entry: JobEntry, maxBytes: number): Uint8Array {
  const { e: failures = [], ...rest } = entry;
  const shorter = failures.map(({ stack: _stack, ...failure }) => failure);
  const forms: readonly JobEntry[] = [entry, { ...rest, e: shorter }, { ...rest, e: shorter.slice(-1) }];
  const bodies = forms.map((form) => Buffer.from(JSON.stringify([form])));
  return bodies.find((body) => body.length <= maxBytes) ?? Buffer.from(JSON.stringify([rest]));
}

/**
 * Resolves when the new message is stored, or one that somebody else has stored was found.
 *
 * @returns false when it is somebody else's for sure
 * @throws the signal's reason; what the bus throws for good
 */
export async function moveOut(parts: OneQueue, home: Home, place: number, move: Move): Promise<boolean> {
  const { bus, clock, signal, tenant, queue } = parts;
  const id = idIn(home, place);
  const entry: JobEntry = {
    ...untouched(home, place),
    i: id,
    a: addedAtIn(home, place),
    ...(move.at === undefined ? {} : { c: move.jobClass }),
    ...move.changes,
  };
  const ready = singleSubject(tenant, queue, move.jobClass, id);
  const message = {
    subject: move.at === undefined ? ready : singleSubject(tenant, queue, 'd', id),
    body: fitting(entry, bus.maxBodyBytes),
    expectLastSequence: home.isPack ? 0 : home.delivery.sequence,
    expectLastOn: singleSubject(tenant, queue, '*', id),
    ...(move.at === undefined ? {} : { deliver: { at: move.at, to: ready } }),
  };
  let isSure = true;
  while (true) {
    try {
      await ensureClass(parts, queue, move.jobClass);
      // Refused means that it has been moved: by us, and the answer was lost, or by whoever took it over.
      return (await bus.commit('JOBS', [message])).outcome === 'stored' || !isSure;
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      isSure = false;
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}
