import { createSignal, createUniqueId, Show } from 'solid-js';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError } from '../gateway-error.ts';
import { CallCommandDocument, SendCommandDocument } from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { valueText } from '../json-text.ts';
import type { ActorName } from '../route.ts';
import { JsonField } from './json-field.tsx';
import { TaskNote } from './task-note.tsx';

/** Less than the page waits for the gateway, so that the gateway's own word about it arrives. */
const ANSWER_MS = 8000;

export interface CommandFormProps {
  readonly gateway: GatewayClient;
  readonly actor: ActorName;
  readonly onDone: () => void;
}

/** Sends a command to a key, and shows what it answers. */
export function CommandForm(props: CommandFormProps) {
  const task = createTask();
  const typeId = createUniqueId();
  const [type, setType] = createSignal('');
  const [data, setData] = createSignal('{}');
  const [isWaiting, setWaiting] = createSignal(true);
  const [answer, setAnswer] = createSignal<string | null>(null);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    setAnswer(null);
    void task.run(send).then(props.onDone);
  }

  async function send(): Promise<string> {
    const read = readJson(data());
    if (!read.ok) throw new GatewayError('AW_FORM_INVALID', `The data is no JSON: ${read.problem}`);
    const command = { actor: props.actor.name, key: props.actor.key, type: type().trim(), data: read.value };
    if (!isWaiting()) {
      const { sendCommand } = await props.gateway.request(SendCommandDocument, command);
      return `Stored as ${sendCommand}`;
    }
    const { callCommand } = await props.gateway.request(CallCommandDocument, { ...command, timeoutMs: ANSWER_MS });
    setAnswer(valueText(callCommand));
    return 'It has answered';
  }

  return (
    <form class="command-form" onSubmit={submit} aria-label="Send a command" data-testid="command-form">
      <div class="field">
        <label for={typeId}>Type</label>
        <input
          id={typeId}
          class="mono"
          required
          autocomplete="off"
          spellcheck={false}
          placeholder="noun.verb"
          value={type()}
          onInput={(event) => setType(event.currentTarget.value)}
          data-testid="command-type"
        />
      </div>
      <JsonField label="Data" value={data()} onInput={setData} testId="command-data" />
      <div class="form-buttons">
        <label class="check">
          <input
            type="checkbox"
            checked={isWaiting()}
            onChange={(event) => setWaiting(event.currentTarget.checked)}
            data-testid="command-wait"
          />
          Wait for the answer
        </label>
        <button type="submit" class="button primary" aria-disabled={task.isBusy()} data-testid="command-submit">
          Send
        </button>
      </div>
      <TaskNote task={task} />
      <Show when={answer()}>
        {(text) => (
          <pre class="json" tabindex="0" data-testid="command-answer">
            {text()}
          </pre>
        )}
      </Show>
    </form>
  );
}
