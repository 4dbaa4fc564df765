import { createEffect, createMemo, createSignal, onCleanup, Show } from 'solid-js';
import { createJobFeed, type JobFeed } from '../create-job-feed.ts';
import { createPolled } from '../create-polled.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { QueueDocument } from '../generated/operations.ts';
import { workersText } from '../job-text.ts';
import { makeRefresher } from '../make-refresher.ts';
import { AddJobDialog } from './add-job-dialog.tsx';
import type { Durability } from './durability-badge.tsx';
import { ErrorNote } from './error-note.tsx';
import { FeedState } from './feed-state.tsx';
import { JobAnnouncer } from './job-announcer.tsx';
import { JobDetail } from './job-detail.tsx';
import { QueueFacts } from './queue-facts.tsx';
import { QueueJobs } from './queue-jobs.tsx';
import type { QueueLine } from './queue-list.tsx';

const REFRESH_MS = 3000;

export interface QueueWorkbenchProps {
  readonly gateway: GatewayClient;
  readonly name: string;
  readonly job: string | null;
  readonly durability: Durability | undefined;
  /** Hears of each answer, so that others show the same counts; null at the end. */
  readonly onShown: (queue: QueueLine | null) => void;
  readonly onTrace: (traceId: string) => void;
  readonly onAdded: (queue: string, job: string) => void;
}

/** One queue: its jobs in one state, and beside them one job, or the queue's settings. */
export function QueueWorkbench(props: QueueWorkbenchProps) {
  const answer = createPolled(() => props.gateway.request(QueueDocument, { name: props.name }), REFRESH_MS);
  const queue = createMemo(() => answer.value()?.queue ?? null);
  const [isAdding, setAdding] = createSignal(false);
  const feed = createFeed();
  const open = createMemo(() => {
    const [opened, found] = [feed(), queue()];
    return opened && found ? { feed: opened, queue: found } : null;
  });
  createEffect(() => props.onShown(queue()));
  onCleanup(() => props.onShown(null));

  /** While there is such a queue: one that there is not has no events, and may be made at any time. */
  function createFeed(): () => JobFeed | null {
    const isKnown = createMemo(() => queue() !== null);
    return createMemo(() => {
      if (!isKnown()) return null;
      const created = createJobFeed(props.gateway, props.name);
      const refresher = makeRefresher(answer.refresh);
      onCleanup(created.onEvents(refresher.changed));
      onCleanup(refresher.stop);
      return created;
    });
  }

  return (
    <>
      <section class="panel queue-panel" aria-labelledby="queue-title" data-testid="queue-panel" data-name={props.name}>
        <header class="panel-head">
          {/* It takes the focus when a queue is chosen. */}
          <h2 id="queue-title" tabindex="-1">
            {props.name}
          </h2>
          <Show when={queue()?.counts.isPaused}>
            <span class="tag warn" data-testid="queue-paused">
              paused
            </span>
          </Show>
          <Show when={queue()}>
            {(found) => (
              <span class="tag" classList={{ warn: found().counts.workers === 0 }} data-testid="queue-workers">
                {workersText(found().counts)}
              </span>
            )}
          </Show>
          <Show when={feed()}>{(opened) => <FeedState feed={opened()} />}</Show>
        </header>
        <Show when={answer.error()}>{(error) => <ErrorNote error={error()} />}</Show>
        <Show
          when={open()}
          fallback={<NotThere isKnown={answer.value() !== undefined} onAdd={() => setAdding(true)} />}
        >
          {(opened) => (
            <QueueJobs
              gateway={props.gateway}
              feed={opened().feed}
              queue={opened().queue}
              chosen={props.job}
              onChanged={answer.refresh}
              onAdd={() => setAdding(true)}
            />
          )}
        </Show>
      </section>
      <Show when={open()} fallback={<section class="panel job-panel" aria-hidden="true" />}>
        {(opened) => (
          <>
            <Show when={props.job} keyed fallback={<QueueFacts queue={opened().queue} durability={props.durability} />}>
              {(id) => (
                <JobDetail
                  gateway={props.gateway}
                  feed={opened().feed}
                  queue={props.name}
                  id={id}
                  onTrace={props.onTrace}
                  onChanged={answer.refresh}
                />
              )}
            </Show>
            <JobAnnouncer feed={opened().feed} />
          </>
        )}
      </Show>
      <Show when={isAdding()}>
        <AddJobDialog
          gateway={props.gateway}
          queue={props.name}
          types={queue()?.settings.types ?? []}
          onClose={() => setAdding(false)}
          onAdded={(name, job) => {
            answer.refresh();
            props.onAdded(name, job);
          }}
        />
      </Show>
    </>
  );
}

function NotThere(props: { readonly isKnown: boolean; readonly onAdd: () => void }) {
  return (
    <div class="empty">
      <Show when={props.isKnown} fallback={<p class="loading">Loading</p>}>
        <p>There is no queue of this name. The first job that is added to it makes it.</p>
        <p class="form-buttons">
          <button type="button" class="button" onClick={props.onAdd}>
            Add a job
          </button>
        </p>
      </Show>
    </div>
  );
}
