import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { backoffMs } from './backoff.ts';
import { isUpTo } from './cursor.ts';
import { applyUpdates, type DeviceEvent, EMPTY_FEED, type FeedState, type FeedUpdate } from './device-feed.ts';
import { makeFrameBatch } from './frame-batch.ts';
import type { GatewayClient } from './gateway-client.ts';
import { type GatewayError, toGatewayError } from './gateway-error.ts';
import { DeviceEventsDocument, DeviceHistoryDocument, DevicesDocument } from './generated/operations.ts';

/** An event whose row is on the screen; times as `performance.now()` gives them. */
export interface PaintedEvent {
  readonly event: DeviceEvent;
  readonly receivedAtMs: number;
  readonly paintedAtMs: number;
}

export interface DeviceFeed {
  readonly state: Accessor<FeedState>;
  /** The last thing that went wrong in loading; null once it went well. */
  readonly error: Accessor<GatewayError | null>;
  /** Hears of each live event once its row was painted. Returns the way to stop hearing. */
  onPainted(listener: (painted: PaintedEvent) => void): () => void;
  /** The websocket went away; the subscription comes back by itself and goes on from the last cursor. */
  disconnected(): void;
}

const HISTORY_LAST = 100;
/** More marks than a benchmark reads in one go; they are dropped after it, since a page may stay open for months. */
const MARKS_KEPT = 5000;

interface Arrival {
  readonly update: FeedUpdate;
  readonly receivedAtMs: number;
}

/**
 * Devices and events without gap or duplicate:
 * history, whose newest cursor is where the subscription begins; at `CaughtUp` a snapshot of the devices, to which the
 * events that came meanwhile are applied; from there events alone. A lost connection resumes from the last cursor
 * received. `Lagged` asks for a new snapshot. A gateway that refuses the cursor has another log: begin anew.
 */
export function createDeviceFeed(gateway: GatewayClient): DeviceFeed {
  const [state, setState] = createSignal<FeedState>(EMPTY_FEED);
  const [error, setError] = createSignal<GatewayError | null>(null);
  const listeners = new Set<(painted: PaintedEvent) => void>();
  const ending = new AbortController();
  let unsubscribe = () => {};
  let cursor: string | null = null;
  let needsSnapshot = true;
  let isLoadingPresent = false;
  let failures = 0;
  let marks = 0;

  const arrive = makeFrameBatch<Arrival>(
    (arrivals) =>
      setState((before) =>
        applyUpdates(
          before,
          arrivals.map(({ update }) => update),
        ),
      ),
    markPainted,
  );

  function markPainted(arrivals: readonly Arrival[], paintedAtMs: number): void {
    for (const { update, receivedAtMs } of arrivals) {
      if (update.kind !== 'pushed' || update.update.__typename !== 'DeviceEvent') continue;
      if (marks++ % MARKS_KEPT === MARKS_KEPT - 1) performance.clearMarks('pixel');
      performance.mark('pixel', { startTime: paintedAtMs, detail: { cursor: update.update.cursor, receivedAtMs } });
      for (const listener of listeners) listener({ event: update.update, receivedAtMs, paintedAtMs });
    }
  }

  function take(update: FeedUpdate): void {
    arrive({ update, receivedAtMs: performance.now() });
  }

  async function begin(): Promise<void> {
    const events = await persist(loadHistory);
    if (!events) return;
    if (cursor !== null && !events.some((event) => event.cursor === cursor)) {
      take({ kind: 'reset' });
      needsSnapshot = true;
      cursor = null;
    }
    if (cursor === null) {
      take({ kind: 'history', events });
      cursor = events.at(-1)?.cursor ?? null;
    }
    subscribe();
  }

  function subscribe(): void {
    let isFromNowhere = cursor === null;
    unsubscribe = gateway.subscribe(DeviceEventsDocument, () => ({ after: cursor }), {
      next: ({ deviceEvents: update }) => {
        // Kept at arrival, not at the frame: the connection may be lost in between. A repeated event leads not back.
        const isRepeated = update.__typename === 'DeviceEvent' && cursor !== null && isUpTo(update.cursor, cursor);
        if (!isRepeated) cursor = update.cursor;
        failures = 0;
        take({ kind: 'pushed', update });
        if (update.__typename === 'Lagged') needsSnapshot = true;
        if (update.__typename === 'DeviceEvent') return;
        if (needsSnapshot) void loadPresent(isFromNowhere ? update.cursor : null);
        isFromNowhere = false;
      },
      ended: (cause) => void resubscribe(cause),
    });
  }

  /** The gateway ended the subscription on an open connection: a slow reader, a restart of a part, a lost cursor. */
  async function resubscribe(cause: GatewayError | null): Promise<void> {
    take({ kind: 'disconnected' });
    setError(cause);
    await pause();
    if (ending.signal.aborted) return;
    // The log may have been made anew, so that our cursor means nothing in it: its history tells.
    if (cause !== null && failures > 2) await begin();
    else subscribe();
  }

  /**
   * The devices as they are. A `Lagged` that comes meanwhile makes the answer worthless: ask again.
   *
   * @param liveFrom where a subscription that had no cursor begins, else null. The history was empty then, and what came
   *   between it and the subscription would be in neither: ask for it, up to there.
   */
  async function loadPresent(liveFrom: string | null): Promise<void> {
    if (isLoadingPresent) return;
    isLoadingPresent = true;
    while (needsSnapshot) {
      needsSnapshot = false;
      const present = await persist(async () => {
        const events = liveFrom === null ? [] : await loadHistory();
        const { devices } = await gateway.request(DevicesDocument, {});
        return { events, devices };
      });
      if (!present || needsSnapshot) continue;
      const earlier = present.events.filter((event) => liveFrom !== null && isUpTo(event.cursor, liveFrom));
      take({ kind: 'history', events: earlier });
      take({ kind: 'snapshot', devices: present.devices });
    }
    isLoadingPresent = false;
  }

  async function loadHistory(): Promise<readonly DeviceEvent[]> {
    const variables = { last: HISTORY_LAST };
    const { deviceHistory } = await gateway.request(DeviceHistoryDocument, variables);
    return deviceHistory;
  }

  /** Tries until it goes well; null when the page is going away. */
  async function persist<T>(load: () => Promise<T>): Promise<T | null> {
    while (!ending.signal.aborted) {
      try {
        const loaded = await load();
        failures = 0;
        setError(null);
        return loaded;
      } catch (cause) {
        setError(toGatewayError(cause));
        await pause();
      }
    }
    return null;
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(proceed, backoffMs(failures++, Math.random()));
      function proceed(): void {
        clearTimeout(timer);
        removeEventListener('online', proceed);
        ending.signal.removeEventListener('abort', proceed);
        resolve();
      }
      addEventListener('online', proceed);
      ending.signal.addEventListener('abort', proceed);
    });
  }

  void begin();
  onCleanup(() => {
    ending.abort();
    unsubscribe();
  });

  return {
    state,
    error,
    onPainted(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    disconnected: () => take({ kind: 'disconnected' }),
  };
}
