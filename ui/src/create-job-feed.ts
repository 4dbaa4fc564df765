import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { backoffMs } from './backoff.ts';
import { makeFrameBatch } from './frame-batch.ts';
import type { GatewayClient } from './gateway-client.ts';
import type { GatewayError } from './gateway-error.ts';
import { JobEventsDocument } from './generated/operations.ts';
import type { JobEvent, JobUpdate } from './job-feed.ts';

export interface JobFeed {
  /** False until everything up to now is here, and after the gateway has ended the subscription. */
  readonly isLive: Accessor<boolean>;
  /** Why the subscription was last ended; null while it is live. */
  readonly error: Accessor<GatewayError | null>;
  /**
   * Hears once per frame what came since the last one: nothing where events may have been missed, so that what is shown
   * has to be asked for. Returns the way to stop hearing.
   */
  onEvents(listener: (events: readonly JobEvent[]) => void): () => void;
}

/** After so many failures in a row the log may be another one, in which our cursor means nothing. */
const FAILURES_WITH_CURSOR = 2;

/** What happens to the jobs of a queue, from now on. It survives a lost connection, and goes on from where it was. */
export function createJobFeed(gateway: GatewayClient, queue: string): JobFeed {
  const [isLive, setLive] = createSignal(false);
  const [error, setError] = createSignal<GatewayError | null>(null);
  const listeners = new Set<(events: readonly JobEvent[]) => void>();
  let cursor: string | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unsubscribe = () => {};

  const arrive = makeFrameBatch<JobUpdate>(
    (updates) => {
      const events = updates.filter((update) => update.__typename === 'JobEvent');
      for (const listener of listeners) listener(events);
    },
    () => {},
  );

  function subscribe(): void {
    unsubscribe = gateway.subscribe(JobEventsDocument, () => ({ queue, after: cursor }), {
      next: ({ jobEvents: update }) => {
        // Kept at arrival, not at the frame: the connection may be lost in between.
        cursor = update.cursor;
        failures = 0;
        if (update.__typename === 'CaughtUp') {
          setLive(true);
          setError(null);
        }
        arrive(update);
      },
      ended: (cause) => {
        setLive(false);
        setError(cause);
        if (failures >= FAILURES_WITH_CURSOR) cursor = null;
        timer = setTimeout(subscribe, backoffMs(failures++, Math.random()));
      },
    });
  }

  subscribe();
  onCleanup(() => {
    clearTimeout(timer);
    unsubscribe();
    listeners.clear();
  });

  return {
    isLive,
    error,
    onEvents(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
