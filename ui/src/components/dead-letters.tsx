import { createMemo, createSignal, For, Show } from 'solid-js';
import { now } from '../create-now.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { DeadLettersQuery } from '../generated/operations.ts';
import { bodyText } from '../json-text.ts';
import { ageText, instantText } from '../time-text.ts';
import { CopyId } from './copy-id.tsx';
import { ResendForm, type ResendFormProps } from './resend-form.tsx';

type DeadLetterPage = DeadLettersQuery['deadLetters'];

export interface DeadLettersProps {
  readonly gateway: GatewayClient;
  readonly page: DeadLetterPage | undefined;
  readonly error: GatewayError | null;
  readonly onResent: () => void;
}

export function DeadLetters(props: DeadLettersProps) {
  // A dead letter never changes: by its id, an open one stays open when the list is asked for again.
  const byId = createMemo(() => new Map((props.page?.deadLetters ?? []).map((letter) => [letter.id, letter])));
  const ids = createMemo(() => [...byId().keys()]);

  return (
    <section
      class="panel dead-letters"
      aria-labelledby="dead-title"
      data-testid="dead-letters"
      data-total={props.page?.total ?? ''}
    >
      <header class="panel-head">
        <h2 id="dead-title">Dead letters</h2>
        <p class="count" classList={{ bad: (props.page?.total ?? 0) > 0 }}>
          <Show when={props.page}>{(page) => <strong>{page().total}</strong>}</Show>
        </p>
      </header>
      <div class="panel-body scroll" tabindex="0">
        <Show when={ids().length === 0}>
          <p class="empty">
            {props.error?.message ??
              (props.page
                ? 'None. What cannot be handled is kept here with its cause, and nothing else stops.'
                : 'Loading')}
          </p>
        </Show>
        <ul class="dead-list">
          <For each={ids()}>
            {(id) => (
              <Show when={byId().get(id)}>
                {(letter) => <DeadLetterRow gateway={props.gateway} letter={letter()} onResent={props.onResent} />}
              </Show>
            )}
          </For>
        </ul>
        <Show when={props.page?.next}>
          <p class="hint">
            The newest {ids().length} are listed; <code>autoweave dead ls</code> lists all.
          </p>
        </Show>
      </div>
    </section>
  );
}

function DeadLetterRow(props: ResendFormProps) {
  // Fifty closed letters need no fifty forms; one that was begun stays.
  const [isOpen, setOpen] = createSignal(false);
  return (
    <li class="dead-row" data-testid="dead-letter-row" data-id={props.letter.id} data-code={props.letter.code}>
      <details onToggle={(event) => event.currentTarget.open && setOpen(true)}>
        <summary>
          <code class="dead-code">{props.letter.code}</code>
          <time class="dead-age" datetime={props.letter.at} title={instantText(props.letter.at)}>
            {ageText(now(), Date.parse(props.letter.at))}
          </time>
          <span class="dead-error">{props.letter.error}</span>
          <span class="dead-subject mono">{props.letter.subject}</span>
        </summary>
        <dl class="facts">
          <dt>From</dt>
          <dd class="mono">
            {props.letter.stream} {props.letter.sequence}
          </dd>
          <dt>Type</dt>
          <dd class="mono">{props.letter.type ?? 'could not be read'}</dd>
          <dt>Attempts</dt>
          <dd>{props.letter.attempts}</dd>
          <dt>Id</dt>
          <dd>
            <CopyId id={props.letter.id} />
          </dd>
        </dl>
        <p class="pre-label">Body</p>
        <pre class="json" tabindex="0">
          {bodyText(props.letter.data)}
        </pre>
        <Show when={isOpen()}>
          <ResendForm gateway={props.gateway} letter={props.letter} onResent={props.onResent} />
        </Show>
        <p class="pre-label">Headers</p>
        <pre class="json" tabindex="0">
          {JSON.stringify(props.letter.headers, null, 2)}
        </pre>
      </details>
    </li>
  );
}
