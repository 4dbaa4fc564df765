import { type Accessor, createEffect, createMemo, For, type JSX, on, Show } from 'solid-js';
import { keepOneTabStop, moveByArrows } from '../roving-focus.ts';

export interface RowListProps<Line> {
  readonly lines: readonly Line[];
  readonly idOf: (line: Line) => string;
  readonly class?: string;
  /** The row of a line. */
  readonly children: (line: Accessor<Line>) => JSX.Element;
}

/** Rows that are told apart by their ids, so that an answer without news draws nothing; one stop for Tab. */
export function RowList<Line>(props: RowListProps<Line>) {
  let list!: HTMLUListElement;
  const byId = createMemo(() => new Map(props.lines.map((line) => [props.idOf(line), line])));
  const ids = createMemo(() => [...byId().keys()]);
  createEffect(on(ids, () => keepOneTabStop(list)));
  return (
    <ul ref={list} class={props.class} onKeyDown={(event) => moveByArrows(event, list)}>
      <For each={ids()}>{(id) => <Show when={byId().get(id)}>{(line) => props.children(line)}</Show>}</For>
    </ul>
  );
}
