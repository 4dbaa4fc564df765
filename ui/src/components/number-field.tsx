import { createUniqueId } from 'solid-js';

export interface NumberFieldProps {
  readonly label: string;
  /** As typed; empty for none. */
  readonly value: string;
  readonly min: number;
  readonly max?: number;
  readonly isWhole?: boolean;
  /** What holds when it is left empty. */
  readonly placeholder: string;
  readonly onInput: (text: string) => void;
  readonly testId: string;
}

/** A number that may be left out. The browser says what is wrong with one when its form is sent. */
export function NumberField(props: NumberFieldProps) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="number"
        inputmode="numeric"
        autocomplete="off"
        min={props.min}
        max={props.max}
        step={props.isWhole === false ? 'any' : 1}
        placeholder={props.placeholder}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        data-testid={props.testId}
      />
    </div>
  );
}
