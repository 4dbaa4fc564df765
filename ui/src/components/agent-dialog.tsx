import { createSignal, For, Show } from 'solid-js';
import { AGENT_EXAMPLE } from '../agent-example.ts';
import { agentJson, type FullAgent } from '../agent-text.ts';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError, isRecord } from '../gateway-error.ts';
import {
  CreateAgentDocument,
  type CreateAgentMutationVariables,
  UpdateAgentDocument,
} from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { type ErrorPlace, errorPlaces, findInJson } from '../json-place.ts';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { JsonField } from './json-field.tsx';

/** Where the gateway's pointers into the graph begin in what was typed. */
const GRAPH_PLACE = '/config/graph';
/** Errors that name places of it. */
const WITH_PLACES: readonly string[] = ['AW_AGENT_GRAPH_INVALID', 'AW_AGENT_PLUGIN_MISSING'];
const ROWS = 18;
const BEGINNING = '{\n  "name": "",\n  "config": { "graph": { "triggers": [], "nodes": [] } }\n}';

export interface AgentDialogProps {
  readonly gateway: GatewayClient;
  /** The one that is to be changed; a new one when absent. */
  readonly agent?: FullAgent;
  readonly onClose: () => void;
  /** The dialog is closed then. */
  readonly onDone: (id: string) => void;
}

/** An agent as JSON. What is wrong with its graph is shown with its places, each of which leads to its line. */
export function AgentDialog(props: AgentDialogProps) {
  const task = createTask();
  const [text, setText] = createSignal(props.agent ? agentJson(props.agent) : BEGINNING);
  let form!: HTMLFormElement;
  let done: string | null = null;
  // What is no JSON any more has that to say alone.
  const error = () => (readJson(text()).ok ? task.error() : null);
  const places = () => {
    const found = error();
    return found && WITH_PLACES.includes(found.code) ? errorPlaces(found.message) : null;
  };

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void task.run(save).then(() => done !== null && form.closest('dialog')?.close());
  }

  async function save(): Promise<string> {
    const input = readAgent(text());
    if (props.agent) {
      done = (await props.gateway.request(UpdateAgentDocument, { id: props.agent.id, input })).updateAgent.id;
      return 'Changed';
    }
    done = (await props.gateway.request(CreateAgentDocument, { input })).createAgent.id;
    return 'Created';
  }

  function closed(): void {
    props.onClose();
    if (done !== null) props.onDone(done);
  }

  function useExample(): void {
    setText(AGENT_EXAMPLE);
    form.querySelector('textarea')?.focus();
  }

  function show(place: ErrorPlace): void {
    const field = form.querySelector('textarea');
    const range = rangeOf(text(), place);
    if (!field || !range) return;
    field.focus();
    field.setSelectionRange(range.from, range.to);
    // The browser does not bring a selection into sight by itself.
    field.scrollTop = ((range.line - 3) * field.scrollHeight) / text().split('\n').length;
  }

  return (
    <Dialog
      title={props.agent ? `Edit ${props.agent.name}` : 'Create an agent'}
      testId={props.agent ? 'edit-agent-dialog' : 'create-agent-dialog'}
      onClose={closed}
    >
      <form ref={form} class="command-form" onSubmit={submit}>
        <p class="hint">
          A name, perhaps a description, and the graph: what starts it, and the steps of a run.{' '}
          {props.agent
            ? editText(props.agent.status)
            : 'It is made as a draft; nothing starts it until it is deployed.'}
        </p>
        <JsonField
          label="Agent: name, description, config.graph"
          value={text()}
          onInput={setText}
          rows={ROWS}
          testId="agent-json"
        />
        <Show when={places()} fallback={<Show when={error()}>{(found) => <ErrorNote error={found()} />}</Show>}>
          {(found) => (
            <div class="error-note places" role="alert" data-testid="agent-places" data-code={task.error()?.code}>
              <span>{found().lead}:</span> <code>{task.error()?.code}</code>
              <ul>
                <For each={found().places}>
                  {(place) => (
                    <li data-testid="agent-place">
                      <Show when={rangeOf(text(), place)}>
                        {(range) => (
                          <button type="button" class="link" onClick={() => show(place)}>
                            line {range().line}
                          </button>
                        )}
                      </Show>{' '}
                      {place.text}
                    </li>
                  )}
                </For>
              </ul>
            </div>
          )}
        </Show>
        <div class="form-buttons">
          <Show when={!props.agent}>
            <button type="button" class="button leave-left" onClick={useExample} data-testid="agent-example">
              Use the example
            </button>
          </Show>
          <button
            type="submit"
            class="button primary"
            aria-disabled={task.isBusy()}
            data-testid={props.agent ? 'agent-save' : 'agent-create'}
          >
            {props.agent ? 'Save' : 'Create'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function editText(status: FullAgent['status']): string {
  const whole = 'What is saved takes the place of all that was there.';
  return status === 'ERROR' ? `${whole} It is deployed: what triggers it starts runs of the new graph at once.` : whole;
}

/** Null where it names none, and while what was typed is no JSON. */
function rangeOf(text: string, { pointer }: ErrorPlace) {
  return pointer !== null && readJson(text).ok && text.trim() !== ''
    ? findInJson(text, `${GRAPH_PLACE}${pointer}`)
    : null;
}

function readAgent(text: string): CreateAgentMutationVariables['input'] {
  const read = readJson(text);
  if (!read.ok) throw new GatewayError('AW_FORM_INVALID', `The agent is no JSON: ${read.problem}`);
  const { value } = read;
  if (!isRecord(value)) throw new GatewayError('AW_FORM_INVALID', 'An agent is a JSON object');
  const { name, description, config, ...others } = value;
  if (typeof name !== 'string' || name.trim() === '') throw new GatewayError('AW_FORM_INVALID', 'Give it a name');
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new GatewayError('AW_FORM_INVALID', `An agent has name, description and config, and no "${other}"`);
  }
  if (description !== undefined && typeof description !== 'string') {
    throw new GatewayError('AW_FORM_INVALID', 'The description of an agent is a text');
  }
  return { name, ...(description === undefined ? {} : { description }), ...(config === undefined ? {} : { config }) };
}
