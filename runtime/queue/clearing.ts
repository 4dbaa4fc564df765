import { packHome, parseJobSubject, parsePackedId } from '../message/job-message.ts';
import { readRecords, settledPlaces } from './finding.ts';
import { goneSubject, noteGone, readGone } from './gone-notes.ts';
import { takeSingleBack } from './moving.ts';
import type { OneQueue } from './queue-parts.ts';
import { patiently } from './store-patiently.ts';

/** A broker that is away for longer leaves what has ended in JOBS; it goes when somebody ends the job again. */
const PATIENCE_MS = 30_000;

/**
 * Takes out of JOBS what is left of a job that an operator has ended, once its outcome stands: not before, since where
 * its worker was first, nothing may say that an operator has ended it. It does no harm to do so again.
 *
 * @param incarnation `u` of the job
 */
export async function clear(parts: OneQueue, id: string, incarnation: string | undefined): Promise<void> {
  const address = parsePackedId(id);
  // One that was tried again has ended in its pack before.
  if (address !== undefined && incarnation === undefined) {
    await patiently(parts, PATIENCE_MS, () => clearPlace(parts, address.sequence, address.place));
  }
  await takeSingleBack(parts, id, incarnation);
}

/** A pack of which nothing is left goes, and what was noted about it. */
async function clearPlace(parts: OneQueue, pack: number, place: number): Promise<void> {
  const { bus, jobs, tenant, queue } = parts;
  await noteGone(parts, pack, place);
  const [standing, records, gone] = await Promise.all([
    bus.at('JOBS', pack),
    readRecords(parts, packHome(pack)),
    readGone(parts, pack),
  ]);
  const size = standing && sizeOf(parts, standing.subject);
  // Its worker may have been done with it before the note was there.
  if (size !== undefined && settledPlaces(records).union(gone).size < size) return;
  await jobs.purge('CONTROL', goneSubject(tenant, queue, pack));
  if (size !== undefined) await bus.remove('JOBS', pack);
}

/** Undefined for what is no pack of this queue. */
function sizeOf({ tenant, queue }: OneQueue, subject: string): number | undefined {
  const address = parseJobSubject(subject);
  return address?.tenant === tenant && address.queue === queue ? address.size : undefined;
}
