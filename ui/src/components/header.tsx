import { For, Show } from 'solid-js';
import type { Connection } from '../connection.ts';
import { now } from '../create-now.ts';
import { createTheme } from '../create-theme.ts';
import type { HealthQuery } from '../generated/operations.ts';
import { ACTORS, AGENTS, LIVE, MEMORIES, PLUGINS, QUEUES, type Route, routeHash } from '../route.ts';
import { ageText, instantText } from '../time-text.ts';
import { ConnectionBadge } from './connection-badge.tsx';
import { DurabilityBadge } from './durability-badge.tsx';
import { MarkIcon, MoonIcon, RouteIcon, SunIcon } from './icons.tsx';

const VIEWS: readonly (readonly [route: Route, text: string])[] = [
  [LIVE, 'Live'],
  [ACTORS, 'Actors'],
  [QUEUES, 'Queues'],
  [PLUGINS, 'Plugins'],
  [AGENTS, 'Agents'],
  [MEMORIES, 'Memories'],
];

export interface HeaderProps {
  readonly health: HealthQuery['health'] | undefined;
  readonly connection: Connection;
  readonly roundTripMs: number | null;
  readonly isTourOpen: boolean;
  readonly onTour: () => void;
  readonly route: Route;
}

export function Header(props: HeaderProps) {
  const { theme, toggle } = createTheme();

  return (
    <header class="top">
      <div class="brand">
        <MarkIcon />
        <h1>AutoWeave</h1>
      </div>
      <nav class="views" aria-label="Views">
        <For each={VIEWS}>
          {([route, text]) => (
            <a
              class="view-link"
              href={routeHash(route)}
              aria-current={props.route.view === route.view ? 'page' : undefined}
              data-testid={`view-${route.view}`}
            >
              {text}
            </a>
          )}
        </For>
      </nav>
      <Show when={props.health} fallback={<p class="place" />}>
        {(health) => (
          <p class="place">
            <span class="host" data-testid="host" title="Host">
              {health().host}
            </span>
            <span class="fact" title="Version">
              {health().version}
            </span>
            <span class="fact" title={`Started ${instantText(health().startedAt)}`}>
              up {ageText(now(), Date.parse(health().startedAt))}
            </span>
          </p>
        )}
      </Show>
      <div class="tools">
        <DurabilityBadge durability={props.health?.durability} />
        <ConnectionBadge connection={props.connection} roundTripMs={props.roundTripMs} />
        <button
          id="tour-open"
          type="button"
          class="button quiet"
          aria-label="See it work"
          aria-expanded={props.isTourOpen}
          onClick={props.onTour}
          data-testid="tour-open"
        >
          <RouteIcon />
          <span class="button-text">See it work</span>
        </button>
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={theme() === 'dark' ? 'Use the light theme' : 'Use the dark theme'}
          title={theme() === 'dark' ? 'Light theme' : 'Dark theme'}
          onClick={toggle}
          data-testid="theme"
        >
          <Show when={theme() === 'dark'} fallback={<MoonIcon />}>
            <SunIcon />
          </Show>
        </button>
      </div>
    </header>
  );
}
