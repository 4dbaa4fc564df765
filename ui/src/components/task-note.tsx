import { Show } from 'solid-js';
import type { Task } from '../create-task.ts';
import { ErrorNote } from './error-note.tsx';

/** How the last order ended. */
export function TaskNote(props: { readonly task: Task }) {
  return (
    <div class="task-note">
      <Show when={props.task.error()}>{(error) => <ErrorNote error={error()} />}</Show>
      <p class="hint" role="status" data-testid="done">
        {props.task.done()}
      </p>
    </div>
  );
}
