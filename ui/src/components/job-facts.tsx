import { Show } from 'solid-js';
import { now } from '../create-now.ts';
import type { FullJob } from '../job-feed.ts';
import { attemptText, dueText, tookText } from '../job-text.ts';
import { valueText } from '../json-text.ts';
import { agoText, instantText } from '../time-text.ts';

export interface JobFactsProps {
  readonly job: FullJob;
  readonly onTrace: (traceId: string) => void;
}

/** When, how often, how far. */
export function JobFacts(props: JobFactsProps) {
  return (
    <dl class="facts">
      <dt>Attempts</dt>
      <dd data-testid="job-attempts">
        {props.job.attemptsMade === 0 ? `none yet, at most ${props.job.attempts}` : attemptText(props.job)}
        {props.job.stalledCount > 0 ? `, taken from a silent worker ${timesText(props.job.stalledCount)}` : ''}
      </dd>
      <dt>Priority</dt>
      <dd>{props.job.priority === 0 ? '0, first' : props.job.priority}</dd>
      <dt>Added</dt>
      <dd>
        <Instant iso={props.job.addedAt} />
      </dd>
      <Show when={props.job.state === 'DELAYED' && props.job.dueAt}>
        {(dueAt) => (
          <>
            <dt>Due</dt>
            <dd title={instantText(dueAt())}>{dueText(now(), Date.parse(dueAt()))}</dd>
          </>
        )}
      </Show>
      <Show when={props.job.finishedAt}>
        {(finishedAt) => (
          <>
            <dt>Finished</dt>
            <dd>
              <Instant iso={finishedAt()} />
            </dd>
          </>
        )}
      </Show>
      <Show when={props.job.durationMs !== null}>
        <dt>Took</dt>
        <dd>{tookText(props.job.durationMs ?? 0)}</dd>
      </Show>
      <dt>Trace</dt>
      <dd>
        <Show when={props.job.traceId} fallback="none: it was not sampled">
          {(traceId) => (
            <button type="button" class="link" onClick={() => props.onTrace(traceId())} data-testid="job-trace">
              Steps of this job
            </button>
          )}
        </Show>
      </dd>
      <Show when={props.job.progress !== null}>
        <dt>Progress</dt>
        <dd data-testid="job-progress">
          <Progress value={props.job.progress} />
        </dd>
      </Show>
    </dl>
  );
}

function Progress(props: { readonly value: unknown }) {
  const share = () => (typeof props.value === 'number' && props.value >= 0 && props.value <= 100 ? props.value : null);
  return (
    <Show when={share() !== null} fallback={<code>{valueText(props.value)}</code>}>
      <progress max={100} value={share() ?? 0} aria-label="Progress" /> {Math.round(share() ?? 0)} %
    </Show>
  );
}

function Instant(props: { readonly iso: string }) {
  return (
    <time datetime={props.iso} title={instantText(props.iso)}>
      {agoText(now(), Date.parse(props.iso))}
    </time>
  );
}

function timesText(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}
