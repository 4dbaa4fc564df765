import { createMemo, createSignal, createUniqueId, For, Show } from 'solid-js';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError } from '../gateway-error.ts';
import { ExecutePluginDocument, type PluginFieldsFragment } from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { valueText } from '../json-text.ts';
import { durationText } from '../time-text.ts';
import { JsonField } from './json-field.tsx';
import { TaskNote } from './task-note.tsx';

/** Less than the page waits for the gateway, so that the gateway's own word about it arrives. */
const ANSWER_MS = 8000;

export interface PluginCallFormProps {
  readonly gateway: GatewayClient;
  readonly plugin: PluginFieldsFragment;
  readonly onDone: () => void;
}

/** Calls a function of a plugin, and shows what it gives. */
export function PluginCallForm(props: PluginCallFormProps) {
  const task = createTask();
  const id = createUniqueId();
  // By their text: an answer without news leaves the choice as it is.
  const names = createMemo(() => props.plugin.functions.join('\n'));
  const functions = createMemo(() => names().split('\n').filter(Boolean));
  const [chosen, setChosen] = createSignal<string | null>(null);
  const called = () => {
    const name = chosen();
    return name !== null && functions().includes(name) ? name : (functions()[0] ?? '');
  };
  const [input, setInput] = createSignal('{}');
  const [output, setOutput] = createSignal<string | null>(null);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    setOutput(null);
    void task.run(call).then(props.onDone);
  }

  async function call(): Promise<string> {
    const read = readJson(input());
    if (!read.ok) throw new GatewayError('AW_FORM_INVALID', `The input is no JSON: ${read.problem}`);
    const beganMs = performance.now();
    const { executePlugin } = await props.gateway.request(ExecutePluginDocument, {
      name: props.plugin.name,
      function: called(),
      input: read.value,
      timeoutMs: ANSWER_MS,
    });
    setOutput(typeof executePlugin === 'string' ? executePlugin : valueText(executePlugin));
    return `It answered after ${durationText(performance.now() - beganMs)}, seen from here`;
  }

  return (
    <>
      <h3>Call a function</h3>
      <Show
        when={props.plugin.state === 'LOADED' && functions().length > 0}
        fallback={
          <p class="hint">{props.plugin.state === 'LOADED' ? 'It exports none.' : 'It has to be loaded first.'}</p>
        }
      >
        <form class="command-form" onSubmit={submit} aria-label="Call a function" data-testid="call-form">
          <div class="field">
            <label for={id}>Function</label>
            <select
              id={id}
              class="mono"
              onChange={(event) => setChosen(event.currentTarget.value)}
              data-testid="call-function"
            >
              <For each={functions()}>{(name) => <option selected={called() === name}>{name}</option>}</For>
            </select>
          </div>
          <JsonField label="Input" value={input()} onInput={setInput} testId="call-input" />
          <div class="form-buttons">
            <button type="submit" class="button primary" aria-disabled={task.isBusy()} data-testid="call-submit">
              Call
            </button>
          </div>
          <TaskNote task={task} />
          <Show when={output() !== null}>
            <pre class="json" tabindex="0" data-testid="call-output">
              {output() || '(nothing)'}
            </pre>
          </Show>
        </form>
      </Show>
    </>
  );
}
