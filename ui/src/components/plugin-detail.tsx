import { createEffect, on, Show } from 'solid-js';
import { type ConsentAsked, isGrantedSince } from '../consent.ts';
import type { EventFeed } from '../create-event-log.ts';
import { createLive } from '../create-live.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { PluginDocument } from '../generated/operations.ts';
import { DetailPane, Lead } from './detail-pane.tsx';
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
    <DetailPane
      name="plugin"
      class="pair-detail"
      id={props.name}
      title={props.name}
      status={plugin()?.state}
      answer={answer}
      found={plugin()}
      noneText="There is no plugin of this name."
      head={
        <Show when={plugin()}>
          {(found) => (
            <>
              <span class="title-key mono">{found().version}</span>
              <PluginState state={found().state} />
            </>
          )}
        </Show>
      }
    >
      {(found) => (
        <>
          <Lead
            description={found().description}
            error={found().error}
            about="At its last load: "
            testId="plugin-error"
            since={isGrantedSince(found()) ? 'It is granted now: load it again.' : undefined}
          />
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
    </DetailPane>
  );
}
