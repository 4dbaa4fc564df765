import { createEffect, createResource, on, onCleanup, Show } from 'solid-js';
import type { DeviceFeed } from '../create-device-feed.ts';
import { now } from '../create-now.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { toGatewayError } from '../gateway-error.ts';
import { ActorDocument } from '../generated/operations.ts';
import { valueText } from '../json-text.ts';
import { ageText, instantText } from '../time-text.ts';
import type { ActorName } from './actors.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';

const REFRESH_MS = 5000;
/** After an event the commits that it causes follow within this time. */
const AFTER_EVENT_MS = 500;

export interface ActorDialogProps {
  readonly gateway: GatewayClient;
  readonly feed: DeviceFeed;
  readonly actor: ActorName;
  readonly onClose: () => void;
}

/** One actor's committed state, asked for again while it is open. */
export function ActorDialog(props: ActorDialogProps) {
  const [actor, { refetch }] = createResource(async () => {
    const { name, key } = props.actor;
    return (await props.gateway.request(ActorDocument, { name, key })).actor;
  });
  const interval = setInterval(() => void refetch(), REFRESH_MS);
  let soon: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on(
      () => props.feed.state().cursor,
      () => {
        clearTimeout(soon);
        soon = setTimeout(() => void refetch(), AFTER_EVENT_MS);
      },
      { defer: true },
    ),
  );
  onCleanup(() => {
    clearInterval(interval);
    clearTimeout(soon);
  });

  return (
    <Dialog
      title={
        <>
          {props.actor.name} <span class="title-key mono">{props.actor.key}</span>
        </>
      }
      testId="actor-dialog"
      onClose={props.onClose}
    >
      <Show when={actor.error}>{(error) => <ErrorNote error={toGatewayError(error())} />}</Show>
      <Show when={!actor.error && actor.latest === null}>
        <p class="empty">This actor has no state any more.</p>
      </Show>
      <Show when={!actor.error && actor.latest}>
        {(present) => (
          <>
            <dl class="facts">
              <dt>Tenant</dt>
              <dd>{present().tenant}</dd>
              <dt>Last message</dt>
              <dd class="mono" data-testid="actor-last-seq">
                {present().lastSeq}
              </dd>
              <dt>Outbox</dt>
              <dd>{present().outbox === 0 ? 'empty' : `${present().outbox} committed and not yet sent`}</dd>
              <dt>Attempts</dt>
              <dd>{present().attempt === 0 ? 'none under way' : `${present().attempt} of the next message`}</dd>
              <dt>State version</dt>
              <dd>{present().version}</dd>
              <dt>Changed</dt>
              <dd title={instantText(present().updatedAt)}>{ageText(now(), Date.parse(present().updatedAt))} ago</dd>
            </dl>
            <h3>State</h3>
            <pre class="json" tabindex="0" data-testid="actor-state">
              {valueText(present().state)}
            </pre>
          </>
        )}
      </Show>
    </Dialog>
  );
}
