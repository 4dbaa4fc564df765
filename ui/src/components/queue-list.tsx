import { createEffect, createMemo, For, on, Show } from 'solid-js';
import type { GatewayError } from '../gateway-error.ts';
import type { QueuesQuery } from '../generated/operations.ts';
import { countsText, countText } from '../job-text.ts';
import { routeHash } from '../route.ts';
import { keepOneTabStop, moveByArrows } from '../roving-focus.ts';
import { ErrorNote } from './error-note.tsx';

export type QueueLine = QueuesQuery['queues'][number];

export interface QueueListProps {
  readonly queues: readonly QueueLine[] | undefined;
  readonly error: GatewayError | null;
  readonly chosen: string | null;
  /** A newer line for one of them. */
  readonly shown: QueueLine | null;
  readonly onAdd: () => void;
}

export function QueueList(props: QueueListProps) {
  let list!: HTMLUListElement;
  const byName = createMemo(() => {
    const lines = new Map((props.queues ?? []).map((queue) => [queue.name, queue]));
    if (props.shown) lines.set(props.shown.name, props.shown);
    return lines;
  });
  const names = createMemo(() => [...byName().keys()].sort());
  createEffect(on(names, () => keepOneTabStop(list)));

  return (
    <section class="panel queue-list" aria-labelledby="queues-title" data-testid="queue-list">
      <header class="panel-head">
        <h2 id="queues-title">Queues</h2>
        <p class="count" role="status">
          <Show when={props.queues}>
            <strong>{countText(names().length)}</strong>
          </Show>
        </p>
        <button type="button" class="button quiet small finder-import" onClick={props.onAdd} data-testid="add-anywhere">
          Add a job
        </button>
      </header>
      <div class="panel-body scroll" tabindex="0">
        <Show when={props.error}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show when={names().length === 0 && !props.error}>
          <p class="empty">
            {props.queues ? 'There is no queue yet. The first job that is added to one makes it.' : 'Loading'}
          </p>
        </Show>
        <ul ref={list} onKeyDown={(event) => moveByArrows(event, list)}>
          <For each={names()}>
            {(name) => (
              <Show when={byName().get(name)}>
                {(queue) => <Row queue={queue()} isChosen={props.chosen === name} />}
              </Show>
            )}
          </For>
        </ul>
      </div>
    </section>
  );
}

function Row(props: { readonly queue: QueueLine; readonly isChosen: boolean }) {
  return (
    <li
      class="finder-row queue-row"
      classList={{ chosen: props.isChosen }}
      data-testid="queue-row"
      data-name={props.queue.name}
    >
      <a
        class="row-button"
        href={routeHash({ view: 'queues', queue: props.queue.name, job: null })}
        aria-current={props.isChosen ? 'true' : undefined}
        data-rove
        tabindex="-1"
      >
        {props.queue.name}
      </a>
      <Show when={props.queue.counts.isPaused}>
        <span class="tag warn">paused</span>
      </Show>
      <span class="queue-counts" data-testid="queue-counts">
        {countsText(props.queue.counts)}
      </span>
    </li>
  );
}
