import type { Clock } from '../../clock/clock.ts';
import type { Random } from '../../clock/random.ts';
import { type BackupAccess, openBackupServer, readAnswer } from '../backup/backup-server.ts';

export interface PublishCostOptions {
  /** Copies of the stream that is measured. */
  readonly replicas: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** How many messages are stored for a figure, one after the other. */
export const PUBLISH_COUNT = 20;
/** Of a small job. */
const BODY_BYTES = 200;
const PUBLISH_MS = 5_000;
const NANOSECONDS_PER_MINUTE = 60e9;

/**
 * What one acknowledged message costs now: the median time from sending to the acknowledgement, in milliseconds.
 * Measured on a stream of its own, which is removed afterwards.
 *
 * @throws what connecting throws; AW_BROKER_REFUSED, AW_DISK_FULL, AW_BROKER_UNAVAILABLE
 */
export async function measurePublish(access: BackupAccess, options: PublishCostOptions): Promise<number> {
  const { replicas, clock, random } = options;
  await using server = await openBackupServer(access, clock);
  const id = random.hex(8);
  const [stream, subject] = [`AUTOWEAVE_PROBE_${id}`, `_autoweave.probe.${id}`];
  await server.api(`STREAM.CREATE.${stream}`, {
    name: stream,
    description: 'Measures a publish, for autoweave doctor; may be deleted',
    subjects: [subject],
    storage: 'file',
    num_replicas: replicas,
    // What is left when nobody removes it.
    max_age: NANOSECONDS_PER_MINUTE,
  });
  try {
    const body = new Uint8Array(BODY_BYTES);
    const times: number[] = [];
    for (let count = 0; count < PUBLISH_COUNT; count++) {
      const start = clock.monotonic();
      readAnswer(await server.send(subject, body, PUBLISH_MS), subject);
      times.push(clock.monotonic() - start);
    }
    return medianOf(times);
  } finally {
    await server.api(`STREAM.DELETE.${stream}`);
  }
}

/** The upper one of two. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
