export interface ActionProps {
  readonly text: string;
  /** For a reader that sees the button alone. */
  readonly label?: string;
  readonly testId: string;
  readonly isBusy: boolean;
  readonly isDanger?: boolean;
  readonly onClick: () => void;
}

/** One of the buttons in a row of what may be done. */
export function Action(props: ActionProps) {
  return (
    <button
      type="button"
      class="button small"
      classList={{ danger: props.isDanger === true }}
      aria-label={props.label}
      aria-disabled={props.isBusy}
      data-testid={props.testId}
      onClick={() => props.isBusy || props.onClick()}
    >
      {props.text}
    </button>
  );
}
