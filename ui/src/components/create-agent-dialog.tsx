import { createSignal, For, Show } from 'solid-js';
import { AGENT_EXAMPLE } from '../agent-example.ts';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError, isRecord } from '../gateway-error.ts';
import { CreateAgentDocument, type CreateAgentMutationVariables } from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { type ErrorPlace, errorPlaces, findInJson } from '../json-place.ts';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { JsonField } from './json-field.tsx';

/** Where the gateway's pointers into the graph begin in what was typed. */
const GRAPH_PLACE = '/config/graph';
const GRAPH_INVALID = 'AW_AGENT_GRAPH_INVALID';
const ROWS = 18;
const BEGINNING = '{\n  "name": "",\n  "config": { "graph": { "triggers": [], "nodes": [] } }\n}';

export interface CreateAgentDialogProps {
  readonly gateway: GatewayClient;
  readonly onClose: () => void;
  /** The dialog is closed then. */
  readonly onCreated: (id: string) => void;
}

/** An agent as JSON. What is wrong with its graph is shown with its places, each of which leads to its line. */
export function CreateAgentDialog(props: CreateAgentDialogProps) {
  const task = createTask();
  const [text, setText] = createSignal(BEGINNING);
  let form!: HTMLFormElement;
  let created: string | null = null;
  const places = () => {
    const error = task.error();
    return error?.code === GRAPH_INVALID ? errorPlaces(error.message) : null;
  };

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void task.run(create).then(() => created !== null && form.closest('dialog')?.close());
  }

  async function create(): Promise<string> {
    const { createAgent } = await props.gateway.request(CreateAgentDocument, { input: readAgent(text()) });
    created = createAgent.id;
    return 'Created';
  }

  function closed(): void {
    props.onClose();
    if (created !== null) props.onCreated(created);
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
    <Dialog title="Create an agent" testId="create-agent-dialog" onClose={closed}>
      <form ref={form} class="command-form" onSubmit={submit}>
        <p class="hint">
          A name, perhaps a description, and the graph: what starts it, and the steps of a run. It is made as a draft;
          nothing starts it until it is deployed.
        </p>
        <JsonField
          label="Agent: name, description, config.graph"
          value={text()}
          onInput={setText}
          rows={ROWS}
          testId="agent-json"
        />
        <Show when={places()} fallback={<Show when={task.error()}>{(error) => <ErrorNote error={error()} />}</Show>}>
          {(found) => (
            <div class="error-note places" role="alert" data-testid="agent-places" data-code={GRAPH_INVALID}>
              <span>{found().lead}:</span> <code>{GRAPH_INVALID}</code>
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
          <button type="button" class="button leave-left" onClick={useExample} data-testid="agent-example">
            Use the example
          </button>
          <button type="submit" class="button primary" aria-disabled={task.isBusy()} data-testid="agent-create">
            Create
          </button>
        </div>
      </form>
    </Dialog>
  );
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
  if (!isRecord(value) || typeof value.name !== 'string' || value.name.trim() === '') {
    throw new GatewayError('AW_FORM_INVALID', 'An agent is an object with a name');
  }
  const { name, description, config, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new GatewayError('AW_FORM_INVALID', `An agent has name, description and config, and no "${other}"`);
  }
  if (description !== undefined && typeof description !== 'string') {
    throw new GatewayError('AW_FORM_INVALID', 'The description of an agent is a text');
  }
  return { name, ...(description === undefined ? {} : { description }), ...(config === undefined ? {} : { config }) };
}
