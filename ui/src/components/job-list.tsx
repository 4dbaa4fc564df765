import { createEffect, createSignal, on, Show } from 'solid-js';
import type { JobFeed } from '../create-job-feed.ts';
import { createJobList } from '../create-job-list.ts';
import { now } from '../create-now.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { JobState } from '../generated/operations.ts';
import type { Job } from '../job-feed.ts';
import { jobText, stateText } from '../job-text.ts';
import { routeHash } from '../route.ts';
import { shortId } from '../short-id.ts';
import { ageText, instantText } from '../time-text.ts';
import { ErrorNote } from './error-note.tsx';
import { RowList } from './row-list.tsx';
import { JOBS_PANEL_ID, tabId } from './state-tabs.tsx';

/** So many are listed at first, and so many more each time a person asks for it. */
const PAGE = 50;
/** More than a person reads; beyond it the list costs more than it tells. */
const MOST = 200;

const EMPTY_TEXT: Readonly<Record<JobState, string>> = {
  WAITING: 'No job waits.',
  ACTIVE: 'No job runs.',
  DELAYED: 'No job is delayed, and none waits to be tried again.',
  COMPLETED: 'No completed job is kept.',
  FAILED: 'No failed job is kept.',
};

export interface JobListProps {
  readonly gateway: GatewayClient;
  readonly feed: JobFeed;
  readonly queue: string;
  readonly state: JobState;
  readonly chosen: string | null;
  /** Asks anew whenever it changes. */
  readonly turn: number;
}

export function JobList(props: JobListProps) {
  const [most, setMost] = createSignal(PAGE);
  const { queue, state } = props;
  const live = createJobList(props.gateway, props.feed, { queue, state }, most);
  const jobs = () => [...(live.list()?.jobs.values() ?? [])];
  createEffect(on([() => props.turn, most], live.refresh, { defer: true }));

  return (
    <div
      id={JOBS_PANEL_ID}
      class="panel-body scroll job-list"
      role="tabpanel"
      aria-labelledby={tabId(props.state)}
      tabindex="0"
      data-testid="job-list"
      data-state={props.state}
    >
      <Show when={live.error()}>{(error) => <ErrorNote error={error()} />}</Show>
      <Show when={jobs().length === 0 && !live.error()}>
        <p class="empty">{live.list() ? EMPTY_TEXT[props.state] : 'Loading'}</p>
      </Show>
      <RowList lines={jobs()} idOf={({ id }) => id}>
        {(job) => (
          <Row
            job={job()}
            progress={live.list()?.progress.get(job().id)}
            queue={props.queue}
            isChosen={props.chosen === job().id}
          />
        )}
      </RowList>
      <Show when={live.list()?.hasMore}>
        <p class="hint more">
          <Show
            when={most() < MOST}
            fallback={`The ${MOST} that come first are listed; the queue has more ${stateText(props.state)} ones.`}
          >
            <button type="button" class="button small" onClick={() => setMost((before) => before + PAGE)}>
              Show {PAGE} more
            </button>
          </Show>
        </p>
      </Show>
    </div>
  );
}

function Row(props: {
  readonly job: Job;
  readonly progress: unknown;
  readonly queue: string;
  readonly isChosen: boolean;
}) {
  return (
    <li class="finder-row job-row" classList={{ chosen: props.isChosen }} data-testid="job-row" data-id={props.job.id}>
      <a
        class="row-button"
        href={routeHash({ view: 'queues', queue: props.queue, job: props.job.id })}
        aria-current={props.isChosen ? 'true' : undefined}
        title={props.job.id}
        data-rove
        tabindex="-1"
      >
        {props.job.type} <span class="actor-key mono">{shortId(props.job.id)}</span>
      </a>
      <Show when={props.job.finishedAt}>
        {(finishedAt) => (
          <time class="actor-age" datetime={finishedAt()} title={`Finished ${instantText(finishedAt())}`}>
            {ageText(now(), Date.parse(finishedAt()))}
          </time>
        )}
      </Show>
      <span class="job-text">{jobText(props.job, props.progress, now())}</span>
      <Show when={props.job.error}>
        {(error) => (
          <span class="job-error" title={error()}>
            {error()}
          </span>
        )}
      </Show>
    </li>
  );
}
