import { createSignal, Show } from 'solid-js';
import type { JobFeed } from '../create-job-feed.ts';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { JobState } from '../generated/operations.ts';
import type { Queue } from '../job-feed.ts';
import { countIn, firstState } from '../job-text.ts';
import { BulkActions } from './bulk-actions.tsx';
import { ErrorNote } from './error-note.tsx';
import { JobList } from './job-list.tsx';
import { QueueActions } from './queue-actions.tsx';
import { StateTabs } from './state-tabs.tsx';

export interface QueueJobsProps {
  readonly gateway: GatewayClient;
  readonly feed: JobFeed;
  readonly queue: Queue;
  /** Id of the job that is shown beside the list. */
  readonly chosen: string | null;
  readonly onChanged: () => void;
  readonly onAdd: () => void;
}

/** What may be done to a queue, and its jobs by state. */
export function QueueJobs(props: QueueJobsProps) {
  const task = createTask();
  const [state, setState] = createSignal<JobState>(firstState(props.queue.counts));
  // Each order changes what is listed: the list asks anew.
  const [turn, setTurn] = createSignal(0);
  const order = (work: () => Promise<string>) =>
    void task.run(work).then(() => {
      setTurn((before) => before + 1);
      props.onChanged();
    });

  return (
    <>
      <div class="queue-head">
        <QueueActions gateway={props.gateway} queue={props.queue} task={task} order={order} onAdd={props.onAdd} />
        <Show when={task.error()}>{(error) => <ErrorNote error={error()} />}</Show>
      </div>
      <StateTabs counts={props.queue.counts} state={state()} onState={setState} />
      <div class="list-bar">
        <p class="hint" role="status" data-testid="queue-done">
          {task.done()}
        </p>
        <BulkActions
          gateway={props.gateway}
          queue={props.queue.name}
          state={state()}
          isAny={countIn(props.queue.counts, state()) > 0}
          isBusy={task.isBusy()}
          order={order}
        />
      </div>
      <Show when={state()} keyed>
        {(shown) => (
          <JobList
            gateway={props.gateway}
            feed={props.feed}
            queue={props.queue.name}
            state={shown}
            chosen={props.chosen}
            turn={turn()}
          />
        )}
      </Show>
    </>
  );
}
