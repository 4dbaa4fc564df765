import { createMemo, createSignal, Show } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import { createLive } from '../create-live.ts';
import { focusChosen } from '../focus-chosen.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { AgentsDocument } from '../generated/operations.ts';
import { routeHash } from '../route.ts';
import { AgentDetail } from './agent-detail.tsx';
import { AgentDialog } from './agent-dialog.tsx';
import { AgentList } from './agent-list.tsx';
import '../styles/pairs.css';
import '../styles/agents.css';

const REFRESH_MS = 3000;
/** Events after which the list is another one. */
const CHANGES: readonly string[] = ['agent.status_changed', 'agent.updated', 'agent.deleted'];

export interface AgentsViewProps {
  readonly gateway: GatewayClient;
  readonly log: EventFeed;
  readonly agent: string | null;
  /** Id of the run that is shown open. */
  readonly run: string | null;
  readonly onTrace: (traceId: string) => void;
}

/** All agents, and one of them in full: what it does, what starts it, and what its runs have done. */
export function AgentsView(props: AgentsViewProps) {
  const agents = createLive(async () => (await props.gateway.request(AgentsDocument, {})).agents, {
    log: props.log,
    concerns: ({ type }) => CHANGES.includes(type),
    intervalMs: REFRESH_MS,
  });
  const [isCreating, setCreating] = createSignal(false);
  /** The only one needs no choice; it stays in sight when others come. */
  const only = createMemo<string | null>((before) => {
    const ids = (agents.value() ?? []).map(({ id }) => id);
    if (ids.length === 1) return ids[0] ?? null;
    return before !== null && ids.includes(before) ? before : null;
  }, null);
  const shown = () => props.agent ?? only();

  focusChosen(() => (props.agent === null ? 'main' : 'agent-title'));

  return (
    <>
      <AgentList
        log={props.log}
        agents={agents.value()}
        error={agents.error()}
        chosen={shown()}
        onCreate={() => setCreating(true)}
      />
      <Show when={shown()} keyed fallback={<NoAgent onCreate={() => setCreating(true)} />}>
        {(id) => (
          <AgentDetail
            gateway={props.gateway}
            log={props.log}
            id={id}
            run={props.run}
            onTrace={props.onTrace}
            onChanged={agents.refresh}
          />
        )}
      </Show>
      <Show when={isCreating()}>
        <AgentDialog
          gateway={props.gateway}
          onClose={() => setCreating(false)}
          onDone={(agent) => {
            agents.refresh();
            location.hash = routeHash({ view: 'agents', agent, run: null });
          }}
        />
      </Show>
    </>
  );
}

function NoAgent(props: { readonly onCreate: () => void }) {
  return (
    <section class="panel pair-detail" aria-label="No agent is chosen">
      <div class="empty">
        <p>
          An agent is a small graph of steps: what a device, a job or the clock starts runs through them, calls plugins,
          adds jobs, remembers and looks up. Choose one to see what it does and what its runs have done, or create one.
        </p>
        <p class="form-buttons">
          <button type="button" class="button" onClick={props.onCreate}>
            Create an agent
          </button>
        </p>
      </div>
    </section>
  );
}
