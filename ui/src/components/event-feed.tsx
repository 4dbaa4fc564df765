import { createEffect, For, Match, on, Show, Switch } from 'solid-js';
import type { DeviceFeed } from '../create-device-feed.ts';
import { cursorText } from '../cursor.ts';
import type { DeviceEvent, FeedRow } from '../device-feed.ts';
import { usbId } from '../device-text.ts';
import { mayFlash } from '../flash.ts';
import { keepOneTabStop, moveByArrows } from '../roving-focus.ts';
import { clockText, instantText, millisecondText } from '../time-text.ts';
import { AttachIcon, DetachIcon, GapIcon } from './icons.tsx';

export interface EventFeedProps {
  readonly feed: DeviceFeed;
  readonly onTrace: (traceId: string) => void;
}

export function EventFeed(props: EventFeedProps) {
  let list!: HTMLOListElement;
  const rows = () => props.feed.state().rows;
  createEffect(on(rows, () => keepOneTabStop(list)));

  return (
    <section
      class="panel events"
      aria-labelledby="events-title"
      data-testid="event-feed"
      data-duplicates={props.feed.state().duplicates}
      data-cursor={props.feed.state().cursor ?? ''}
    >
      <header class="panel-head">
        <h2 id="events-title">Events</h2>
        <p class="count">
          <Show when={props.feed.state().cursor}>
            {(cursor) => (
              <>
                log at <strong class="mono">{cursorText(cursor())}</strong>
              </>
            )}
          </Show>
        </p>
      </header>
      <div class="panel-body scroll" tabindex="0">
        <Show when={rows().length === 0}>
          <p class="empty">Nothing has happened yet. Attach and detach events appear here at once.</p>
        </Show>
        <ol ref={list} class="event-list" onKeyDown={(event) => moveByArrows(event, list)}>
          <For each={rows()}>
            {(row) => (
              <Switch>
                <Match when={row.kind === 'event' && row}>
                  {(line) => <EventRow event={line().event} isLive={line().isLive} onTrace={props.onTrace} />}
                </Match>
                <Match when={row.kind === 'lagged' && row}>{(line) => <LaggedRow row={line()} />}</Match>
              </Switch>
            )}
          </For>
        </ol>
      </div>
    </section>
  );
}

function EventRow(props: {
  readonly event: DeviceEvent;
  readonly isLive: boolean;
  readonly onTrace: (traceId: string) => void;
}) {
  const isAttach = () => props.event.type === 'ATTACHED';
  const isFresh = props.isLive && mayFlash();
  return (
    <li
      class="event-row washable"
      classList={{ fresh: isFresh }}
      data-testid="event-row"
      data-cursor={props.event.cursor}
      data-type={props.event.type}
      data-event-id={props.event.id}
      data-device-id={props.event.device.id}
    >
      <Show when={isAttach()} fallback={<DetachIcon />}>
        <AttachIcon />
      </Show>
      <p class="event-what">
        <span class="event-product">{props.event.device.product}</span>
        <span class="event-id mono">{props.event.device.serial ?? usbId(props.event.device)}</span>
      </p>
      <time class="event-time" datetime={props.event.at} title={instantText(props.event.at)}>
        {clockText(props.event.at)}
        <span class="event-ms">{millisecondText(props.event.at)}</span>
      </time>
      <p class="event-why">
        <span>{isAttach() ? 'attached' : 'detached'}</span>
        <span class="event-reason">{props.event.reason}</span>
        <Show when={props.event.traceId}>
          {(traceId) => (
            <button
              type="button"
              class="link"
              data-rove
              tabindex="-1"
              onClick={() => props.onTrace(traceId())}
              aria-label={`Trace of ${props.event.device.product} ${isAttach() ? 'attached' : 'detached'} at ${clockText(props.event.at)}`}
              data-testid="open-trace"
            >
              trace
            </button>
          )}
        </Show>
      </p>
      <span class="event-cursor mono" title="Place in the log">
        {cursorText(props.event.cursor)}
      </span>
    </li>
  );
}

function LaggedRow(props: { readonly row: Extract<FeedRow, { kind: 'lagged' }> }) {
  return (
    <li class="event-row lagged" data-testid="lagged-row" data-cursor={props.row.cursor}>
      <GapIcon />
      <p class="event-what">
        <span class="event-product">
          {props.row.count === null
            ? 'Events lost'
            : `${props.row.count} ${props.row.count === 1 ? 'event' : 'events'} lost`}
        </span>
      </p>
      <p class="event-gap">
        {props.row.count === null ? 'How many is not known: the' : 'The'} log no longer holds what lies between{' '}
        <span class="mono">{cursorText(props.row.from)}</span> and <span class="mono">{cursorText(props.row.to)}</span>
      </p>
    </li>
  );
}
