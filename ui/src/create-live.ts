import { onCleanup } from 'solid-js';
import type { EventFeed } from './create-event-log.ts';
import { createPolled, type Polled } from './create-polled.ts';
import type { LogEvent } from './event-log.ts';
import { makeRefresher } from './make-refresher.ts';

export interface LiveOptions {
  readonly log: EventFeed;
  /** Whether an event tells that the answer may be another one now. */
  readonly concerns: (event: LogEvent) => boolean;
  /** Also without any event: not everything that is shown is told by one. */
  readonly intervalMs: number;
}

/** Asks at once, after each event that concerns it, and again and again between them. */
export function createLive<T>(load: () => Promise<T>, { log, concerns, intervalMs }: LiveOptions): Polled<T> {
  const polled = createPolled(load, intervalMs);
  const refresher = makeRefresher(polled.refresh);
  onCleanup(refresher.stop);
  onCleanup(
    log.onEvents((events) => {
      // None at all: some may have been missed.
      if (events.length === 0 || events.some(concerns)) refresher.changed();
    }),
  );
  return polled;
}
