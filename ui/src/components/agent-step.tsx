import { Show } from 'solid-js';
import { type RunStep, spanText } from '../agent-text.ts';
import { now } from '../create-now.ts';
import { valueText } from '../json-text.ts';
import { routeHash } from '../route.ts';
import { RunStatus } from './run-status.tsx';

/** One step of a run: the node, how it ended, what it gave, and the job that did it. */
export function AgentStep(props: { readonly step: RunStep }) {
  return (
    <li class="run-step" data-testid="agent-step" data-node={props.step.node} data-status={props.step.status}>
      <p class="node-head">
        <RunStatus status={props.step.status} />
        <strong class="mono">{props.step.node}</strong> <span class="tag">{props.step.type}</span>
        <span class="step-span">{spanText(now(), props.step.startedAt, props.step.endedAt)}</span>
        <Show when={props.step.job}>
          {(job) => (
            <a
              class="step-job"
              href={routeHash({ view: 'queues', queue: job().queue, job: job().id })}
              title={`Job ${job().id} of the queue ${job().queue}`}
              data-testid="step-job"
            >
              job
            </a>
          )}
        </Show>
      </p>
      <Show when={props.step.status === 'FAILED' && props.step.error}>
        {(error) => <p class="step-error">{error().message}</p>}
      </Show>
      <Show when={props.step.output !== null}>
        <details class="fold">
          <summary>{outputText(props.step.output)}</summary>
          <pre class="json" tabindex="0" data-testid="step-output">
            {valueText(props.step.output)}
          </pre>
        </details>
      </Show>
    </li>
  );
}

/** The beginning of it, which says for many what the whole is. */
function outputText(output: unknown): string {
  const text = JSON.stringify(output);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
