import { Show } from 'solid-js';
import { mailboxText } from '../actor-text.ts';
import { now } from '../create-now.ts';
import { createPolled } from '../create-polled.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { ActorDocument, type ActorQuery } from '../generated/operations.ts';
import { valueText } from '../json-text.ts';
import type { ActorName } from '../route.ts';
import { agoText, instantText } from '../time-text.ts';
import { ActorActions } from './actor-actions.tsx';
import { ActorStatus } from './actor-status.tsx';
import { ActorTimers } from './actor-timers.tsx';
import { CommandForm } from './command-form.tsx';
import { CopyId } from './copy-id.tsx';
import { ErrorNote } from './error-note.tsx';

const REFRESH_MS = 1000;

export interface ActorDetailProps {
  readonly gateway: GatewayClient;
  readonly actor: ActorName;
  readonly onChanged: () => void;
}

/** One key: what it holds, what it does now, and what may be done to it. Asked for each second while it is seen. */
export function ActorDetail(props: ActorDetailProps) {
  const found = createPolled(() => props.gateway.request(ActorDocument, { ...props.actor }), REFRESH_MS);
  const actor = () => found.value()?.actor ?? null;
  const activity = () => found.value()?.actorActivity ?? null;

  function refresh(): void {
    found.refresh();
    props.onChanged();
  }

  return (
    <section class="panel actor-detail" aria-labelledby="actor-detail-title" data-testid="actor-detail">
      <header class="panel-head">
        {/* It takes the focus when an actor is chosen. */}
        <h2 id="actor-detail-title" tabindex="-1">
          {props.actor.name}
        </h2>
        <CopyId id={props.actor.key} />
        <Show when={found.value()}>
          <ActorStatus status={activity()?.status ?? null} />
        </Show>
      </header>
      <div class="panel-body scroll detail-body" tabindex="0">
        <Show when={found.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show when={found.value()} fallback={<p class="hint loading">{found.error() ? '' : 'Loading'}</p>}>
          <ActorActions
            gateway={props.gateway}
            actor={props.actor}
            status={activity()?.status ?? null}
            onDone={refresh}
          />
          <div class="detail-columns">
            <div>
              <Show
                when={activity()}
                fallback={<p class="hint">Its owner does not answer: what it does is not known.</p>}
              >
                {(present) => <Doing activity={present()} />}
              </Show>
              <Show when={actor()}>{(present) => <Committed actor={present()} />}</Show>
              <h3>Timers</h3>
              <ActorTimers
                gateway={props.gateway}
                actor={props.actor}
                timers={activity()?.timers ?? []}
                onDone={refresh}
              />
              <h3>Send a command</h3>
              <CommandForm gateway={props.gateway} actor={props.actor} onDone={refresh} />
            </div>
            <div>
              <h3>State</h3>
              <Show when={actor()} fallback={<p class="hint">It has no state.</p>}>
                {(present) => (
                  <pre class="json" tabindex="0" data-testid="actor-state">
                    {valueText(present().state)}
                  </pre>
                )}
              </Show>
            </div>
          </div>
        </Show>
      </div>
    </section>
  );
}

function Doing(props: { readonly activity: NonNullable<ActorQuery['actorActivity']> }) {
  return (
    <>
      <Show when={props.activity.problem}>
        {(problem) => (
          <p class="error-note" data-testid="actor-problem">
            <span>{problem().message}</span>
            <code>{problem().code}</code>
          </p>
        )}
      </Show>
      <dl class="facts">
        <dt>Mailbox</dt>
        <dd data-testid="actor-mailbox">{mailboxText(props.activity)}</dd>
        <dt>At work</dt>
        <dd data-testid="actor-current">
          <Show when={props.activity.current} fallback="nothing">
            {(current) => (
              <>
                <span class="mono">{current().type}</span>, attempt {current().attempt}, message{' '}
                <span class="mono">{current().sequence}</span> <span class="mono">{current().id}</span>
              </>
            )}
          </Show>
        </dd>
        <dt>Owner</dt>
        <dd class="mono">{props.activity.owner}</dd>
      </dl>
    </>
  );
}

function Committed(props: { readonly actor: NonNullable<ActorQuery['actor']> }) {
  return (
    <dl class="facts">
      <dt>Last message</dt>
      <dd class="mono" data-testid="actor-last-seq">
        {props.actor.lastSeq}
      </dd>
      <dt>Outbox</dt>
      <dd>{props.actor.outbox === 0 ? 'empty' : `${props.actor.outbox} committed and not yet sent`}</dd>
      <dt>Attempts</dt>
      <dd>{props.actor.attempt === 0 ? 'none under way' : `${props.actor.attempt} of the next message`}</dd>
      <dt>State version</dt>
      <dd>{props.actor.version}</dd>
      <dt>Tenant</dt>
      <dd>{props.actor.tenant}</dd>
      <dt>Changed</dt>
      <dd title={instantText(props.actor.updatedAt)}>{agoText(now(), Date.parse(props.actor.updatedAt))}</dd>
    </dl>
  );
}
