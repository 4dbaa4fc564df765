import { isPassing } from '../bus/bus-errors.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import { type FactRecord, type FactVerb, factSubject } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';
import { storePatiently } from './store-patiently.ts';

/** What jobs tell on their way: progress, log lines, partial results, retries. */
export interface Facts {
  /** In the order in which they are told; lost when the broker stays away. */
  tell(verb: FactVerb, id: string, record: FactRecord): void;
  /** Resolves when it is stored. */
  store(verb: FactVerb, id: string, record: FactRecord): Promise<void>;
  /** Resolves when all is stored, or given up. */
  settle(): Promise<void>;
}

const MAX_WAITING = 10_000;
const PATIENCE_MS = 30_000;
/** Facts of one write. */
const TOGETHER = 100;

export function createFacts(parts: OneQueue): Facts {
  const { log, tenant, queue, bus, random } = parts;
  let waiting: { readonly subject: string; readonly body: Uint8Array; done(error?: unknown): void }[] = [];
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    await parts.clock.turn();
    while (waiting.length > 0) {
      const batch = takeBatch();
      try {
        // Once, also where it has to be sent again.
        const first = { ...batch[0]!, id: random.hex(8) };
        await storePatiently(parts, 'JOBLOG', [first, ...batch.slice(1)], PATIENCE_MS);
        for (const { done } of batch) done();
      } catch (error) {
        if (!isPassing(error)) log.error('job.fact_refused', { queue, ...toFailure(error) });
        for (const { done } of batch) done(error);
      }
    }
    running = undefined;
  };

  const takeBatch = () => {
    let bytes = 0;
    let count = 0;
    for (const { body } of waiting) {
      bytes += body.length;
      if (count > 0 && (count === TOGETHER || bytes > bus.maxEntryBytes / 4)) break;
      count++;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  };

  const push = (verb: FactVerb, id: string, record: FactRecord, done: (error?: unknown) => void): void => {
    if (waiting.length >= MAX_WAITING) {
      done(new AutoWeaveError('AW_QUEUE_FULL', `Cannot store more of what jobs of "${queue}" tell`));
      return;
    }
    let body: Uint8Array;
    try {
      body = Buffer.from(JSON.stringify(record));
    } catch (cause) {
      const message = `Cannot store what job "${id}" tells: it is not JSON`;
      done(new AutoWeaveError('AW_JOB_NOT_JSON', message, { cause }));
      return;
    }
    if (body.length > bus.maxBodyBytes) {
      done(new AutoWeaveError('AW_MESSAGE_TOO_LARGE', `Cannot store ${body.length} bytes of job "${id}"`));
      return;
    }
    waiting.push({ subject: factSubject(tenant, queue, verb, id), body, done });
    running ??= run();
  };

  return {
    tell(verb, id, record) {
      push(verb, id, record, (error) => {
        if (error !== undefined) log.warn('job.fact_lost', { queue, id, verb, ...toFailure(error) });
      });
    },
    store: (verb, id, record) =>
      new Promise((resolve, reject) => {
        push(verb, id, record, (error) => (error === undefined ? resolve() : reject(error)));
      }),
    async settle() {
      await running;
    },
  };
}
