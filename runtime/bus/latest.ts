import type { Stored, StreamName } from './bus.ts';
import { askDirect, getFromLeader, type PageParts } from './log-pages.ts';

/**
 * The newest message of a subject. Those that are asked for at the same time are read together: one request for
 * hundreds costs the server a tenth of hundreds of requests. Any replica may answer such a request, so that the answer
 * counts only where it covers all that this process has stored; otherwise the leader is asked.
 */
export interface Latest {
  /** @throws AW_BROKER_UNAVAILABLE */
  read(stream: StreamName, subject: string): Promise<Stored | undefined>;
  /** What this process has stored: from now on reads cover it. */
  noteStored(stream: StreamName, subject: string, sequence: number): void;
}

interface Waiting {
  readonly subject: string;
  resolve(stored: Stored | undefined): void;
  reject(error: unknown): void;
}

interface Newest {
  readonly subject: string;
  readonly sequence: number;
}

/** What one stream is asked for. */
interface Desk {
  queue: Waiting[];
  running: number;
  newest: Newest | undefined;
}

/** Subjects of one request; the server refuses more than 1,024. */
const MAX_SUBJECTS = 500;
/** Requests on their way at once. More would only wait in the server, and there their time runs out. */
const MAX_ON_THE_WAY = 2;
/** So few are asked for one by one. */
const FEW = 4;
const WILDCARD = /[*>]/;
/** Of one answer. The server cuts off a client for which more waits than its `max_pending`, 64 MB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Single requests at once: each may have the largest answer. */
const MAX_SINGLE = 8;
/** A single answer may be the largest entry. */
const SINGLE_BYTES = 4 * 1024 * 1024;

export function createLatest(parts: PageParts): Latest {
  const desks = new Map<StreamName, Desk>();

  const deskOf = (stream: StreamName): Desk => {
    const known = desks.get(stream);
    if (known) return known;
    const desk: Desk = { queue: [], running: 0, newest: undefined };
    desks.set(stream, desk);
    return desk;
  };

  const run = async (stream: StreamName, desk: Desk): Promise<void> => {
    desk.running++;
    // Whoever asks in the same turn of the event loop shares the request.
    await parts.clock.turn();
    while (desk.queue.length > 0) {
      const batch = desk.queue.slice(0, MAX_SUBJECTS);
      desk.queue = desk.queue.slice(batch.length);
      const { newest } = desk;
      if (batch.length <= FEW || newest === undefined) await readEach(stream, batch);
      else await readTogether(stream, batch, newest);
    }
    desk.running--;
  };

  const readOne = async (stream: StreamName, subject: string): Promise<Stored | undefined> => {
    using _ = await parts.room.take(SINGLE_BYTES);
    return await getFromLeader(parts, stream, { last_by_subj: subject });
  };

  const readEach = async (stream: StreamName, batch: readonly Waiting[]): Promise<void> => {
    const left = [...batch];
    const readOn = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        await getFromLeader(parts, stream, { last_by_subj: next.subject }).then(next.resolve, next.reject);
      }
    };
    await Promise.all(Array.from({ length: MAX_SINGLE }, readOn));
  };

  const readTogether = async (stream: StreamName, batch: readonly Waiting[], newest: Newest): Promise<void> => {
    try {
      const found = await readLatestOf(parts, stream, [newest.subject, ...batch.map(({ subject }) => subject)]);
      if (found !== undefined && found.upTo >= newest.sequence) {
        const rest = batch.filter(({ subject, resolve }) => {
          const stored = found.messages.get(subject);
          if (stored === undefined && !found.isWhole) return true;
          resolve(stored);
          return false;
        });
        if (rest.length === 0) return;
        if (rest.length < batch.length) {
          // Cut off by its size: what is left comes next.
          const desk = deskOf(stream);
          desk.queue = [...rest, ...desk.queue];
          return;
        }
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    await readEach(stream, batch);
  };

  return {
    read(stream, subject) {
      // An answer names no wildcard, so that it could not be told whose it is.
      if (WILDCARD.test(subject)) return readOne(stream, subject);
      const desk = deskOf(stream);
      return new Promise((resolve, reject) => {
        desk.queue.push({ subject, resolve, reject });
        if (desk.running < (desk.queue.length >= MAX_SUBJECTS ? MAX_ON_THE_WAY : 1)) void run(stream, desk);
      });
    },
    noteStored(stream, subject, sequence) {
      const desk = deskOf(stream);
      if (sequence > (desk.newest?.sequence ?? 0)) desk.newest = { subject, sequence };
    },
  };
}

interface LatestOf {
  readonly messages: ReadonlyMap<string, Stored>;
  /** The stream as it was when it had this last sequence. */
  readonly upTo: number;
  /** False when it was cut off. */
  readonly isWhole: boolean;
}

/** @returns undefined when the answer is silent about what it covers, as it is where it has found nothing */
async function readLatestOf(
  parts: PageParts,
  stream: StreamName,
  subjects: readonly string[],
): Promise<LatestOf | undefined> {
  const messages = new Map<string, Stored>();
  const query = { multi_last: subjects, batch: subjects.length, max_bytes: MAX_ANSWER_BYTES };
  const last = await askDirect(parts, stream, query, (stored) => {
    messages.set(stored.subject, stored);
  });
  if (last === undefined) return undefined;
  const isWhole = Number(last['Nats-Num-Pending'] ?? 1) === 0;
  return { messages, upTo: Number(last['Nats-UpTo-Sequence'] ?? 0), isWhole };
}
