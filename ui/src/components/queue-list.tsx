import { createMemo, Show } from 'solid-js';
import type { GatewayError } from '../gateway-error.ts';
import type { QueuesQuery } from '../generated/operations.ts';
import { countsText, countText } from '../job-text.ts';
import { routeHash } from '../route.ts';
import { ListPane } from './list-pane.tsx';

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
  const queues = createMemo(() => {
    const { shown } = props;
    const others = props.queues?.filter(({ name }) => name !== shown?.name);
    const all = shown === null ? others : [...(others ?? []), shown];
    return all?.sort((one, other) => (one.name < other.name ? -1 : 1));
  });

  return (
    <ListPane
      name="queues"
      title="Queues"
      class="queue-list"
      lines={queues()}
      idOf={({ name }) => name}
      count={<strong>{countText(queues()?.length ?? 0)}</strong>}
      error={props.error}
      emptyText="There is no queue yet. The first job that is added to one makes it."
      action={
        <button type="button" class="button small finder-import" onClick={props.onAdd} data-testid="add-anywhere">
          Add a job
        </button>
      }
    >
      {(queue) => <Row queue={queue()} isChosen={props.chosen === queue().name} />}
    </ListPane>
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
