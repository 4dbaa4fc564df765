import { createEffect, createSignal, Show } from 'solid-js';
import type { FullJob } from '../job-feed.ts';
import { readJson } from '../json-input.ts';
import { valueText } from '../json-text.ts';
import { JsonField } from './json-field.tsx';

const ROWS_MIN = 4;
const ROWS_MAX = 16;

export interface JobDataProps {
  readonly job: FullJob;
  readonly isBusy: boolean;
  /** Null: it can't be tried again. */
  readonly onRetry: ((data: unknown) => void) | null;
}

/** A job's data; that of a failed one can be corrected. */
export function JobData(props: JobDataProps) {
  let edit: HTMLButtonElement | undefined;
  // What was begun stays while the job is asked for again.
  const [edited, setEdited] = createSignal<string | null>(null);
  const whole = () => JSON.stringify(props.job.data, null, 2);
  /** Null while it is no JSON, or null, which stands for the data that it had. */
  const value = () => {
    const read = readJson(edited() ?? '');
    return read.ok ? read.value : null;
  };

  function leave(): void {
    setEdited(null);
    queueMicrotask(() => edit?.focus());
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (value() === null || props.isBusy) return;
    props.onRetry?.(value());
  }

  // Once it waits again, what was typed has gone with it; when that was refused, it stays.
  createEffect(() => props.onRetry === null && setEdited(null));

  return (
    <>
      <h3 class="with-action">
        Data
        <Show when={props.onRetry && edited() === null}>
          <button type="button" class="link" ref={edit} onClick={() => setEdited(whole())} data-testid="job-edit">
            Edit and retry
          </button>
        </Show>
      </h3>
      <Show
        when={props.onRetry && edited() !== null}
        fallback={
          <Show
            when={props.job.data !== null}
            fallback={<p class="hint">None: it was null, or it is not kept any more.</p>}
          >
            <pre class="json" tabindex="0" data-testid="job-data">
              {valueText(props.job.data)}
            </pre>
          </Show>
        }
      >
        <form ref={begin} class="command-form" aria-label="Retry with other data" onSubmit={submit}>
          <JsonField
            label="Other data"
            value={edited() ?? ''}
            onInput={setEdited}
            rows={rowsOf(whole())}
            testId="job-new-data"
          />
          <div class="form-buttons">
            <button type="button" class="button small" onClick={leave}>
              Leave it
            </button>
            <button
              type="submit"
              class="button small primary"
              aria-disabled={value() === null || props.isBusy}
              data-testid="job-retry-edited"
            >
              Retry with this data
            </button>
          </div>
        </form>
      </Show>
    </>
  );
}

/** It takes the focus from the button that has opened it. */
function begin(form: HTMLFormElement): void {
  queueMicrotask(() => form.querySelector('textarea')?.focus());
}

/** Enough for all of it, within reason. */
function rowsOf(text: string): number {
  return Math.min(ROWS_MAX, Math.max(ROWS_MIN, text.split('\n').length));
}
