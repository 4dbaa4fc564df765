import { createEffect, on, Show } from 'solid-js';
import type { ConsentAsked } from '../consent.ts';
import type { EventFeed } from '../create-event-log.ts';
import { createLive } from '../create-live.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { PluginDocument } from '../generated/operations.ts';
import { ErrorNote } from './error-note.tsx';
import { PluginActions } from './plugin-actions.tsx';
import { PluginCallForm } from './plugin-call-form.tsx';
import { PluginFacts } from './plugin-facts.tsx';
import { PluginPermissions } from './plugin-permissions.tsx';
import { PluginState } from './plugin-state.tsx';
import { PluginStats } from './plugin-stats.tsx';

/** Calls are told by no event. */
const REFRESH_MS = 2000;

export interface PluginDetailProps {
  readonly gateway: GatewayClient;
  readonly log: EventFeed;
  readonly name: string;
  /** Asks anew whenever it changes. */
  readonly turn: number;
  readonly onAsk: (consent: ConsentAsked) => void;
  readonly onChanged: () => void;
}

/** All that is known of a plugin, as it goes on. */
export function PluginDetail(props: PluginDetailProps) {
  const answer = createLive(() => props.gateway.request(PluginDocument, { name: props.name }), {
    log: props.log,
    concerns: ({ type, subject }) => type.startsWith('plugin.') && subject === props.name,
    intervalMs: REFRESH_MS,
  });
  const plugin = () => answer.value()?.plugin ?? null;
  createEffect(on(() => props.turn, answer.refresh, { defer: true }));

  function refresh(): void {
    answer.refresh();
    props.onChanged();
  }

  return (
    <section
      class="panel pair-detail"
      aria-labelledby="plugin-title"
      data-testid="plugin-detail"
      data-name={props.name}
      data-state={plugin()?.state}
    >
      <header class="panel-head">
        {/* It takes the focus when a plugin is chosen. */}
        <h2 id="plugin-title" tabindex="-1">
          {props.name} <span class="title-key mono">{plugin()?.version}</span>
        </h2>
        <Show when={plugin()}>{(found) => <PluginState state={found().state} />}</Show>
      </header>
      <div class="panel-body scroll detail-body" tabindex="0">
        <Show when={answer.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show
          when={plugin()}
          fallback={
            <p class="hint" data-testid="plugin-none">
              {answer.value() ? 'There is no plugin of this name.' : answer.error() ? '' : 'Loading'}
            </p>
          }
        >
          {(found) => (
            <>
              <Show when={found().description}>{(text) => <p class="lead">{text()}</p>}</Show>
              <Show when={found().error}>
                {(error) => (
                  <p class="error-note" data-testid="plugin-error" data-code={error().code}>
                    <span>{error().message}</span>
                    <code>{error().code}</code>
                  </p>
                )}
              </Show>
              <PluginActions gateway={props.gateway} plugin={found()} onAsk={props.onAsk} onDone={refresh} />
              <div class="detail-columns">
                <div>
                  <PluginPermissions permissions={found().permissions} />
                  <PluginStats stats={found().stats} />
                </div>
                <div>
                  <PluginCallForm gateway={props.gateway} plugin={found()} onDone={refresh} />
                  <PluginFacts plugin={found()} />
                </div>
              </div>
            </>
          )}
        </Show>
      </div>
    </section>
  );
}
