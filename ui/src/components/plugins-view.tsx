import { createSignal, Show } from 'solid-js';
import type { ConsentAsked } from '../consent.ts';
import type { EventFeed } from '../create-event-log.ts';
import { createLive } from '../create-live.ts';
import { focusChosen } from '../focus-chosen.ts';
import { focusIfLost } from '../focus-if-lost.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { PluginsDocument } from '../generated/operations.ts';
import { routeHash } from '../route.ts';
import { ConsentDialog } from './consent-dialog.tsx';
import { WarningIcon } from './icons.tsx';
import { NoPlugin } from './no-plugin.tsx';
import { PluginDetail } from './plugin-detail.tsx';
import { PluginList } from './plugin-list.tsx';
import '../styles/pairs.css';
import '../styles/plugins.css';

const REFRESH_MS = 3000;

export interface PluginsViewProps {
  readonly gateway: GatewayClient;
  readonly log: EventFeed;
  readonly plugin: string | null;
}

/** All plugins, and one of them in full: what it asks for, what it may do, and what it has done. */
export function PluginsView(props: PluginsViewProps) {
  const answer = createLive(() => props.gateway.request(PluginsDocument, {}), {
    log: props.log,
    concerns: ({ type }) => type.startsWith('plugin.'),
    intervalMs: REFRESH_MS,
  });
  const policy = () => answer.value()?.health.plugins;
  const [asked, ask] = createSignal<ConsentAsked | null>(null);
  // So that the plugin in full is asked for again after a consent.
  const [turn, setTurn] = createSignal(0);

  focusChosen(() => (props.plugin === null ? 'main' : 'plugin-title'));

  function changed(plugin: string): void {
    answer.refresh();
    setTurn((before) => before + 1);
    location.hash = routeHash({ view: 'plugins', plugin });
    // The dialog gives it back to the button that has opened it, which may be gone.
    focusIfLost('plugin-title');
  }

  return (
    <>
      <Show when={policy()?.allowsUnsigned}>
        <aside class="notice" aria-label="Unsigned plugins" data-testid="unsigned-notice">
          <WarningIcon />
          <p>
            <strong>Unsigned plugins are loaded here</strong>, by the policy of this machine: nothing proves who has
            made them. Keep it so for development only.
          </p>
        </aside>
      </Show>
      <PluginList
        gateway={props.gateway}
        log={props.log}
        plugins={answer.value()?.plugins}
        error={answer.error()}
        chosen={props.plugin}
        onInspected={(plugin) => ask({ plugin, purpose: 'load' })}
      />
      <Show
        when={props.plugin}
        keyed
        fallback={
          <NoPlugin
            allowsUnsigned={policy()?.allowsUnsigned}
            folders={policy()?.folders}
            count={answer.value()?.plugins.length}
          />
        }
      >
        {(name) => (
          <PluginDetail
            gateway={props.gateway}
            log={props.log}
            name={name}
            turn={turn()}
            onAsk={ask}
            onChanged={answer.refresh}
          />
        )}
      </Show>
      <Show when={asked()} keyed>
        {(consent) => (
          <ConsentDialog gateway={props.gateway} asked={consent} onClose={() => ask(null)} onDone={changed} />
        )}
      </Show>
    </>
  );
}
