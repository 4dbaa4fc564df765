import { createSignal, Show } from 'solid-js';
import { MarkIcon } from './icons.tsx';

export interface TokenPageProps {
  /** True when the gateway refused the token that was there. */
  readonly isRefused: boolean;
  readonly onToken: (token: string) => void;
}

export function TokenPage(props: TokenPageProps) {
  const [token, setToken] = createSignal('');

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    // A pasted start address is as good as the token in it.
    const pasted = token().trim();
    const given = /[?&]token=([^&#\s]+)/.exec(pasted)?.[1];
    const value = given === undefined ? pasted : decodeURIComponent(given);
    if (value !== '') props.onToken(value);
  }

  return (
    <main class="token-page">
      <form class="token-form" onSubmit={submit} data-testid="token-form">
        <MarkIcon />
        <h1>AutoWeave</h1>
        <Show when={props.isRefused} fallback={<p>This page needs the token of the AutoWeave that serves it.</p>}>
          <p class="refusal" role="alert">
            The gateway refused the token. It may be of another AutoWeave, or of one with other data.
          </p>
        </Show>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          autofocus
          required
          value={token()}
          onInput={(event) => setToken(event.currentTarget.value)}
          aria-describedby="token-hint"
        />
        <button type="submit" class="button primary">
          Open
        </button>
        <p id="token-hint" class="hint">
          <code>npm start</code> prints it at the end of its address; <code>autoweave config</code> shows the file that
          keeps it.
        </p>
      </form>
    </main>
  );
}
