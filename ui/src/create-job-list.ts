import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { JobFeed } from './create-job-feed.ts';
import { createPolled } from './create-polled.ts';
import type { GatewayClient } from './gateway-client.ts';
import type { GatewayError } from './gateway-error.ts';
import { type JobState, JobsDocument } from './generated/operations.ts';
import { applyJobEvents, type JobEvent, type JobList, takeAnswer } from './job-feed.ts';
import { makeRefresher } from './make-refresher.ts';

/** Also without any event: events may not come, and what they leave out has to be seen all the same. */
const REFRESH_MS = 3000;
/** Beyond, the oldest are forgotten: the next answer knows them. */
const SINCE_MAX = 1000;

export interface LiveJobs {
  /** Undefined before the first answer. */
  readonly list: Accessor<JobList | undefined>;
  readonly error: Accessor<GatewayError | null>;
  refresh(): void;
}

/** The jobs of a queue in one state: asked for again and again, and between two answers what events say of them. */
export function createJobList(
  gateway: GatewayClient,
  feed: JobFeed,
  { queue, state }: { readonly queue: string; readonly state: JobState },
  most: Accessor<number>,
): LiveJobs {
  const [list, setList] = createSignal<JobList>();
  let since: readonly JobEvent[] = [];

  const polled = createPolled(async () => {
    since = [];
    const { jobs: page } = await gateway.request(JobsDocument, { queue, state, first: most() });
    setList((before) => takeAnswer(before, { state, page }, since, most()));
    return page;
  }, REFRESH_MS);
  const refresher = makeRefresher(polled.refresh);

  onCleanup(refresher.stop);
  onCleanup(
    feed.onEvents((events) => {
      since = [...since, ...events].slice(-SINCE_MAX);
      setList((before) => before && applyJobEvents(before, events, most()));
      refresher.changed();
    }),
  );
  return { list, error: polled.error, refresh: polled.refresh };
}
