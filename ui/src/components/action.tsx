import { createUniqueId, Show } from 'solid-js';

export interface ActionProps {
  readonly text: string;
  /** For a reader that sees the button alone. */
  readonly label?: string;
  readonly testId: string;
  readonly isBusy: boolean;
  readonly isDanger?: boolean;
  /** Why it can't be done now, where there is something to do about it. */
  readonly whyNot?: string | undefined;
  readonly onClick: () => void;
}

/** One of the buttons in a row of what may be done. */
export function Action(props: ActionProps) {
  const id = createUniqueId();
  const isOff = () => props.isBusy || props.whyNot !== undefined;
  return (
    <>
      <button
        type="button"
        class="button small"
        classList={{ danger: props.isDanger === true }}
        aria-label={props.label}
        aria-disabled={isOff()}
        aria-describedby={props.whyNot === undefined ? undefined : id}
        data-testid={props.testId}
        onClick={() => isOff() || props.onClick()}
      >
        {props.text}
      </button>
      <Show when={props.whyNot}>
        {(text) => (
          <span id={id} class="hint">
            {text()}
          </span>
        )}
      </Show>
    </>
  );
}
