import { AutoWeaveError } from '../errors/errors.ts';
import { type JobClass, packedId, packSubject } from '../message/job-message.ts';
import type { OneQueue } from './queue-parts.ts';
import { storePatiently } from './store-patiently.ts';

/**
 * Puts jobs of one class into packs. A job that comes alone leaves at once; those that come while a pack is on its way
 * leave together in the next one.
 */
export interface Packer {
  /**
   * Resolves with the job's id when it is stored.
   *
   * @param entry the job as JSON
   */
  add(entry: string): Promise<string>;
  /** Resolves when nothing waits. */
  settle(): Promise<void>;
}

/** Jobs of one pack. More would be no faster, and would wait behind each other in the hand of one worker. */
export const MAX_PACK = 64;
/** Characters of one pack, unless it is one job. */
export const MAX_PACK_LENGTH = 128 * 1024;
/** Packs on their way at once. */
const MAX_ON_THE_WAY = 4;
/** What waits beside packs on their way is worth another one from here on. */
const MANY = 32;
/** Jobs that wait here; whoever adds more is refused. */
const MAX_WAITING = 200_000;
const MAX_WAITING_LENGTH = 256 * 1024 * 1024;
/** How long a broker is waited for that is away. Well within the time in which a repetition is recognised. */
const PATIENCE_MS = 30_000;

interface Waiting {
  readonly entry: string;
  readonly resolve: (id: string) => void;
  readonly reject: (error: unknown) => void;
}

export function createPacker(parts: OneQueue, jobClass: JobClass): Packer {
  const { clock, random, tenant, queue, signal } = parts;
  const intake = { bus: parts.intake, clock, signal };
  let waiting: Waiting[] = [];
  let waitingLength = 0;
  let running = 0;
  let isPlanned = false;
  const idle: (() => void)[] = [];

  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    // Whoever adds in the same turn of the event loop shares the pack.
    void clock.turn().then(() => {
      isPlanned = false;
      send();
    });
  };

  const send = (): void => {
    while (waiting.length > 0 && (running === 0 || (running < MAX_ON_THE_WAY && waiting.length >= MANY))) {
      const pack = takePack();
      running++;
      void store(pack).finally(() => {
        running--;
        if (waiting.length > 0) plan();
        else if (running === 0) for (const resolve of idle.splice(0)) resolve();
      });
    }
  };

  const takePack = (): readonly Waiting[] => {
    let length = 0;
    let count = 0;
    for (const { entry } of waiting) {
      if (count === MAX_PACK || (count > 0 && length + entry.length > MAX_PACK_LENGTH)) break;
      length += entry.length;
      count++;
    }
    const pack = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingLength -= length;
    return pack;
  };

  const store = async (pack: readonly Waiting[]): Promise<void> => {
    try {
      const message = {
        subject: packSubject(tenant, queue, jobClass, pack.length),
        body: packBody(pack.map(({ entry }) => entry)),
        id: random.hex(8),
      };
      const result = await storePatiently(intake, 'JOBS', [message], PATIENCE_MS);
      // One message without a condition is stored, now or by an earlier attempt.
      if (result.outcome !== 'stored') throw new AutoWeaveError('AW_BROKER_REFUSED', 'Cannot store jobs');
      const sequence = result.sequences[0]!;
      for (let place = 0; place < pack.length; place++) pack[place]!.resolve(packedId(sequence, place));
    } catch (error) {
      for (const { reject } of pack) reject(error);
    }
  };

  return {
    add(entry) {
      if (waiting.length >= MAX_WAITING || waitingLength + entry.length > MAX_WAITING_LENGTH) {
        const message = `Cannot add to queue "${queue}": ${waiting.length} jobs wait to be stored already`;
        return Promise.reject(
          new AutoWeaveError('AW_QUEUE_FULL', message, { hint: 'wait for what was added before, then go on' }),
        );
      }
      return new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject });
        waitingLength += entry.length;
        plan();
      });
    },
    async settle() {
      if (running === 0 && waiting.length === 0) return;
      await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}

export function packBody(entries: readonly string[]): Uint8Array {
  return Buffer.from(`[${entries.join(',')}]`);
}
