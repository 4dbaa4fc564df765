/**
 * The jobs of one queue in one state, as a pure function of the gateway's answers and of the events between them.
 *
 * An answer says everything and is late; an event says little and is early. So an answer replaces the list, and events
 * take out of it what they say has left, and put in what they say enough about: what runs, and what has finished. Where
 * a job that waits or is delayed stands among the others, only the next answer tells.
 */
import type {
  JobDetailState,
  JobEventsSubscription,
  JobQuery,
  JobState,
  JobsQuery,
  QueueQuery,
} from './generated/operations.ts';

export type JobPage = JobsQuery['jobs'];
export type Job = JobPage['jobs'][number];
/** One of which all is known. */
export type FullJob = NonNullable<JobQuery['job']>;
export type Queue = NonNullable<QueueQuery['queue']>;
export type JobUpdate = JobEventsSubscription['jobEvents'];
export type JobEvent = Extract<JobUpdate, { readonly __typename: 'JobEvent' }>;

export interface JobList {
  readonly state: JobState;
  /** By id, in the order in which they are shown. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** What was last told of how far a listed job is. */
  readonly progress: ReadonlyMap<string, unknown>;
  /** True when the queue has more of them than are listed. */
  readonly hasMore: boolean;
}

/** What a job does that is no longer in this state. A finished one is only ever removed: what comes late says nothing. */
const LEAVE: Readonly<Record<JobState, readonly JobEvent['type'][]>> = {
  WAITING: ['ACTIVE', 'COMPLETED', 'FAILED', 'CANCELLED', 'REMOVED'],
  ACTIVE: ['COMPLETED', 'FAILED', 'RETRYING', 'STALLED', 'CANCELLED', 'REMOVED'],
  DELAYED: ['PROMOTED', 'ACTIVE', 'COMPLETED', 'FAILED', 'CANCELLED', 'REMOVED'],
  COMPLETED: ['REMOVED'],
  FAILED: ['REMOVED'],
};

/** Events that say enough of a job to list it. */
const ENTER: Partial<Readonly<Record<JobState, JobEvent['type']>>> = {
  ACTIVE: 'ACTIVE',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
};

/**
 * @param before the list so far, for what an answer does not say
 * @param since events that came after the question was asked: the answer may be older than they are
 * @param most so many are listed
 */
export function takeAnswer(
  before: JobList | undefined,
  answer: { readonly state: JobState; readonly page: JobPage },
  since: readonly JobEvent[],
  most: number,
): JobList {
  const jobs = new Map(answer.page.jobs.map((job) => [job.id, job]));
  const progress = new Map([...(before?.progress ?? [])].filter(([id]) => jobs.has(id)));
  const list = { state: answer.state, jobs, progress, hasMore: answer.page.next !== null };
  return applyJobEvents(list, since, most);
}

/** Applies many at once, copying each collection once; gives the same list when nothing in it changed. */
export function applyJobEvents(list: JobList, events: readonly JobEvent[], most: number): JobList {
  const jobs = new Map(list.jobs);
  const progress = new Map(list.progress);
  const entered = new Map<string, Job>();
  let isChanged = false;
  for (const event of events) {
    if (event.type === ENTER[list.state]) {
      isChanged = true;
      entered.set(event.id, jobOf(event, list.state, jobs.get(event.id) ?? entered.get(event.id)));
      jobs.delete(event.id);
    } else if (LEAVE[list.state].includes(event.type)) {
      isChanged = jobs.delete(event.id) || entered.delete(event.id) || isChanged;
    } else if (event.type === 'PROGRESS' && (jobs.has(event.id) || entered.has(event.id))) {
      isChanged = true;
      progress.set(event.id, event.data);
    }
  }
  if (!isChanged) return list;
  // What finished last stands first; what began last stands last.
  const ordered = list.state === 'ACTIVE' ? [...jobs, ...entered] : [...[...entered].reverse(), ...jobs];
  const shown = new Map(ordered.slice(0, most));
  for (const id of progress.keys()) if (!shown.has(id)) progress.delete(id);
  return { ...list, jobs: shown, progress, hasMore: list.hasMore || ordered.length > most };
}

function jobOf(event: JobEvent, state: JobDetailState & JobState, known: Job | undefined): Job {
  const attempt = event.attempt ?? known?.attemptsMade ?? 1;
  const isFinished = state === 'COMPLETED' || state === 'FAILED';
  return {
    id: event.id,
    type: event.jobType,
    state,
    priority: known?.priority ?? 0,
    attemptsMade: attempt,
    attempts: known?.attempts ?? attempt,
    addedAt: known?.addedAt ?? event.at,
    dueAt: null,
    finishedAt: isFinished ? event.at : null,
    durationMs: event.result?.duration ?? null,
    error: event.result?.error ?? null,
  };
}
