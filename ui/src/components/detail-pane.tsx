import { type Accessor, type JSX, Show } from 'solid-js';
import type { Polled } from '../create-polled.ts';
import { ErrorNote } from './error-note.tsx';

export interface DetailPaneProps<Found> {
  /** `agent`: begins the ids of its parts. */
  readonly name: string;
  readonly class: string;
  /** Of the one that is shown, found or not. */
  readonly id: string;
  readonly title: string;
  readonly status: string | undefined;
  readonly answer: Polled<unknown>;
  /** Null while it is not known, and when there is none. */
  readonly found: Found | null;
  readonly noneText: string;
  /** Beside the title: what else names it, how it is, and how to close it. */
  readonly head: JSX.Element;
  readonly children: (found: Accessor<NonNullable<Found>>) => JSX.Element;
}

/** The right half of a page: one in full, or why it is not there. */
export function DetailPane<Found>(props: DetailPaneProps<Found>) {
  return (
    <section
      class={`panel ${props.class}`}
      aria-labelledby={`${props.name}-title`}
      data-testid={`${props.name}-detail`}
      data-id={props.id}
      data-status={props.status}
    >
      <header class="panel-head">
        {/* It takes the focus when one is chosen. */}
        <h2 id={`${props.name}-title`} tabindex="-1">
          {props.title}
        </h2>
        {props.head}
      </header>
      <div class="panel-body scroll detail-body" tabindex="0">
        <Show when={props.answer.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show
          when={props.found}
          fallback={
            <p
              class="hint"
              classList={{ loading: !props.answer.value() && !props.answer.error() }}
              data-testid={`${props.name}-none`}
            >
              {props.answer.value() ? props.noneText : props.answer.error() ? '' : 'Loading'}
            </p>
          }
        >
          {(found) => props.children(found)}
        </Show>
      </div>
    </section>
  );
}

/** What one says of itself, and what went wrong with it. */
export function Lead(props: {
  readonly description: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** What the error is about. */
  readonly about?: string;
  /** What has changed since. */
  readonly since?: string | undefined;
  readonly testId: string;
}) {
  return (
    <>
      <Show when={props.description}>{(text) => <p class="lead">{text()}</p>}</Show>
      <Show when={props.error}>
        {(error) => (
          <p class="error-note" data-testid={props.testId} data-code={error().code}>
            <span>
              {props.about}
              {error().message}
            </span>
            <code>{error().code}</code>
            <Show when={props.since}>
              <span>{props.since}</span>
            </Show>
          </p>
        )}
      </Show>
    </>
  );
}
