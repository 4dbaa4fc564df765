import { createEffect, createMemo, For, on, Show } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { PluginFieldsFragment, PluginsQuery } from '../generated/operations.ts';
import { pluginLineText } from '../plugin-text.ts';
import { routeHash } from '../route.ts';
import { keepOneTabStop, moveByArrows } from '../roving-focus.ts';
import { ErrorNote } from './error-note.tsx';
import { FeedState } from './feed-state.tsx';
import { LoadForm } from './load-form.tsx';
import { PluginState } from './plugin-state.tsx';

type PluginLine = PluginsQuery['plugins'][number];

export interface PluginListProps {
  readonly gateway: GatewayClient;
  readonly log: EventFeed;
  readonly plugins: readonly PluginLine[] | undefined;
  readonly error: GatewayError | null;
  readonly chosen: string | null;
  readonly onInspected: (plugin: PluginFieldsFragment) => void;
}

export function PluginList(props: PluginListProps) {
  let list!: HTMLUListElement;
  const byName = createMemo(() => new Map((props.plugins ?? []).map((plugin) => [plugin.name, plugin])));
  const names = createMemo(() => [...byName().keys()]);
  createEffect(on(names, () => keepOneTabStop(list)));

  return (
    <section class="panel pair-list" aria-labelledby="plugins-title" data-testid="plugin-list">
      <header class="panel-head">
        <h2 id="plugins-title">Plugins</h2>
        <p class="count" role="status">
          <Show when={props.plugins}>
            <strong>{names().length}</strong>
          </Show>
        </p>
        <FeedState feed={props.log} />
      </header>
      <div class="panel-body scroll" tabindex="0">
        <Show when={props.error}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show when={names().length === 0 && !props.error}>
          <p class="empty" data-testid="plugins-none">
            {props.plugins ? 'There is no plugin yet. Load one from its folder below, or make one.' : 'Loading'}
          </p>
        </Show>
        <ul ref={list} onKeyDown={(event) => moveByArrows(event, list)}>
          <For each={names()}>
            {(name) => (
              <Show when={byName().get(name)}>
                {(plugin) => <Row plugin={plugin()} isChosen={props.chosen === name} />}
              </Show>
            )}
          </For>
        </ul>
      </div>
      <LoadForm gateway={props.gateway} onInspected={props.onInspected} />
    </section>
  );
}

function Row(props: { readonly plugin: PluginLine; readonly isChosen: boolean }) {
  return (
    <li
      class="finder-row pair-row"
      classList={{ chosen: props.isChosen }}
      data-testid="plugin-row"
      data-name={props.plugin.name}
      data-state={props.plugin.state}
    >
      <a
        class="row-button"
        href={routeHash({ view: 'plugins', plugin: props.plugin.name })}
        aria-current={props.isChosen ? 'true' : undefined}
        data-rove
        tabindex="-1"
      >
        {props.plugin.name} <span class="actor-key mono">{props.plugin.version}</span>
      </a>
      <PluginState state={props.plugin.state} />
      <span class="pair-text">{pluginLineText(props.plugin)}</span>
      <Show when={props.plugin.error}>
        {(error) => (
          <span class="pair-error" title={error().message}>
            {error().message}
          </span>
        )}
      </Show>
    </li>
  );
}
