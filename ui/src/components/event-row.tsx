import { createMemo, Match, Show, Switch } from 'solid-js';
import { cursorText } from '../cursor.ts';
import type { DeviceEvent, FeedRow } from '../device-feed.ts';
import { usbId } from '../device-text.ts';
import type { LogEvent } from '../event-log.ts';
import { type EventKind, type EventStory, eventStory } from '../event-text.ts';
import { mayFlash } from '../flash.ts';
import { type RunRow, runStory } from '../run-rows.ts';
import { clockText, instantText, millisecondText } from '../time-text.ts';
import { AgentIcon, AttachIcon, DetachIcon, EventIcon, GapIcon, MemoryIcon, PluginIcon } from './icons.tsx';

export interface DeviceEventRowProps {
  readonly event: DeviceEvent;
  readonly isLive: boolean;
  readonly onTrace: (traceId: string) => void;
}

/** A device was attached or detached. */
export function DeviceEventRow(props: DeviceEventRowProps) {
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
      <EventTime at={props.event.at} />
      <p class="event-why">
        <span>{isAttach() ? 'attached' : 'detached'}</span>
        <span class="event-reason">{props.event.reason}</span>
        <TraceLink
          traceId={props.event.traceId}
          label={`Trace of ${props.event.device.product} ${isAttach() ? 'attached' : 'detached'} at ${clockText(props.event.at)}`}
          onTrace={props.onTrace}
        />
      </p>
      <EventPlace cursor={props.event.cursor} />
    </li>
  );
}

export interface LogEventRowProps {
  readonly event: LogEvent;
  readonly isLive: boolean;
  /** Names of agents, by id. */
  readonly agents: ReadonlyMap<string, string>;
  readonly onTrace: (traceId: string) => void;
}

/** Something else happened. */
export function LogEventRow(props: LogEventRowProps) {
  return (
    <ToldRow
      event={props.event}
      story={eventStory(props.event, props.agents)}
      isLive={props.isLive}
      onTrace={props.onTrace}
    />
  );
}

export interface RunEventRowProps extends Pick<LogEventRowProps, 'agents' | 'onTrace'> {
  readonly row: RunRow;
}

/** A run of an agent, as far as it has come. */
export function RunEventRow(props: RunEventRowProps) {
  return (
    <Show when={props.row.events[0]}>
      {(newest) => (
        <ToldRow
          event={newest()}
          story={runStory(props.row, props.agents)}
          isLive={props.row.isLive}
          runId={props.row.runId}
          onTrace={props.onTrace}
        />
      )}
    </Show>
  );
}

function ToldRow(props: {
  readonly event: LogEvent;
  readonly story: EventStory;
  readonly isLive: boolean;
  readonly runId?: string;
  readonly onTrace: (traceId: string) => void;
}) {
  const story = createMemo(() => props.story);
  const isFresh = props.isLive && mayFlash();
  return (
    <li
      class="event-row washable"
      classList={{ fresh: isFresh, failed: story().isBad }}
      data-testid="told-row"
      data-cursor={props.event.cursor}
      data-type={props.event.type}
      data-subject={props.event.subject}
      data-run={props.runId}
    >
      <KindIcon kind={story().kind} />
      <p class="event-what">
        <Show when={story().href} fallback={<span class="event-product">{story().title}</span>}>
          {(href) => (
            <a class="event-product" href={href()} data-rove tabindex="-1" data-testid="told-link">
              {story().title}
            </a>
          )}
        </Show>
        <span class="event-id mono">{props.event.type}</span>
      </p>
      <EventTime at={props.event.at} />
      <p class="event-why">
        <span class="event-sentence" title={story().sentence}>
          {story().sentence}
        </span>
        <TraceLink
          traceId={props.event.traceId}
          label={`Trace of ${props.event.type} of ${story().title} at ${clockText(props.event.at)}`}
          onTrace={props.onTrace}
        />
      </p>
      <EventPlace cursor={props.event.cursor} />
    </li>
  );
}

/** Events are missing here. */
export function LaggedRow(props: { readonly row: Extract<FeedRow, { kind: 'lagged' }> }) {
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

function KindIcon(props: { readonly kind: EventKind }) {
  return (
    <Switch fallback={<EventIcon />}>
      <Match when={props.kind === 'plugin'}>
        <PluginIcon />
      </Match>
      <Match when={props.kind === 'agent'}>
        <AgentIcon />
      </Match>
      <Match when={props.kind === 'memory'}>
        <MemoryIcon />
      </Match>
    </Switch>
  );
}

function EventTime(props: { readonly at: string }) {
  return (
    <time class="event-time" datetime={props.at} title={instantText(props.at)}>
      {clockText(props.at)}
      <span class="event-ms">{millisecondText(props.at)}</span>
    </time>
  );
}

function TraceLink(props: {
  readonly traceId: string | null;
  readonly label: string;
  readonly onTrace: (traceId: string) => void;
}) {
  return (
    <Show when={props.traceId}>
      {(traceId) => (
        <button
          type="button"
          class="link"
          data-rove
          tabindex="-1"
          onClick={() => props.onTrace(traceId())}
          aria-label={props.label}
          data-testid="open-trace"
        >
          trace
        </button>
      )}
    </Show>
  );
}

function EventPlace(props: { readonly cursor: string }) {
  return (
    <span class="event-cursor mono" title="Place in the log">
      {cursorText(props.cursor)}
    </span>
  );
}
