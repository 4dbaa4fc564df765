import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import { backoffMs } from './backoff.ts';
import { createFeedNames, type FeedNames } from './create-feed-names.ts';
import { isUpTo } from './cursor.ts';
import { applyLogUpdates, EMPTY_LOG, type EventLog, type LogEvent, type LogUpdate } from './event-log.ts';
import { makeFrameBatch } from './frame-batch.ts';
import type { GatewayClient } from './gateway-client.ts';
import { type GatewayError, isRecord, toGatewayError } from './gateway-error.ts';
import { EventHistoryDocument, EventsDocument } from './generated/operations.ts';
import { makeRefresher } from './make-refresher.ts';

export interface EventFeed {
  readonly state: Accessor<EventLog>;
  readonly names: FeedNames;
  /** False until everything up to now is here, and after the gateway has ended the subscription. */
  readonly isLive: Accessor<boolean>;
  /** The last thing that went wrong; null once it went well. */
  readonly error: Accessor<GatewayError | null>;
  /**
   * Hears once per frame what came since the last one: nothing where events may have been missed, so that what is shown
   * has to be asked for. Returns the way to stop hearing.
   */
  onEvents(listener: (events: readonly LogEvent[]) => void): () => void;
}

/** Devices have a feed of their own; what plugins emit comes beside these. */
const TYPES = ['agent.*', 'memory.*', 'plugin.*', 'schedule.*'];
const HISTORY_LAST = 100;
/** After so many failures in a row the log may be another one, in which our cursor means nothing. */
const FAILURES_WITH_CURSOR = 2;
/** After these, plugins may emit other types than before. */
const TYPES_CHANGE = ['plugin.granted', 'plugin.loaded', 'plugin.revoked'];

/** What plugins, agents and memories do: history, then live. A lost connection goes on from where it was. */
export function createEventLog(gateway: GatewayClient): EventFeed {
  const [state, setState] = createSignal<EventLog>(EMPTY_LOG);
  const [isLive, setLive] = createSignal(false);
  const [error, setError] = createSignal<GatewayError | null>(null);
  const names = createFeedNames(gateway);
  const renamed = makeRefresher(() => void names.load().catch(() => {}));
  const listeners = new Set<(events: readonly LogEvent[]) => void>();
  let cursor: string | null = null;
  let failures = 0;
  let isEnded = false;
  let isBegun = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unsubscribe = () => {};

  const types = () => [...TYPES, ...names.pluginTypes()];

  const arrive = makeFrameBatch<LogUpdate>(
    (updates) => {
      setState((before) => applyLogUpdates(before, updates));
      const events = updates.flatMap((update) =>
        update.kind === 'pushed' && update.update.__typename === 'Event' ? [update.update] : [],
      );
      if (events.some((event) => isNews(event, names))) renamed.changed();
      for (const listener of listeners) listener(events);
    },
    () => {},
  );

  async function begin(): Promise<void> {
    isBegun = false;
    try {
      await names.load();
      const events = await loadHistory();
      if (isEnded) return;
      if (cursor !== null && !events.some((event) => event.cursor === cursor)) {
        arrive({ kind: 'reset' });
        cursor = null;
      }
      arrive({ kind: 'history', events });
      cursor ??= events.at(-1)?.cursor ?? null;
      isBegun = true;
      subscribe();
    } catch (thrown) {
      again(toGatewayError(thrown), begin);
    }
  }

  function subscribe(): void {
    let isFromNowhere = cursor === null;
    unsubscribe = gateway.subscribe(EventsDocument, () => ({ after: cursor, types: types() }), {
      next: ({ events: update }) => {
        // Kept at arrival, not at the frame: the connection may be lost in between.
        cursor = update.cursor;
        failures = 0;
        if (update.__typename === 'CaughtUp') {
          setLive(true);
          setError(null);
          if (isFromNowhere) void loadBetween(update.cursor);
          isFromNowhere = false;
        }
        arrive({ kind: 'pushed', update });
      },
      ended: (cause) => again(cause, failures < FAILURES_WITH_CURSOR ? subscribe : begin),
    });
  }

  function again(cause: GatewayError | null, attempt: () => unknown): void {
    if (isEnded) return;
    setLive(false);
    setError(cause);
    timer = setTimeout(attempt, backoffMs(failures++, Math.random()));
  }

  /** The history was empty when it was asked for: what came between it and the subscription is in neither. */
  async function loadBetween(liveFrom: string): Promise<void> {
    const events = await loadHistory().catch(() => []);
    arrive({ kind: 'history', events: events.filter((event) => isUpTo(event.cursor, liveFrom)) });
  }

  async function loadHistory(): Promise<readonly LogEvent[]> {
    const { eventHistory } = await gateway.request(EventHistoryDocument, { types: types(), last: HISTORY_LAST });
    return eventHistory;
  }

  void begin();
  createEffect(
    on(
      names.pluginTypes,
      () => {
        if (!isBegun) return;
        unsubscribe();
        clearTimeout(timer);
        subscribe();
      },
      { defer: true },
    ),
  );
  onCleanup(() => {
    isEnded = true;
    clearTimeout(timer);
    renamed.stop();
    unsubscribe();
    listeners.clear();
  });

  return {
    state,
    names,
    isLive,
    error,
    onEvents(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Whether it tells of a plugin or an agent whose names are not known yet, or are others now. */
function isNews({ type, data }: LogEvent, names: FeedNames): boolean {
  if (TYPES_CHANGE.includes(type) || type === 'agent.updated') return true;
  const agentId = isRecord(data) ? data.agentId : undefined;
  return typeof agentId === 'string' && type !== 'agent.deleted' && !names.agents().has(agentId);
}
