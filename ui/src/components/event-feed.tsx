import { createEffect, createMemo, For, Match, on, Show, Switch } from 'solid-js';
import type { DeviceFeed } from '../create-device-feed.ts';
import type { EventFeed as Log } from '../create-event-log.ts';
import { cursorText, isUpTo } from '../cursor.ts';
import { ROWS_KEPT } from '../device-feed.ts';
import { type AnyRow, mergeRows, rowKey } from '../feed-rows.ts';
import { keepOneTabStop, moveByArrows } from '../roving-focus.ts';
import { foldRuns } from '../run-rows.ts';
import { DeviceEventRow, LaggedRow, LogEventRow, RunEventRow } from './event-row.tsx';

export interface EventFeedProps {
  readonly feed: DeviceFeed;
  readonly log: Log;
  readonly onTrace: (traceId: string) => void;
}

/** All that happens: to devices, and in plugins, agents and memories. */
export function EventFeed(props: EventFeedProps) {
  let list!: HTMLOListElement;
  const rows = createMemo(() => mergeRows(props.feed.state().rows, foldRuns(props.log.state().rows), ROWS_KEPT));
  const byKey = createMemo(() => new Map(rows().map((row) => [rowKey(row), row])));
  const keys = createMemo(() => [...byKey().keys()]);
  const cursor = () => {
    const [device, other] = [props.feed.state().cursor, props.log.state().cursor];
    return device !== null && other !== null && isUpTo(device, other) ? other : (device ?? other);
  };
  createEffect(on(rows, () => keepOneTabStop(list)));

  return (
    <section
      class="panel events"
      aria-labelledby="events-title"
      data-testid="event-feed"
      data-duplicates={props.feed.state().duplicates}
      data-cursor={props.feed.state().cursor ?? ''}
      data-live={props.log.isLive()}
    >
      <header class="panel-head">
        <h2 id="events-title">Events</h2>
        <p class="count">
          <Show when={cursor()}>
            {(place) => (
              <>
                log at <strong class="mono">{cursorText(place())}</strong>
              </>
            )}
          </Show>
        </p>
      </header>
      <div class="panel-body scroll" tabindex="0">
        <Show when={rows().length === 0}>
          <p class="empty">
            Nothing has happened yet. What devices, plugins, agents and memories do appears here at once.
          </p>
        </Show>
        <ol ref={list} class="event-list" onKeyDown={(event) => moveByArrows(event, list)}>
          <For each={keys()}>
            {(key) => (
              <Show when={byKey().get(key)}>
                {(row) => <Row row={row()} agents={props.log.names.agents()} onTrace={props.onTrace} />}
              </Show>
            )}
          </For>
        </ol>
      </div>
    </section>
  );
}

function Row(props: {
  readonly row: AnyRow;
  /** Names of agents, by id. */
  readonly agents: ReadonlyMap<string, string>;
  readonly onTrace: (traceId: string) => void;
}) {
  return (
    <Switch>
      <Match when={props.row.kind === 'event' && props.row}>
        {(line) => <DeviceEventRow event={line().event} isLive={line().isLive} onTrace={props.onTrace} />}
      </Match>
      <Match when={props.row.kind === 'logged' && props.row}>
        {(line) => (
          <LogEventRow event={line().event} isLive={line().isLive} agents={props.agents} onTrace={props.onTrace} />
        )}
      </Match>
      <Match when={props.row.kind === 'run' && props.row}>
        {(line) => <RunEventRow row={line()} agents={props.agents} onTrace={props.onTrace} />}
      </Match>
      <Match when={props.row.kind === 'lagged' && props.row}>{(line) => <LaggedRow row={line()} />}</Match>
    </Switch>
  );
}
