import type { Bus, Stored } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import { toFailure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import { decodeRecord, type QueueRecord, recordSubject } from './queue-record.ts';

/** The queues of a tenant as this process knows them: a moment behind what others change. */
export interface Directory extends AsyncDisposable {
  get(queue: string): QueueRecord | undefined;
  /** Where what is known of it stands in CONTROL; 0 when nothing is. */
  sequenceOf(queue: string): number;
  names(): readonly string[];
  /** Takes over what this process has changed itself. */
  note(queue: string, record: QueueRecord | undefined, sequence: number): void;
  /** Calls at each change of a queue. */
  onChange(queue: string, listener: () => void): Disposable;
}

export interface DirectoryParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly tenant: string;
}

const PAGE = 1_000;
const PAUSE_MS = 200;

/** Resolves when all queues are known that there are now. */
export async function openDirectory({ bus, clock, log, tenant }: DirectoryParts): Promise<Directory> {
  const known = new Map<string, { readonly record: QueueRecord | undefined; readonly sequence: number }>();
  const listeners = new Map<string, Set<() => void>>();
  const closing = new AbortController();
  const filter = recordSubject(tenant, '*');

  const note = (queue: string, record: QueueRecord | undefined, sequence: number): void => {
    if ((known.get(queue)?.sequence ?? 0) >= sequence) return;
    known.set(queue, { record, sequence });
    for (const listener of [...(listeners.get(queue) ?? [])]) listener();
  };

  const take = (stored: Stored): void => {
    const queue = stored.subject.split('.')[3] ?? '';
    try {
      note(queue, decodeRecord(stored), stored.sequence);
    } catch (error) {
      log.error('queue.corrupt', { queue, error });
    }
  };

  const { lastSequence } = await bus.streamStatus('CONTROL');
  let from = 1;
  while (true) {
    const page = await bus.page('CONTROL', { from, filter, limit: PAGE });
    for (const stored of page) take(stored);
    if (page.length < PAGE) break;
    from = page.at(-1)!.sequence + 1;
  }

  const follow = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        for await (const bunch of bus.read('CONTROL', {
          from: lastSequence + 1,
          filters: [filter],
          signal: closing.signal,
        })) {
          for (const stored of bunch) take(stored);
        }
      } catch (error) {
        if (!isPassing(error)) log.error('queue.directory_failed', { error: toFailure(error) });
        await clock.sleep(PAUSE_MS, closing.signal).catch(() => undefined);
      }
    }
  };
  const following = follow();

  return {
    get: (queue) => known.get(queue)?.record,
    sequenceOf: (queue) => known.get(queue)?.sequence ?? 0,
    names: () =>
      [...known]
        .filter(([, { record }]) => record !== undefined)
        .map(([name]) => name)
        .sort(),
    note,
    onChange(queue, listener) {
      const all = listeners.get(queue) ?? new Set();
      listeners.set(queue, all.add(listener));
      return { [Symbol.dispose]: () => void all.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await following;
    },
  };
}
