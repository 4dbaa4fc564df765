import { classFilter, classOf, frontOf, type JobClass, MAX_PRIORITY } from '../message/job-message.ts';
import type { QueueParts } from './queue-parts.ts';
import { changeRecord, EMPTY_RECORD, type QueueRecord, untilRemoved } from './queue-record.ts';

/** Each class of a queue has one consumer; those that no job has needed yet have none. */

/** Of every queue: the front, priority 0, and delayed ones, which are never pulled from and only counted. */
export const BASE_CLASSES = ['f', 'r0', 'd'] as const satisfies readonly JobClass[];
/** A worker's silence after which a job is given to another, where no worker says otherwise. */
export const STALLED_INTERVAL_MS = 30_000;

/** Ready classes in the order in which they are taken. */
export const READY_CLASSES: readonly JobClass[] = Array.from(
  { length: Number(classOf(MAX_PRIORITY).slice(1)) + 1 },
  (_, index) => `r${index}` as JobClass,
).flatMap((jobClass) => [frontOf(jobClass), jobClass]);

/** No name of a tenant or queue holds the character between them. */
export function consumerName(tenant: string, queue: string, jobClass: JobClass): string {
  return `${tenant}=${queue}=${jobClass}`;
}

/** Those of a queue's classes that jobs are taken from, first ones first. */
export function readyClassesOf(record: QueueRecord): readonly JobClass[] {
  return READY_CLASSES.filter((one) => one === 'f' || one === 'r0' || record.classes.includes(one));
}

/** All classes of a queue that have a consumer. */
export function classesOf(record: QueueRecord): readonly JobClass[] {
  return [...BASE_CLASSES, ...record.classes];
}

/** Makes what a queue needs, if it is not there yet; its record comes last, so that where it is all is there. */
export async function ensureQueue(
  parts: Pick<QueueParts, 'bus' | 'jobs' | 'clock' | 'tenant' | 'directory'>,
  queue: string,
  settings: QueueRecord['settings'] = {},
): Promise<void> {
  const { bus, clock, tenant, directory } = parts;
  if (directory.get(queue) !== undefined) return;
  await untilRemoved(bus, clock, tenant, queue);
  await ensureConsumers(parts, queue, BASE_CLASSES);
  const made = await changeRecord(bus, tenant, queue, (known) =>
    known === undefined ? { ...EMPTY_RECORD, settings } : undefined,
  );
  directory.note(queue, made.record, made.sequence);
}

/** Makes the consumers of classes where they are missing. */
export async function ensureConsumers(
  { jobs, tenant }: Pick<QueueParts, 'jobs' | 'tenant'>,
  queue: string,
  classes: readonly JobClass[],
): Promise<void> {
  await Promise.all(
    classes.map((jobClass) =>
      jobs.ensureConsumer({
        name: consumerName(tenant, queue, jobClass),
        filter: classFilter(tenant, queue, jobClass),
        ackWaitMs: STALLED_INTERVAL_MS,
      }),
    ),
  );
}

/** Makes the consumer of a class that the queue has not used before. */
export async function ensureClass(
  parts: Pick<QueueParts, 'bus' | 'jobs' | 'tenant' | 'directory'>,
  queue: string,
  jobClass: JobClass,
): Promise<void> {
  const { bus, tenant, directory } = parts;
  const record = directory.get(queue) ?? EMPTY_RECORD;
  if (classesOf(record).includes(jobClass)) return;
  await ensureConsumers(parts, queue, [jobClass]);
  // A queue that has been removed meanwhile does not come back in part.
  const changed = await changeRecord(bus, tenant, queue, (known) =>
    known === undefined || known.classes.includes(jobClass)
      ? undefined
      : { ...known, classes: [...known.classes, jobClass] },
  );
  directory.note(queue, changed.record, changed.sequence);
}
