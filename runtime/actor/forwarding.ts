import { isPassing } from '../bus/bus-errors.ts';
import { type Forwarder, type ForwarderParts, startForwarder } from './forwarder.ts';
import type { Partition } from './partition.ts';

/** Keeps the forwarder of events running while this process owns the partition that it goes with. */
export interface Forwarding {
  begin(partition: Partition, signal: AbortSignal): void;
  /** Resolves when it forwards no more. */
  end(): Promise<void>;
  /** Sequence of the last event that was looked at; 0 when none is forwarded here. */
  readonly position: number;
  /** Rejects when events can no longer be read. */
  readonly failed: Promise<never>;
}

const PAUSE_MS = 100;

export function createForwarding(parts: Omit<ForwarderParts, 'signal'>): Forwarding {
  const { clock } = parts;
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let current: Forwarder | undefined;
  let stop = new AbortController();
  let ended: Promise<void> = Promise.resolve();

  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        current = await startForwarder({ ...parts, signal });
        // It ends when a cursor was moved by another process: then it begins again from where that has come to.
        await current.ended;
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  };

  return {
    begin(partition, signal) {
      stop = new AbortController();
      const all = AbortSignal.any([partition.signal, signal, stop.signal]);
      ended = run(all)
        .catch((error: unknown) => {
          if (!all.aborted) failed.reject(error);
        })
        .finally(() => {
          current = undefined;
        });
    },
    async end() {
      stop.abort();
      await ended;
    },
    get position() {
      return current?.position ?? 0;
    },
    failed: failed.promise,
  };
}
