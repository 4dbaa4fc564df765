import type { Clock } from '../../runtime/clock/clock.ts';
import type { Log } from '../../runtime/telemetry/log.ts';
import type { Tracer } from '../../runtime/telemetry/spans.ts';
import { DEVICE_WATCHER } from './device-watcher.ts';
import type { Snapshot } from './watcher-protocol.ts';

/**
 * Brings snapshots into the actor's mailbox, in order, each once: a broker that is away is waited for. What happened
 * meanwhile is kept, up to a bound; beyond it the oldest waiting snapshot goes, since a later one says what is there.
 */
export interface Reporter extends Disposable {
  report(snapshot: Snapshot): void;
}

export interface ReporterParts {
  /** Stores a command to the actor of this host; rejects when it could not within its own patience. */
  readonly send: (
    type: string,
    data: Snapshot,
    options: { readonly id: string; readonly traceparent: string },
  ) => Promise<unknown>;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
  readonly tracer: Tracer;
}

const MAX_WAITING = 1_000;
const PAUSE_MS = 250;

export function createReporter({ send, newId, clock, log, tracer }: ReporterParts): Reporter {
  const closing = new AbortController();
  let waiting: Snapshot[] = [];
  let isSending = false;

  const sendOne = async (snapshot: Snapshot): Promise<void> => {
    const span = tracer.startSpan('watcher.report', {
      file: 'actors/device-watcher/watcher-main.ts',
      startedAt: Date.parse(snapshot.hintedAt ?? snapshot.observedAt),
      attributes: { reason: snapshot.reason, devices: snapshot.devices.length },
    });
    const id = newId();
    try {
      while (!closing.signal.aborted) {
        try {
          await send(`${DEVICE_WATCHER}.report`, snapshot, { id, traceparent: span.traceparent });
          return;
        } catch (error) {
          log.warn('report.postponed', { error });
          // Aborts only when closing, which the loop sees by itself.
          await clock.sleep(PAUSE_MS, closing.signal).catch(() => undefined);
        }
      }
    } finally {
      span.end();
    }
  };

  const work = async (): Promise<void> => {
    isSending = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await sendOne(next);
    isSending = false;
  };

  return {
    report(snapshot) {
      if (waiting.length === MAX_WAITING) {
        waiting = waiting.slice(1);
        log.warn('report.dropped', { waiting: MAX_WAITING });
      }
      waiting.push(snapshot);
      if (!isSending) void work();
    },
    [Symbol.dispose]() {
      waiting = [];
      closing.abort();
    },
  };
}
