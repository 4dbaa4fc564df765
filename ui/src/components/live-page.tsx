import { createEffect, createMemo, createSignal, on, onCleanup, Show } from 'solid-js';
import { type Connection, connectionOf } from '../connection.ts';
import { createDeviceFeed } from '../create-device-feed.ts';
import { createEventLog } from '../create-event-log.ts';
import { createPolled } from '../create-polled.ts';
import { createRoute } from '../create-route.ts';
import type { Device } from '../device-feed.ts';
import { makeGatewayClient, type SocketState } from '../gateway-client.ts';
import { ActorsDocument, DeadLettersDocument, HealthDocument } from '../generated/operations.ts';
import { LIVE, routeHash, type ViewName } from '../route.ts';
import { isTourSeen, rememberTourSeen } from '../tour-seen.ts';
import { Actors } from './actors.tsx';
import { Announcer } from './announcer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { DeviceDialog } from './device-dialog.tsx';
import { Devices } from './devices.tsx';
import { EventFeed } from './event-feed.tsx';
import { Header } from './header.tsx';
import { Health } from './health.tsx';
import { LogAnnouncer } from './log-announcer.tsx';
import { Tour } from './tour.tsx';
import { TraceDialog } from './trace-dialog.tsx';
import { Views } from './views.tsx';

const HEALTH_INTERVAL_MS = 5000;
const ACTORS_INTERVAL_MS = 15_000;
const DEAD_LETTERS_INTERVAL_MS = 10_000;
/** After an event the actors' commits follow within this time. */
const AFTER_EVENT_MS = 800;
/** However many events come, the gateway is asked no more often. */
const BETWEEN_REFRESHES_MS = 3000;
const ACTORS_FIRST = 200;
const DEAD_LETTERS_FIRST = 50;
const MAIN_CLASSES: Readonly<Record<ViewName, string>> = {
  live: 'grid',
  actors: 'actors-grid',
  queues: 'queues-grid',
  plugins: 'pair-grid',
  agents: 'pair-grid',
  memories: 'pair-grid',
};
const TRACE_TITLES: Readonly<Record<ViewName, string>> = {
  live: 'What led to this event',
  actors: 'Steps',
  queues: 'Steps of this job',
  plugins: 'Steps of this call',
  agents: 'Steps of this run',
  memories: 'Steps',
};

export interface LivePageProps {
  readonly token: string;
  readonly onRefused: () => void;
}

export function LivePage(props: LivePageProps) {
  const [socket, setSocket] = createSignal<SocketState>({ phase: 'connecting', reason: null });
  const [roundTripMs, setRoundTripMs] = createSignal<number | null>(null);
  const [isOnline, setOnline] = createSignal(navigator.onLine);
  const [wasLive, setWasLive] = createSignal(false);
  const [lostAtMs, setLostAtMs] = createSignal<number | null>(null);
  const [shownDevice, showDevice] = createSignal<Device | null>(null);
  const [shownTrace, showTrace] = createSignal<string | null>(null);
  const [isTourOpen, setTourOpen] = createSignal(!isTourSeen());
  const route = createRoute();
  const isLiveView = () => route().view === 'live';
  const missingPage = () => {
    const shown = route();
    return shown.view === 'live' ? shown.missing : undefined;
  };

  const gateway = makeGatewayClient(props.token, {
    onSocket: setSocket,
    onRoundTrip: setRoundTripMs,
    onRefused: props.onRefused,
  });
  onCleanup(() => gateway.close());

  const feed = createDeviceFeed(gateway);
  const log = createEventLog(gateway);
  const health = createPolled(async () => (await gateway.request(HealthDocument, {})).health, HEALTH_INTERVAL_MS);
  const actors = createPolled(
    async () => (await gateway.request(ActorsDocument, { first: ACTORS_FIRST })).actors,
    ACTORS_INTERVAL_MS,
  );
  const deadLetters = createPolled(
    async () =>
      (
        await gateway.request(DeadLettersDocument, {
          first: DEAD_LETTERS_FIRST,
        })
      ).deadLetters,
    DEAD_LETTERS_INTERVAL_MS,
  );

  const connection = createMemo<Connection>(() =>
    connectionOf({
      socket: socket(),
      isCaughtUp: feed.state().isCaughtUp,
      wasLive: wasLive(),
      isOnline: isOnline(),
    }),
  );

  const onNetwork = () => setOnline(navigator.onLine);
  addEventListener('online', onNetwork);
  addEventListener('offline', onNetwork);
  onCleanup(() => {
    removeEventListener('online', onNetwork);
    removeEventListener('offline', onNetwork);
  });

  createEffect(
    on(
      () => socket().phase,
      (phase) => phase !== 'open' && feed.disconnected(),
    ),
  );
  createEffect(
    on(
      () => connection().state,
      (state) => {
        if (state !== 'live') {
          setLostAtMs((before) => before ?? (wasLive() ? Date.now() : null));
          return;
        }
        setLostAtMs(null);
        // What was asked for by HTTP is as old as the loss.
        if (wasLive()) for (const polled of [health, actors, deadLetters]) polled.refresh();
        setWasLive(true);
      },
    ),
  );
  refreshAfterEvents();

  function refreshAfterEvents(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let lastMs = Number.NEGATIVE_INFINITY;
    createEffect(
      on(
        () => feed.state().cursor,
        () => {
          const quietMs = lastMs + BETWEEN_REFRESHES_MS - performance.now();
          timer ??= setTimeout(
            () => {
              timer = undefined;
              lastMs = performance.now();
              actors.refresh();
              deadLetters.refresh();
            },
            Math.max(AFTER_EVENT_MS, quietMs),
          );
        },
        { defer: true },
      ),
    );
    onCleanup(() => clearTimeout(timer));
  }

  function closeTour(): void {
    setTourOpen(false);
    rememberTourSeen();
    document.getElementById('tour-open')?.focus();
  }

  function openTour(): void {
    setTourOpen(true);
    // It is a part of the live page.
    if (!isLiveView()) location.hash = routeHash(LIVE);
    document.getElementById('tour-start')?.focus();
  }

  return (
    <div class="page" classList={{ 'with-tour': isTourOpen() && isLiveView() }}>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <Header
        health={health.value()}
        connection={connection()}
        roundTripMs={roundTripMs()}
        isTourOpen={isTourOpen() && isLiveView()}
        onTour={() => (isTourOpen() && isLiveView() ? closeTour() : openTour())}
        route={route()}
      />
      <ConnectionBanner connection={connection()} lostAtMs={lostAtMs()} onRetry={() => gateway.reconnect()} />
      <Show when={missingPage()}>
        {(hash) => (
          <p class="banner" role="status" data-testid="no-page">
            <span>
              There is no page <span class="mono">{hash()}</span>: this is the live one.
            </span>
          </p>
        )}
      </Show>
      <main id="main" class={MAIN_CLASSES[route().view]} tabindex="-1">
        <Views
          route={route()}
          gateway={gateway}
          log={log}
          deadLetters={deadLetters}
          durability={health.value()?.durability}
          onTrace={showTrace}
        >
          <Health health={health.value()} error={health.error()} />
          <Show when={isTourOpen()}>
            <Tour
              gateway={gateway}
              feed={feed}
              durability={health.value()?.durability}
              isLive={connection().state === 'live'}
              onTrace={showTrace}
              onClose={closeTour}
            />
          </Show>
          <Devices gateway={gateway} feed={feed} onShow={showDevice} />
          <EventFeed feed={feed} log={log} onTrace={showTrace} />
          <Actors page={actors.value()} error={actors.error()} />
          <DeadLetters
            gateway={gateway}
            page={deadLetters.value()}
            error={deadLetters.error()}
            onResent={deadLetters.refresh}
          />
        </Views>
      </main>
      <Announcer feed={feed} />
      <LogAnnouncer log={log} />
      <Show when={shownDevice()} keyed>
        {(device) => (
          <DeviceDialog
            gateway={gateway}
            feed={feed}
            device={device}
            onTrace={showTrace}
            onClose={() => showDevice(null)}
          />
        )}
      </Show>
      <Show when={shownTrace()} keyed>
        {(traceId) => (
          <TraceDialog
            gateway={gateway}
            title={TRACE_TITLES[route().view]}
            traceId={traceId}
            onClose={() => showTrace(null)}
          />
        )}
      </Show>
    </div>
  );
}
