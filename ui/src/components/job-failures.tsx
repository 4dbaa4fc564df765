import { createMemo, For, Show } from 'solid-js';
import type { FullJob } from '../job-feed.ts';
import { clockText, instantText } from '../time-text.ts';

/** Failed attempts, the last one first and with its stack open. */
export function JobFailures(props: { readonly failures: FullJob['failures'] }) {
  // By what they are, not by their places: an open stack stays open when the job is asked for again.
  const byKey = createMemo(
    () => new Map(props.failures.map((failure) => [`${failure.attempt} ${failure.at}`, failure])),
  );
  const keys = createMemo(() => [...byKey().keys()].reverse());

  return (
    <ol class="failure-list">
      <For each={keys()}>
        {(key, index) => (
          <Show when={byKey().get(key)}>
            {(failure) => (
              <li class="failure" data-testid="job-failure" data-attempt={failure().attempt}>
                <p class="failure-head">
                  <strong>Attempt {failure().attempt}</strong> <code>{failure().code}</code>
                  <time datetime={failure().at} title={instantText(failure().at)}>
                    {clockText(failure().at)}
                  </time>
                </p>
                <p>{failure().message}</p>
                <Show when={failure().stack}>
                  {(stack) => (
                    <details open={index() === 0}>
                      <summary>Stack</summary>
                      <pre class="json" tabindex="0">
                        {stack()}
                      </pre>
                    </details>
                  )}
                </Show>
              </li>
            )}
          </Show>
        )}
      </For>
    </ol>
  );
}
