import { Show } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { PluginFieldsFragment, PluginsQuery } from '../generated/operations.ts';
import { pluginLineText } from '../plugin-text.ts';
import { routeHash } from '../route.ts';
import { ListPane } from './list-pane.tsx';
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
  return (
    <ListPane
      name="plugins"
      title="Plugins"
      class="pair-list"
      feed={props.log}
      lines={props.plugins}
      idOf={({ name }) => name}
      error={props.error}
      emptyText="There is no plugin yet. Load one from its folder below, or make one."
      foot={<LoadForm gateway={props.gateway} onInspected={props.onInspected} />}
    >
      {(plugin) => <Row plugin={plugin()} isChosen={props.chosen === plugin().name} />}
    </ListPane>
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
            Last load: {error().message}
          </span>
        )}
      </Show>
    </li>
  );
}
