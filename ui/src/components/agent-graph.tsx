import { For, Show } from 'solid-js';
import type { AgentGraph as Graph } from '../../../proto/generated/messages.ts';
import { type GraphNode, nodeInput, nodeText, orderNodes, startText, waysFrom } from '../agent-graph.ts';

export interface AgentGraphProps {
  readonly graph: Graph;
  /** Ids of the nodes at which runs wait now. */
  readonly atWork: ReadonlySet<string>;
}

/** What starts a run, and its steps in the order in which it comes to them. */
export function AgentGraph(props: AgentGraphProps) {
  const triggers = () => props.graph.triggers ?? [];
  return (
    <>
      <h3>What starts it</h3>
      <ul class="trigger-list">
        <For each={triggers()} fallback={<li class="hint">A person alone, by Run.</li>}>
          {(trigger) => (
            <li data-testid="graph-trigger">
              <span class="tag">{trigger.type}</span> {startText(trigger)}
            </li>
          )}
        </For>
      </ul>
      <h3>What it does</h3>
      <ol class="graph">
        <For each={orderNodes(props.graph)}>{(node) => <Node node={node} isAtWork={props.atWork.has(node.id)} />}</For>
      </ol>
    </>
  );
}

function Node(props: { readonly node: GraphNode; readonly isAtWork: boolean }) {
  return (
    <li
      class="graph-node"
      classList={{ 'at-work': props.isAtWork }}
      data-testid="graph-node"
      data-id={props.node.id}
      data-type={props.node.type}
    >
      <p class="node-head">
        <strong class="mono">{props.node.id}</strong> <span class="tag">{props.node.type}</span>
        <Show when={props.isAtWork}>
          <span class="status" data-status="RUNNING">
            <span class="dot" aria-hidden="true" />a run is here
          </span>
        </Show>
      </p>
      <p>{nodeText(props.node)}</p>
      <Show when={nodeInput(props.node)}>
        {(input) => (
          <p class="node-input mono" title={input()}>
            {input()}
          </p>
        )}
      </Show>
      <p class="node-ways">
        <For each={waysFrom(props.node)}>
          {(way) => (
            <span>
              {way.when}{' '}
              <Show when={way.to} fallback="the run ends">
                {(to) => <code>{to()}</code>}
              </Show>
            </span>
          )}
        </For>
      </p>
    </li>
  );
}
