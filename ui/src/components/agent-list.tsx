import { createEffect, createMemo, For, on, Show } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import { now } from '../create-now.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { AgentsQuery } from '../generated/operations.ts';
import { routeHash } from '../route.ts';
import { keepOneTabStop, moveByArrows } from '../roving-focus.ts';
import { ageText, instantText } from '../time-text.ts';
import { AgentStatus } from './agent-status.tsx';
import { ErrorNote } from './error-note.tsx';
import { FeedState } from './feed-state.tsx';

type AgentLine = AgentsQuery['agents'][number];

export interface AgentListProps {
  readonly log: EventFeed;
  readonly agents: readonly AgentLine[] | undefined;
  readonly error: GatewayError | null;
  readonly chosen: string | null;
  readonly onCreate: () => void;
}

export function AgentList(props: AgentListProps) {
  let list!: HTMLUListElement;
  const byId = createMemo(() => new Map((props.agents ?? []).map((agent) => [agent.id, agent])));
  const ids = createMemo(() => [...byId().keys()]);
  createEffect(on(ids, () => keepOneTabStop(list)));

  return (
    <section class="panel pair-list" aria-labelledby="agents-title" data-testid="agent-list">
      <header class="panel-head">
        <h2 id="agents-title">Agents</h2>
        <p class="count" role="status">
          <Show when={props.agents}>
            <strong>{ids().length}</strong>
          </Show>
        </p>
        <FeedState feed={props.log} />
        <button type="button" class="button quiet small head-button" onClick={props.onCreate} data-testid="agent-new">
          Create
        </button>
      </header>
      <div class="panel-body scroll" tabindex="0">
        <Show when={props.error}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show when={ids().length === 0 && !props.error}>
          <p class="empty">
            {props.agents
              ? 'There is no agent yet. Create one: the example notes each device that is plugged in.'
              : 'Loading'}
          </p>
        </Show>
        <ul ref={list} onKeyDown={(event) => moveByArrows(event, list)}>
          <For each={ids()}>
            {(id) => (
              <Show when={byId().get(id)}>{(agent) => <Row agent={agent()} isChosen={props.chosen === id} />}</Show>
            )}
          </For>
        </ul>
      </div>
    </section>
  );
}

function Row(props: { readonly agent: AgentLine; readonly isChosen: boolean }) {
  return (
    <li
      class="finder-row pair-row"
      classList={{ chosen: props.isChosen }}
      data-testid="agent-row"
      data-id={props.agent.id}
      data-status={props.agent.status}
    >
      <a
        class="row-button"
        href={routeHash({ view: 'agents', agent: props.agent.id, run: null })}
        aria-current={props.isChosen ? 'true' : undefined}
        data-rove
        tabindex="-1"
      >
        {props.agent.name}
      </a>
      <AgentStatus status={props.agent.status} />
      <time class="actor-age" datetime={props.agent.updatedAt} title={`Changed ${instantText(props.agent.updatedAt)}`}>
        {ageText(now(), Date.parse(props.agent.updatedAt))}
      </time>
      <span class="pair-text">{props.agent.description ?? props.agent.id}</span>
      <Show when={props.agent.error}>
        {(error) => (
          <span class="pair-error" title={error().message}>
            {error().message}
          </span>
        )}
      </Show>
    </li>
  );
}
