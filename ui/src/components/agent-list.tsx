import { Show } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import { now } from '../create-now.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { AgentsQuery } from '../generated/operations.ts';
import { routeHash } from '../route.ts';
import { shortId } from '../short-id.ts';
import { ageText, instantText } from '../time-text.ts';
import { AgentStatus } from './agent-status.tsx';
import { ListPane } from './list-pane.tsx';

type AgentLine = AgentsQuery['agents'][number];

export interface AgentListProps {
  readonly log: EventFeed;
  readonly agents: readonly AgentLine[] | undefined;
  readonly error: GatewayError | null;
  readonly chosen: string | null;
  readonly onCreate: () => void;
}

export function AgentList(props: AgentListProps) {
  return (
    <ListPane
      name="agents"
      title="Agents"
      class="pair-list"
      feed={props.log}
      lines={props.agents}
      idOf={({ id }) => id}
      error={props.error}
      emptyText="There is no agent yet. Create one: the example notes each device that is plugged in."
      action={
        <button type="button" class="button small head-button" onClick={props.onCreate} data-testid="agent-new">
          Create
        </button>
      }
    >
      {(agent) => <Row agent={agent()} isChosen={props.chosen === agent().id} />}
    </ListPane>
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
        title={props.agent.id}
        data-rove
        tabindex="-1"
      >
        {props.agent.name}
      </a>
      <AgentStatus status={props.agent.status} />
      <time class="actor-age" datetime={props.agent.updatedAt} title={`Changed ${instantText(props.agent.updatedAt)}`}>
        {ageText(now(), Date.parse(props.agent.updatedAt))}
      </time>
      <span class="pair-text">{props.agent.description ?? shortId(props.agent.id)}</span>
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
