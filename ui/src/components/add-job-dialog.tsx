import { createEffect, createMemo, createSignal, createUniqueId, For, on, Show } from 'solid-js';
import { createPolled } from '../create-polled.ts';
import { createTask } from '../create-task.ts';
import { dataTemplate } from '../data-template.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError } from '../gateway-error.ts';
import { AddJobDocument, JobTypesDocument } from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { valueText } from '../json-text.ts';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { JsonField } from './json-field.tsx';
import { NumberField } from './number-field.tsx';
import { TaskNote } from './task-note.tsx';

/** They change with a deployment only; until the first answer the page asks again. */
const TYPES_INTERVAL_MS = 5000;
/** As the queue takes it. */
const PRIORITY_MAX = 2_097_152;

export interface AddJobDialogProps {
  readonly gateway: GatewayClient;
  /** Null: it is typed. */
  readonly queue: string | null;
  /** Job types that the queue takes; all when empty. */
  readonly types: readonly string[];
  readonly onClose: () => void;
  /** The dialog is closed then. */
  readonly onAdded: (queue: string, id: string) => void;
}

export function AddJobDialog(props: AddJobDialogProps) {
  const task = createTask();
  const typeId = createUniqueId();
  const queueId = createUniqueId();
  let form!: HTMLFormElement;
  const known = createPolled(
    async () => (await props.gateway.request(JobTypesDocument, {})).jobTypes,
    TYPES_INTERVAL_MS,
  );
  // By their names alone: an answer without news leaves the choice as it is.
  const names = createMemo(() =>
    (known.value() ?? [])
      .map(({ type }) => type)
      .filter((type) => props.types.length === 0 || props.types.includes(type))
      .join('\n'),
  );
  const types = createMemo(() => names().split('\n').filter(Boolean));
  const [queue, setQueue] = createSignal(props.queue ?? '');
  const [chosen, setChosen] = createSignal<string | null>(null);
  const type = () => chosen() ?? types()[0] ?? null;
  const contract = createMemo(() => known.value()?.find((candidate) => candidate.type === type()) ?? null);
  const [data, setData] = createSignal('{}');
  const [isTyped, setTyped] = createSignal(false);
  const [options, setOptions] = createSignal({ priority: '', delay: '', attempts: '' });
  let added: string | null = null;

  createEffect(
    on(type, () => {
      const found = contract();
      if (found && !isTyped()) setData(JSON.stringify(dataTemplate(found.schema), null, 2));
    }),
  );

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void task.run(add).then(() => added !== null && form.closest('dialog')?.close());
  }

  async function add(): Promise<string> {
    const read = readJson(data());
    if (!read.ok) throw new GatewayError('AW_FORM_INVALID', `The data is no JSON: ${read.problem}`);
    const { addJob } = await props.gateway.request(AddJobDocument, {
      queue: queue().trim(),
      type: type() ?? '',
      data: read.value,
      options: readOptions(options()),
    });
    added = addJob.id;
    return addJob.isDuplicate ? `A job of the id ${addJob.id} was there already` : `Added as ${addJob.id}`;
  }

  function closed(): void {
    props.onClose();
    if (added !== null) props.onAdded(queue().trim(), added);
  }

  return (
    <Dialog
      title={props.queue === null ? 'Add a job' : `Add a job to ${props.queue}`}
      testId="add-dialog"
      onClose={closed}
    >
      <form ref={form} class="command-form" onSubmit={submit} data-testid="add-form">
        <Show when={known.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show when={props.queue === null}>
          <div class="field">
            <label for={queueId}>Queue; it is made if there is none</label>
            <input
              id={queueId}
              class="mono"
              required
              autocomplete="off"
              spellcheck={false}
              value={queue()}
              onInput={(event) => setQueue(event.currentTarget.value)}
              data-testid="add-queue"
            />
          </div>
        </Show>
        <div class="field">
          <label for={typeId}>Type</label>
          <select
            id={typeId}
            class="mono"
            required
            aria-describedby={`${typeId}-what`}
            onChange={(event) => setChosen(event.currentTarget.value)}
            data-testid="add-type"
          >
            <For each={types()}>{(name) => <option selected={type() === name}>{name}</option>}</For>
          </select>
          <p id={`${typeId}-what`} class="hint type-what">
            {typeText(contract()?.description, known.value() !== undefined, types().length)}
          </p>
        </div>
        <JsonField
          label="Data"
          value={data()}
          onInput={(text) => {
            setTyped(true);
            setData(text);
          }}
          testId="add-data"
        />
        <Show when={contract()}>
          {(found) => (
            <details class="schema">
              <summary>What its data has to be, as JSON Schema</summary>
              <pre class="json" tabindex="0">
                {valueText(found().schema)}
              </pre>
            </details>
          )}
        </Show>
        <div class="field-row">
          <NumberField
            label="Priority, 0 is first"
            value={options().priority}
            min={0}
            max={PRIORITY_MAX}
            placeholder="0"
            onInput={(priority) => setOptions((before) => ({ ...before, priority }))}
            testId="add-priority"
          />
          <NumberField
            label="Delay in seconds"
            value={options().delay}
            min={0}
            isWhole={false}
            placeholder="none"
            onInput={(delay) => setOptions((before) => ({ ...before, delay }))}
            testId="add-delay"
          />
          <NumberField
            label="Attempts at most"
            value={options().attempts}
            min={1}
            placeholder="as the queue says"
            onInput={(attempts) => setOptions((before) => ({ ...before, attempts }))}
            testId="add-attempts"
          />
        </div>
        <TaskNote task={task} />
        <div class="form-buttons">
          <button type="submit" class="button primary" aria-disabled={task.isBusy()} data-testid="add-submit">
            Add
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function readOptions(typed: { readonly priority: string; readonly delay: string; readonly attempts: string }) {
  return {
    ...(typed.priority === '' ? {} : { priority: Number(typed.priority) }),
    ...(typed.delay === '' ? {} : { delayMs: Math.round(Number(typed.delay) * 1000) }),
    ...(typed.attempts === '' ? {} : { attempts: Number(typed.attempts) }),
  };
}

function typeText(description: string | undefined, isKnown: boolean, types: number): string {
  if (description !== undefined) return description;
  if (!isKnown) return 'Loading';
  return types === 0 ? 'No job type is known here.' : '';
}
