import { createEffect, createMemo, createUniqueId, Show } from 'solid-js';
import { readJson } from '../json-input.ts';

export interface JsonFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
  readonly rows?: number;
  readonly testId: string;
}

/** A text that has to be JSON; while it is none, it says why, and its form is not sent. */
export function JsonField(props: JsonFieldProps) {
  const id = createUniqueId();
  const problem = createMemo(() => {
    const read = readJson(props.value);
    return read.ok ? null : read.problem;
  });
  let field!: HTMLTextAreaElement;
  createEffect(() => field.setCustomValidity(problem() ?? ''));

  /** Leads to what the field says, in place of the browser, which would say it again. */
  function lead(event: Event): void {
    event.preventDefault();
    field.closest('details')?.setAttribute('open', '');
    field.focus();
  }

  return (
    <div class="field json-field">
      <label for={id}>{props.label}</label>
      <textarea
        ref={field}
        id={id}
        class="mono"
        rows={props.rows ?? 4}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={problem() !== null}
        aria-describedby={`${id}-problem`}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onInvalid={lead}
        data-testid={props.testId}
      />
      <p id={`${id}-problem`} class="field-problem" role="status">
        <Show when={problem()}>{(text) => <>No JSON: {text()}</>}</Show>
      </p>
    </div>
  );
}
