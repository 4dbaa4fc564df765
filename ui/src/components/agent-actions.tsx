import { createEffect, createSignal, on, Show } from 'solid-js';
import { readGraph } from '../agent-graph.ts';
import { type AgentAction, agentActions, byHandText, type FullAgent } from '../agent-text.ts';
import { createTask } from '../create-task.ts';
import { focusIfLost } from '../focus-if-lost.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError } from '../gateway-error.ts';
import {
  DeleteAgentDocument,
  DeployAgentDocument,
  RunAgentDocument,
  StopAgentDocument,
} from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { AGENTS, routeHash } from '../route.ts';
import { Action } from './action.tsx';
import { AgentDialog } from './agent-dialog.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { JsonField } from './json-field.tsx';
import { TaskNote } from './task-note.tsx';

export interface AgentActionsProps {
  readonly gateway: GatewayClient;
  readonly agent: FullAgent;
  readonly onDone: () => void;
}

/** What may be done to an agent in its status. */
export function AgentActions(props: AgentActionsProps) {
  const task = createTask();
  const [isEditing, setEditing] = createSignal(false);
  const [isDeleting, setDeleting] = createSignal(false);
  const [input, setInput] = createSignal('{}');
  const may = (action: AgentAction) => agentActions(props.agent.status).includes(action);
  const address = () => ({ id: props.agent.id });

  let isOrdered = false;
  function order(work: () => Promise<string>): void {
    isOrdered = true;
    void task.run(work).then(props.onDone);
  }

  // The button that was pressed may be gone with the status that it belonged to, and the focus with it.
  createEffect(
    on(
      () => props.agent.status,
      () => {
        if (!isOrdered) return;
        isOrdered = false;
        focusIfLost('agent-title');
      },
      { defer: true },
    ),
  );

  const deploy = () =>
    order(async () => {
      await props.gateway.request(DeployAgentDocument, address());
      return 'Deployed: what triggers it starts runs from now on';
    });
  const stop = () =>
    order(async () => {
      await props.gateway.request(StopAgentDocument, address());
      return 'Stopped: nothing starts a run any more';
    });
  const remove = () =>
    order(async () => {
      const { deleteAgent } = await props.gateway.request(DeleteAgentDocument, address());
      location.hash = routeHash(AGENTS);
      return deleteAgent ? 'Deleted' : 'There was none any more';
    });

  function run(event: SubmitEvent): void {
    event.preventDefault();
    order(async () => {
      const read = readJson(input());
      if (!read.ok) throw new GatewayError('AW_FORM_INVALID', `The input is no JSON: ${read.problem}`);
      const { runAgent } = await props.gateway.request(RunAgentDocument, { ...address(), input: read.value });
      location.hash = routeHash({ view: 'agents', agent: props.agent.id, run: runAgent.id });
      return 'A run was begun';
    });
  }

  return (
    <>
      <fieldset class="actor-actions">
        <legend class="visually-hidden">Actions on the agent</legend>
        <Show when={may('deploy')}>
          <Action text="Deploy" testId="agent-deploy" isBusy={task.isBusy()} onClick={deploy} />
        </Show>
        <Show when={may('stop')}>
          <Action text="Stop" testId="agent-stop" isBusy={task.isBusy()} onClick={stop} />
        </Show>
        <Action
          text="Edit"
          testId="agent-edit"
          isBusy={task.isBusy()}
          onClick={() => setEditing(true)}
          whyNot={may('edit') ? undefined : 'Stop it first, to edit or delete it'}
        />
        <Show when={may('delete')}>
          <Action
            text="Delete"
            testId="agent-delete"
            isBusy={task.isBusy()}
            onClick={() => setDeleting(true)}
            isDanger
          />
        </Show>
      </fieldset>
      <Show when={may('run')}>
        <Show when={byHandText(readGraph(props.agent.config)?.triggers ?? [])}>
          {(text) => (
            <p class="hint after" data-testid="agent-by-hand">
              {text()}
            </p>
          )}
        </Show>
        <form class="run-form" onSubmit={run} aria-label="Run the agent" data-testid="agent-run-form">
          <JsonField
            label="Run it with an input, which is trigger.input"
            value={input()}
            onInput={setInput}
            rows={2}
            testId="agent-input"
          />
          <button type="submit" class="button primary" aria-disabled={task.isBusy()} data-testid="agent-run">
            Run
          </button>
        </form>
      </Show>
      <TaskNote task={task} />
      <Show when={isEditing()}>
        <AgentDialog
          gateway={props.gateway}
          agent={props.agent}
          onClose={() => setEditing(false)}
          onDone={() => order(async () => 'Changed')}
        />
      </Show>
      <Show when={isDeleting()}>
        <ConfirmDialog
          title={`Delete ${props.agent.name}?`}
          action="Delete"
          onConfirm={remove}
          onClose={() => setDeleting(false)}
        >
          The agent is deleted with its graph and its runs, and nothing brings them back. What it has remembered stays.
        </ConfirmDialog>
      </Show>
    </>
  );
}
