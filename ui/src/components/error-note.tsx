import { Show } from 'solid-js';
import { type GatewayError, hintSentence } from '../gateway-error.ts';

/** An error where it happened: what, what to do next, and the code to look it up by. */
export function ErrorNote(props: { readonly error: GatewayError }) {
  return (
    <p class="error-note" role="alert" data-testid="error" data-code={props.error.code}>
      <span>{props.error.message}.</span>
      <Show when={props.error.hint}>{(hint) => <span class="error-hint">{hintSentence(hint())}.</span>}</Show>
      <code>{props.error.code}</code>
    </p>
  );
}
