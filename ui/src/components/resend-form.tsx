import { createSignal } from 'solid-js';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError } from '../gateway-error.ts';
import { type DeadLettersQuery, ResendDeadLetterDocument } from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { JsonField } from './json-field.tsx';
import { TaskNote } from './task-note.tsx';

type DeadLetter = DeadLettersQuery['deadLetters']['deadLetters'][number];

export interface ResendFormProps {
  readonly gateway: GatewayClient;
  readonly letter: DeadLetter;
  readonly onResent: () => void;
}

/** Sends a dead letter again: as it was, byte for byte, unless its data was changed here. */
export function ResendForm(props: ResendFormProps) {
  const task = createTask();
  const [data, setData] = createSignal(props.letter.data);
  const [removes, setRemoves] = createSignal(false);
  const isEdited = () => data() !== props.letter.data;

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void task.run(resend);
  }

  async function resend(): Promise<string> {
    const read = readJson(data());
    if (isEdited() && !read.ok) throw new GatewayError('AW_FORM_INVALID', `The data is no JSON: ${read.problem}`);
    const { resendDeadLetter } = await props.gateway.request(ResendDeadLetterDocument, {
      id: props.letter.id,
      data: isEdited() && read.ok ? read.value : null,
      remove: removes(),
    });
    props.onResent();
    return `Sent ${isEdited() ? 'with other data' : 'as it was'}, as ${resendDeadLetter}`;
  }

  return (
    <form class="resend-form" onSubmit={submit} aria-label="Send it again" data-testid="resend-form">
      <JsonField label="Send it again with this data" value={data()} onInput={setData} testId="resend-data" />
      <div class="form-buttons">
        <label class="check">
          <input
            type="checkbox"
            checked={removes()}
            onChange={(event) => setRemoves(event.currentTarget.checked)}
            data-testid="resend-remove"
          />
          Remove this letter
        </label>
        <button type="submit" class="button small" aria-disabled={task.isBusy()} data-testid="resend-submit">
          {isEdited() ? 'Send with other data' : 'Send as it was'}
        </button>
      </div>
      <TaskNote task={task} />
    </form>
  );
}
