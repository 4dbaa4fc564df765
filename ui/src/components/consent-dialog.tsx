import { createEffect, createMemo, createSignal, For, Show } from 'solid-js';
import { type Choice, type ConsentAsked, choicesOf, grantOf, lackingCapability } from '../consent.ts';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError } from '../gateway-error.ts';
import { GrantPluginDocument, LoadPluginDocument } from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { integritySentence } from '../plugin-text.ts';
import { Dialog } from './dialog.tsx';
import { JsonField } from './json-field.tsx';
import { TaskNote } from './task-note.tsx';

export interface ConsentDialogProps {
  readonly gateway: GatewayClient;
  readonly asked: ConsentAsked;
  readonly onClose: () => void;
  /** The dialog is closed then. */
  readonly onDone: (plugin: string) => void;
}

/** What a plugin asks for, to be read and granted piece by piece. Nothing is granted before somebody says so. */
export function ConsentDialog(props: ConsentDialogProps) {
  const { plugin, purpose } = props.asked;
  const task = createTask();
  const choices = choicesOf(plugin.permissions);
  const isLoad = purpose === 'load';
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(
    new Set(choices.filter(({ isGranted }) => isGranted).map(({ id }) => id)),
  );
  const available = choices.filter(({ isAvailable }) => isAvailable).map(({ id }) => id);
  const granted = () => available.filter((id) => chosen().has(id)).length;
  const isLess = () => choices.some(({ id, isGranted }) => isGranted && !chosen().has(id));
  const lacking = createMemo(() => lackingCapability(task.error() ?? plugin.error));
  const [options, setOptions] = createSignal(JSON.stringify(plugin.options ?? {}, null, 2));
  let form!: HTMLFormElement;
  let all: HTMLInputElement | undefined;
  let isDone = false;

  createEffect(() => {
    // It has no attribute for it.
    if (all) all.indeterminate = granted() > 0 && granted() < available.length;
  });

  function choose(id: string, isTicked: boolean): void {
    setChosen((before) => {
      const after = new Set(before);
      if (isTicked) after.add(id);
      else after.delete(id);
      return after;
    });
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void task.run(isLoad ? load : change).then(() => {
      if (isDone) form.closest('dialog')?.close();
      else form.querySelector<HTMLInputElement>('.lacking input')?.focus();
    });
  }

  async function load(): Promise<string> {
    const read = readJson(options());
    if (!read.ok) throw new GatewayError('AW_FORM_INVALID', `The options are no JSON: ${read.problem}`);
    await props.gateway.request(LoadPluginDocument, {
      manifestPath: plugin.manifestPath,
      options: read.value,
      grant: grantOf(choices, chosen()),
    });
    isDone = true;
    return 'Loaded';
  }

  async function change(): Promise<string> {
    await props.gateway.request(GrantPluginDocument, {
      name: plugin.name,
      permissions: grantOf(choices, chosen()),
    });
    isDone = true;
    return 'Granted';
  }

  function closed(): void {
    props.onClose();
    if (isDone) props.onDone(plugin.name);
  }

  return (
    <Dialog
      title={
        <>
          {isLoad ? 'Load' : 'What may it do:'} {plugin.name} <span class="title-key mono">{plugin.version}</span>
        </>
      }
      testId="consent-dialog"
      onClose={closed}
    >
      <form ref={form} class="confirm-form" onSubmit={submit}>
        <Show when={plugin.description}>{(text) => <p>{text()}</p>}</Show>
        <p class="hint">
          {integritySentence(plugin.integrity)} It runs in a sandbox, and can do what is ticked here and nothing else.
        </p>
        <Show when={choices.length > 0} fallback={<p data-testid="consent-none">It asks for nothing.</p>}>
          <fieldset class="consent">
            <legend>It asks for</legend>
            <ul class="consent-list">
              <For each={choices}>
                {(choice) => (
                  <ChoiceRow
                    choice={choice}
                    isChosen={chosen().has(choice.id)}
                    isLacking={choice.capability === lacking() && !chosen().has(choice.id)}
                    onChoose={(isTicked) => choose(choice.id, isTicked)}
                  />
                )}
              </For>
            </ul>
          </fieldset>
          <div class="consent-sum">
            <label class="check">
              <input
                ref={all}
                type="checkbox"
                checked={granted() === available.length && available.length > 0}
                disabled={available.length === 0}
                onChange={(event) => setChosen(new Set(event.currentTarget.checked ? available : []))}
                data-testid="consent-all"
              />
              <span>Select all / none</span>
            </label>
            <p class="hint" role="status" data-testid="consent-count">
              Grants {granted()} of {choices.length}
            </p>
          </div>
        </Show>
        <Show when={isLoad}>
          <details class="fold">
            <summary>Options, which it is given when it is loaded</summary>
            <JsonField label="Options" value={options()} onInput={setOptions} testId="consent-options" />
          </details>
        </Show>
        <TaskNote task={task} />
        <div class="form-buttons">
          <button type="button" class="button" onClick={(event) => event.currentTarget.closest('dialog')?.close()}>
            Cancel
          </button>
          <button type="submit" class="button primary" aria-disabled={task.isBusy()} data-testid="consent-grant">
            {submitText(isLoad, choices.length, granted(), isLess())}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** @param isLess whether something is taken away that was granted */
function submitText(isLoad: boolean, asked: number, granted: number, isLess: boolean): string {
  if (!isLoad && isLess) return 'Change grants';
  if (!isLoad) return granted === 0 ? 'Grant nothing' : 'Grant';
  if (asked === 0) return 'Load';
  return granted === 0 ? 'Load without permissions' : 'Grant and load';
}

function ChoiceRow(props: {
  readonly choice: Choice;
  readonly isChosen: boolean;
  /** Without it the last load was refused. */
  readonly isLacking: boolean;
  readonly onChoose: (isTicked: boolean) => void;
}) {
  return (
    <li
      classList={{ lacking: props.isLacking }}
      data-testid="consent-choice"
      data-capability={props.choice.capability}
      data-lacking={props.isLacking}
    >
      <label class="check">
        <input
          type="checkbox"
          checked={props.isChosen}
          disabled={!props.choice.isAvailable}
          onChange={(event) => props.onChoose(event.currentTarget.checked)}
        />
        <span class="consent-what">
          <For each={props.choice.sentences}>{(sentence) => <span>{sentence}</span>}</For>
          <Show when={props.isLacking}>
            <span class="consent-lacking">It can’t be loaded without this: tick it and try again.</span>
          </Show>
          <Show when={!props.choice.isAvailable}>
            <span class="hint">Not available in this version: it could do nothing with it.</span>
          </Show>
        </span>
        <span class="tag">{props.choice.capability}</span>
      </label>
    </li>
  );
}
