import { createMemo, For, Index, Show } from 'solid-js';
import { readGraph } from '../agent-graph.ts';
import { type FullAgent, nodesAtWork } from '../agent-text.ts';
import type { EventFeed } from '../create-event-log.ts';
import { createLive } from '../create-live.ts';
import { now } from '../create-now.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { isRecord } from '../gateway-error.ts';
import { AgentDocument } from '../generated/operations.ts';
import { routeHash } from '../route.ts';
import { agoText } from '../time-text.ts';
import { AgentActions } from './agent-actions.tsx';
import { AgentGraph } from './agent-graph.tsx';
import { AgentRuns } from './agent-runs.tsx';
import { AgentStatus } from './agent-status.tsx';
import { CopyId } from './copy-id.tsx';
import { DetailPane, Lead } from './detail-pane.tsx';

const REFRESH_MS = 3000;

export interface AgentDetailProps {
  readonly gateway: GatewayClient;
  readonly log: EventFeed;
  readonly id: string;
  readonly run: string | null;
  readonly onTrace: (traceId: string) => void;
  readonly onChanged: () => void;
}

/** All that is known of an agent, as it goes on. */
export function AgentDetail(props: AgentDetailProps) {
  const answer = createLive(() => props.gateway.request(AgentDocument, { id: props.id }), {
    log: props.log,
    // A memory of it as well.
    concerns: ({ subject, data }) => subject === props.id || (isRecord(data) && data.agentId === props.id),
    intervalMs: REFRESH_MS,
  });
  const agent = () => answer.value()?.agent ?? null;
  // By its text: an answer without news draws nothing anew.
  const graphText = createMemo(() => JSON.stringify(agent()?.config ?? null));
  const graph = createMemo(() => readGraph(JSON.parse(graphText())));

  function refresh(): void {
    answer.refresh();
    props.onChanged();
  }

  return (
    <DetailPane
      name="agent"
      class="pair-detail"
      id={props.id}
      title={agent()?.name ?? 'Agent'}
      status={agent()?.status}
      answer={answer}
      found={agent()}
      noneText="There is no such agent, or none any more."
      head={
        <>
          <CopyId id={props.id} />
          <Show when={agent()}>{(found) => <AgentStatus status={found().status} />}</Show>
        </>
      }
    >
      {(found) => (
        <>
          <Lead description={found().description} error={found().error} about="The last run: " testId="agent-error" />
          <Show when={found().warnings.length > 0}>
            <div class="agent-warnings" data-testid="agent-warnings">
              <span>As things are now:</span>
              <ul>
                <For each={found().warnings}>{(warning) => <li data-testid="agent-warning">{warning}</li>}</For>
              </ul>
            </div>
          </Show>
          <AgentActions gateway={props.gateway} agent={found()} onDone={refresh} />
          <div class="detail-columns">
            <div>
              <Show
                when={graph()}
                fallback={
                  <>
                    <h3>What it does</h3>
                    <p class="hint">Nothing: it has no graph.</p>
                  </>
                }
              >
                {(present) => <AgentGraph graph={present()} atWork={nodesAtWork(found().runs)} />}
              </Show>
              <Remembered memory={found().memory} />
            </div>
            <div>
              <h3>Last runs</h3>
              <AgentRuns agentId={props.id} runs={found().runs} chosen={props.run} onTrace={props.onTrace} />
            </div>
          </div>
        </>
      )}
    </DetailPane>
  );
}

function Remembered(props: { readonly memory: FullAgent['memory'] }) {
  return (
    <>
      <h3>What it has remembered</h3>
      <Show when={props.memory.count > 0} fallback={<p class="hint">Nothing yet.</p>}>
        <ul class="remembered">
          <Index each={props.memory.recent}>
            {(memory) => (
              <li data-testid="agent-memory">
                <a href={routeHash({ view: 'memories', memory: memory().id })}>{memory().text}</a>
                <time class="run-when" datetime={memory().createdAt}>
                  {agoText(now(), Date.parse(memory().createdAt))}
                </time>
              </li>
            )}
          </Index>
        </ul>
        <Show when={props.memory.count > props.memory.recent.length}>
          <p class="hint after">
            {(props.memory.count - props.memory.recent.length).toLocaleString()} more before these.
          </p>
        </Show>
      </Show>
    </>
  );
}
