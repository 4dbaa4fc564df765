import { createMemo, onCleanup, Show } from 'solid-js';
import type { JobFeed } from '../create-job-feed.ts';
import { createPolled } from '../create-polled.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { JobDocument } from '../generated/operations.ts';
import type { FullJob } from '../job-feed.ts';
import { partialsText, stateText } from '../job-text.ts';
import { valueText } from '../json-text.ts';
import { makeRefresher } from '../make-refresher.ts';
import { routeHash } from '../route.ts';
import { CopyId } from './copy-id.tsx';
import { DetailPane } from './detail-pane.tsx';
import { CloseIcon } from './icons.tsx';
import { JobActions } from './job-actions.tsx';
import { JobFacts } from './job-facts.tsx';
import { JobFailures } from './job-failures.tsx';

const REFRESH_MS = 3000;

export interface JobDetailProps {
  readonly gateway: GatewayClient;
  readonly feed: JobFeed;
  readonly queue: string;
  readonly id: string;
  readonly onTrace: (traceId: string) => void;
  readonly onChanged: () => void;
}

/** All that is known of a job, as it goes on. */
export function JobDetail(props: JobDetailProps) {
  const answer = createPolled(
    () => props.gateway.request(JobDocument, { queue: props.queue, id: props.id }),
    REFRESH_MS,
  );
  const job = createMemo(() => answer.value()?.job ?? null);
  const refresher = makeRefresher(answer.refresh);
  onCleanup(refresher.stop);
  onCleanup(
    props.feed.onEvents((events) => {
      // None at all: some may have been missed.
      if (events.length === 0 || events.some(({ id }) => id === props.id)) refresher.changed();
    }),
  );

  function refresh(): void {
    answer.refresh();
    props.onChanged();
  }

  return (
    <DetailPane
      name="job"
      class="job-panel"
      id={props.id}
      title={job()?.type ?? 'Job'}
      status={job()?.state}
      answer={answer}
      found={job()}
      noneText="There is no such job, or none any more."
      head={
        <>
          <CopyId id={props.id} />
          <Show when={job()}>
            {(found) => (
              <span class="job-state" data-testid="job-state" data-state={found().state}>
                <span class="dot" aria-hidden="true" />
                {stateText(found().state)}
              </span>
            )}
          </Show>
          <a
            class="button quiet icon-only small"
            href={routeHash({ view: 'queues', queue: props.queue, job: null })}
            aria-label="Close this job"
            data-testid="job-close"
          >
            <CloseIcon />
          </a>
        </>
      }
    >
      {(found) => (
        <>
          <JobActions gateway={props.gateway} queue={props.queue} job={found()} onDone={refresh}>
            <JobFacts job={found()} onTrace={props.onTrace} />
          </JobActions>
          <Result job={found()} />
          <Show when={found().failures.length > 0}>
            <h3>Failed attempts</h3>
            <JobFailures failures={found().failures} />
          </Show>
          <Show when={found().partials.length > 0}>
            <h3>Partial results</h3>
            <pre class="json" tabindex="0" data-testid="job-partials">
              {partialsText(found().partials)}
            </pre>
          </Show>
          <Show when={found().logs.length > 0}>
            <h3>Log</h3>
            <pre class="json" tabindex="0" data-testid="job-logs">
              {found().logs.join('\n')}
            </pre>
          </Show>
          <h3>Options</h3>
          <pre class="json" tabindex="0">
            {valueText(found().options)}
          </pre>
        </>
      )}
    </DetailPane>
  );
}

function Result(props: { readonly job: FullJob }) {
  return (
    // A failed attempt says the same, and more.
    <Show when={props.job.result?.success || props.job.failures.length === 0 ? props.job.result : null}>
      {(result) => (
        <>
          <h3>Result</h3>
          <Show
            when={result().success}
            fallback={<p class="error-note">{result().error ?? 'It failed, and said nothing about it.'}</p>}
          >
            <pre class="json" tabindex="0" data-testid="job-result">
              {valueText(result().data)}
            </pre>
          </Show>
        </>
      )}
    </Show>
  );
}
