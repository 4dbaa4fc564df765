import { type Accessor, type JSX, Show } from 'solid-js';
import type { GatewayError } from '../gateway-error.ts';
import { ErrorNote } from './error-note.tsx';
import { FeedState, type FeedStateProps } from './feed-state.tsx';
import { RowList } from './row-list.tsx';

export interface ListPaneProps<Line> {
  /** `agents`: begins the ids of its parts. */
  readonly name: string;
  readonly title: string;
  readonly class: string;
  /** What tells of news, where that is not only the clock. */
  readonly feed?: FeedStateProps['feed'];
  /** Undefined until they are known. */
  readonly lines: readonly Line[] | undefined;
  readonly idOf: (line: Line) => string;
  /** Their number, unless told. */
  readonly count?: JSX.Element;
  readonly error: GatewayError | null;
  readonly emptyText: string;
  /** A button at the end of the head. */
  readonly action?: JSX.Element;
  /** Between the head and the rows. */
  readonly filter?: JSX.Element;
  /** After the last row. */
  readonly more?: JSX.Element;
  /** Below the rows, where it always is in sight. */
  readonly foot?: JSX.Element;
  /** The row of a line. */
  readonly children: (line: Accessor<Line>) => JSX.Element;
}

/** The left half of a page: all that there is of one kind, as rows. */
export function ListPane<Line>(props: ListPaneProps<Line>) {
  return (
    <section
      class={`panel ${props.class}`}
      aria-labelledby={`${props.name}-list-title`}
      data-testid={`${props.name}-list`}
    >
      <header class="panel-head">
        <h2 id={`${props.name}-list-title`}>{props.title}</h2>
        <p class="count" role="status">
          <Show when={props.lines}>{(lines) => props.count ?? <strong>{lines().length}</strong>}</Show>
        </p>
        <Show when={props.feed}>{(feed) => <FeedState feed={feed()} />}</Show>
        {props.action}
      </header>
      {props.filter}
      <div class="panel-body scroll" tabindex="0">
        <Show when={props.error}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show when={!props.lines?.length && !props.error}>
          <p class="empty" data-testid={`${props.name}-none`}>
            {props.lines ? props.emptyText : 'Loading'}
          </p>
        </Show>
        <RowList lines={props.lines ?? []} idOf={props.idOf}>
          {props.children}
        </RowList>
        {props.more}
      </div>
      {props.foot}
    </section>
  );
}
