import type { PluginState as State } from '../generated/operations.ts';
import { pluginStateText } from '../plugin-text.ts';

export function PluginState(props: { readonly state: State }) {
  return (
    <span class="status" data-status={props.state} data-testid="plugin-state">
      <span class="dot" aria-hidden="true" />
      {pluginStateText(props.state)}
    </span>
  );
}
