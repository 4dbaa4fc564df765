import { Worker } from 'node:worker_threads';
import type { Clock } from '../../runtime/clock/clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { Log } from '../../runtime/telemetry/log.ts';
import type { FoundMemory, MemoryChange, MemoryIndex } from './memory-index-port.ts';
import { pack, unpack } from './packed-memory.ts';
import { type Call, createRequestLine } from './request-line.ts';
import type { PackedMemory } from './sqlite-search.ts';
import type { PackedChange, SqliteStore } from './sqlite-store.ts';

/**
 * The index in a file, by a thread that alone has it open.
 *
 * States: *asleep* (no thread; the first request starts one), *at work*, back to *asleep* when the thread crashes,
 * *broken* when it crashes again soon after: then each request fails, and `broken` resolves. *Closed* by disposing.
 */
export interface SqliteIndex extends MemoryIndex {
  /** Resolves with what ended the thread, when it is not worth starting again. */
  readonly broken: Promise<Error>;
}

export interface SqliteIndexOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** For tests: the thread's module. */
  readonly entry?: URL;
}

export type IndexAnswer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly failure: { readonly code: string; readonly message: string; readonly hint?: string };
    }
  | { readonly setAside: { readonly file: string; readonly why: string } };

/** Searches that wait or are at work, from which on others are refused: behind so many a person has gone. */
const MAX_SEARCHES = 64;
/** A thread that crashes again within this time does so for a reason that stays. */
const AGAIN_MS = 60_000;
const CLOSE_MS = 2_000;

export function openSqliteIndex({ file, clock, log, entry }: SqliteIndexOptions): SqliteIndex {
  const broken = Promise.withResolvers<Error>();
  let thread: Worker | undefined;
  let crashedAt = Number.NEGATIVE_INFINITY;
  let end: AutoWeaveError | undefined;
  let count = 0;
  const line = createRequestLine((request) => {
    thread ??= start();
    thread.postMessage(request);
  });

  const start = (): Worker => {
    const started = new Worker(entry ?? new URL('./sqlite-worker.ts', import.meta.url), { workerData: { file } });
    let cause: unknown;
    started.on('message', take);
    started.once('error', (error) => {
      cause = error;
    });
    started.once('exit', (code) => {
      if (thread !== started) return;
      thread = undefined;
      if (end === undefined) onCrash(failed(`its thread has ended with ${code}`, cause));
    });
    return started;
  };

  const take = (answer: IndexAnswer): void => {
    if ('setAside' in answer) {
      log.warn('memory.index_set_aside', answer.setAside);
      return;
    }
    line.settle(answer.id, ({ resolve, reject }) => {
      if ('value' in answer) return resolve(answer.value);
      const { code, message, hint } = answer.failure;
      reject(new AutoWeaveError(code, message, hint === undefined ? {} : { hint }));
    });
  };

  const onCrash = (error: AutoWeaveError): void => {
    const isAgain = clock.monotonic() - crashedAt < AGAIN_MS;
    crashedAt = clock.monotonic();
    log.error('memory.index_crashed', { file, isAgain, error });
    line.giveUp(error);
    if (!isAgain) return;
    end = error;
    broken.resolve(error);
  };

  const ask = <Name extends Call>(call: Name, ...values: Parameters<SqliteStore[Name]>) =>
    new Promise<ReturnType<SqliteStore[Name]>>((resolve, reject) => {
      if (end !== undefined) throw end;
      if (call === 'search' && line.searches >= MAX_SEARCHES) {
        throw new AutoWeaveError('AW_MEMORY_BUSY', `${line.searches} searches of the memory are under way`, {
          hint: 'ask again in a moment',
        });
      }
      // The thread answers a call with what the method of that name gives.
      const answered = (value: unknown) => resolve(value as ReturnType<SqliteStore[Name]>);
      line.add({ request: { id: ++count, call, values }, resolve: answered, reject });
    });

  return {
    broken: broken.promise,
    position: (...values) => ask('position', ...values),
    apply: async (tenant, changes, move) => ask('apply', tenant, changes.map(toPacked), move),
    clear: (...values) => ask('clear', ...values),
    async search(search) {
      const found = await ask('search', search);
      return found && { ...found, memories: found.memories.map(toFound) };
    },
    counts: (...values) => ask('counts', ...values),
    async [Symbol.asyncDispose]() {
      end = failed('it is closed');
      const closing = thread;
      if (closing === undefined) return;
      const ended = new Promise((resolve) => closing.once('exit', resolve));
      closing.postMessage(null);
      const cancel = clock.schedule(CLOSE_MS, () => void closing.terminate());
      await ended;
      cancel();
      line.giveUp(end);
    },
  };
}

function toPacked({ memory, ...change }: MemoryChange): PackedChange {
  return memory === undefined ? change : { ...change, memory: pack(memory) };
}

function toFound(packed: PackedMemory): FoundMemory {
  return unpack(packed);
}

function failed(what: string, cause?: unknown): AutoWeaveError {
  const why = cause instanceof Error ? `${what}: ${cause.message}` : what;
  return new AutoWeaveError('AW_MEMORY_INDEX_FAILED', `Cannot use the index of the memory: ${why}`, {
    hint: 'ask again; if that does not help, look into the log',
    cause,
  });
}
