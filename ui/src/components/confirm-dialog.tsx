import { createSignal, createUniqueId, type JSX, Show } from 'solid-js';
import { Dialog } from './dialog.tsx';

export interface ConfirmDialogProps {
  readonly title: JSX.Element;
  /** What happens, in a sentence or two. */
  readonly children: JSX.Element;
  /** What can be chosen about it. */
  readonly fields?: JSX.Element;
  /** On the button. */
  readonly action: string;
  /** Has to be typed first. */
  readonly word?: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that can't be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const [typed, setTyped] = createSignal('');
  const isConfirmed = () => props.word === undefined || typed() === props.word;
  const id = createUniqueId();

  function submit(event: SubmitEvent): void {
    // A form of this method closes its dialog, unless it is stopped.
    if (!isConfirmed()) event.preventDefault();
    else props.onConfirm();
  }

  return (
    <Dialog title={props.title} testId="confirm-dialog" onClose={props.onClose}>
      <form method="dialog" class="confirm-form" onSubmit={submit}>
        {props.fields}
        <p data-testid="confirm-text">{props.children}</p>
        <Show when={props.word}>
          {(word) => (
            <div class="field">
              <label for={id}>
                Type <strong class="mono">{word()}</strong> to go on
              </label>
              <input
                id={id}
                class="mono"
                autocomplete="off"
                spellcheck={false}
                value={typed()}
                onInput={(event) => setTyped(event.currentTarget.value)}
                data-testid="confirm-word"
              />
            </div>
          )}
        </Show>
        <div class="form-buttons">
          <button type="button" class="button" onClick={(event) => event.currentTarget.closest('dialog')?.close()}>
            Cancel
          </button>
          <button type="submit" class="button danger" aria-disabled={!isConfirmed()} data-testid="confirm">
            {props.action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
