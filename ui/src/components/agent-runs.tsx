import { createEffect, createMemo, createSignal, For, Index, on, Show } from 'solid-js';
import { type Run, runStartText, shortRunId, spanText } from '../agent-text.ts';
import { now } from '../create-now.ts';
import { routeHash } from '../route.ts';
import { agoText, instantText } from '../time-text.ts';
import { AgentStep } from './agent-step.tsx';
import { RunStatus } from './run-status.tsx';

export interface AgentRunsProps {
  readonly agentId: string;
  /** Newest first. */
  readonly runs: readonly Run[];
  /** The one that the address names. */
  readonly chosen: string | null;
  readonly onTrace: (traceId: string) => void;
}

/** The last runs, each with its steps; the one that the address names is open, or else the last one. */
export function AgentRuns(props: AgentRunsProps) {
  // By their ids: what a person has opened stays open when the agent is asked for again.
  const byId = createMemo(() => new Map(props.runs.map((run) => [run.id, run])));
  const ids = createMemo(() => [...byId().keys()]);
  return (
    <Show when={ids().length > 0} fallback={<p class="hint">It has not run yet.</p>}>
      <ol class="run-list">
        <For each={ids()}>
          {(id) => (
            <Show when={byId().get(id)}>
              {(run) => (
                <RunRow
                  agentId={props.agentId}
                  run={run()}
                  isLast={ids()[0] === id}
                  isChosen={props.chosen === id}
                  onTrace={props.onTrace}
                />
              )}
            </Show>
          )}
        </For>
      </ol>
    </Show>
  );
}

function RunRow(props: {
  readonly agentId: string;
  readonly run: Run;
  readonly isLast: boolean;
  readonly isChosen: boolean;
  readonly onTrace: (traceId: string) => void;
}) {
  let summary!: HTMLElement;
  // Null until a person has opened or closed it.
  const [wish, setWish] = createSignal<boolean | null>(null);
  const isOpen = () => wish() ?? (props.isLast || props.isChosen);
  createEffect(
    on(
      () => props.isChosen,
      (isChosen) => {
        if (!isChosen) return;
        setWish(true);
        queueMicrotask(() => summary.focus());
      },
      { defer: true },
    ),
  );
  return (
    <li
      class="run"
      classList={{ chosen: props.isChosen }}
      data-testid="agent-run-row"
      data-id={props.run.id}
      data-status={props.run.status}
    >
      <details open={isOpen()} onToggle={(event) => event.currentTarget.open !== isOpen() && setWish(!isOpen())}>
        <summary ref={summary}>
          <RunStatus status={props.run.status} />
          <span class="run-start">begun {runStartText(props.run.trigger)}</span>
          <time class="run-when" datetime={props.run.startedAt} title={instantText(props.run.startedAt)}>
            {agoText(now(), Date.parse(props.run.startedAt))}
          </time>
        </summary>
        <p class="run-facts">
          <span>
            {props.run.endedAt === null ? 'at work ' : 'took '}
            {spanText(now(), props.run.startedAt, props.run.endedAt)}
          </span>
          <a
            class="mono"
            href={routeHash({ view: 'agents', agent: props.agentId, run: props.run.id })}
            title="Address of this run"
          >
            {shortRunId(props.run.id, props.agentId)}
          </a>
          <Show when={props.run.traceId}>
            {(traceId) => (
              <button type="button" class="link" onClick={() => props.onTrace(traceId())} data-testid="run-trace">
                trace
              </button>
            )}
          </Show>
        </p>
        <Show when={props.run.error}>
          {(error) => (
            <p class="error-note">
              <span>{error().message}</span>
              <code>{error().code}</code>
            </p>
          )}
        </Show>
        <ol class="step-list">
          <Index each={props.run.steps}>{(step) => <AgentStep step={step()} />}</Index>
        </ol>
      </details>
    </li>
  );
}
