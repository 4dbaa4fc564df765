import { createSignal, Show } from 'solid-js';
import { createPolled } from '../create-polled.ts';
import { focusChosen } from '../focus-chosen.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { QueuesDocument } from '../generated/operations.ts';
import { routeHash } from '../route.ts';
import { AddJobDialog } from './add-job-dialog.tsx';
import type { Durability } from './durability-badge.tsx';
import { type QueueLine, QueueList } from './queue-list.tsx';
import { QueueWorkbench } from './queue-workbench.tsx';
import '../styles/queues.css';

const REFRESH_MS = 3000;

export interface QueuesViewProps {
  readonly gateway: GatewayClient;
  readonly queue: string | null;
  readonly job: string | null;
  readonly durability: Durability | undefined;
  readonly onTrace: (traceId: string) => void;
}

/** All queues, one of them with its jobs, and one of those in full. */
export function QueuesView(props: QueuesViewProps) {
  const queues = createPolled(async () => (await props.gateway.request(QueuesDocument, {})).queues, REFRESH_MS);
  // Asked for more often than the others: the two places that show its counts say the same.
  const [shown, setShown] = createSignal<QueueLine | null>(null);
  const [isAdding, setAdding] = createSignal(false);

  focusChosen(() => (props.job ? 'job-title' : props.queue ? 'queue-title' : 'main'));

  function openJob(queue: string, job: string): void {
    queues.refresh();
    location.hash = routeHash({ view: 'queues', queue, job });
  }

  return (
    <>
      <QueueList
        queues={queues.value()}
        error={queues.error()}
        chosen={props.queue}
        shown={shown()}
        onAdd={() => setAdding(true)}
      />
      <Show when={props.queue} keyed fallback={<NoQueue />}>
        {(name) => (
          <QueueWorkbench
            gateway={props.gateway}
            name={name}
            job={props.job}
            durability={props.durability}
            onShown={setShown}
            onTrace={props.onTrace}
            onAdded={openJob}
          />
        )}
      </Show>
      <Show when={isAdding()}>
        <AddJobDialog
          gateway={props.gateway}
          queue={null}
          types={[]}
          onClose={() => setAdding(false)}
          onAdded={openJob}
        />
      </Show>
    </>
  );
}

function NoQueue() {
  return (
    <section class="panel queue-panel unchosen" aria-label="No queue is chosen">
      <p class="empty">Choose a queue to see its jobs, to add one, and to pause it.</p>
    </section>
  );
}
