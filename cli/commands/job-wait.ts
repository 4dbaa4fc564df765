import type { AddedJob, JobEvent, JobResult } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { CommandContext } from '../command.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { describeJobEvent } from './job-event-text.ts';
import { followJobs } from './job-feed.ts';

/** The states in which nothing more happens to a job by itself. */
const ENDS = ['COMPLETED', 'FAILED', 'CANCELLED', 'REMOVED'] as const;
export type JobEnd = (typeof ENDS)[number];

export interface EndedJob extends AddedJob {
  readonly state: JobEnd;
  /** Null for one that was cancelled or removed. */
  readonly result: JobResult | null;
}

/**
 * Adds a job and resolves once it has ended; what it tells meanwhile are notes.
 *
 * It listens before it adds, so that no end can come too early to be heard. A queue that is made by the adding can only
 * be listened to afterwards: then, and where events were lost, it looks at the job itself.
 *
 * @throws AW_JOB_UNKNOWN when the job has ended unheard and the queue has let go of it
 */
export async function addAndWait(
  ctx: CommandContext,
  client: GatewayClient,
  queue: string,
  add: () => Promise<AddedJob>,
): Promise<EndedJob> {
  let updates = followJobs(ctx, queue, null);
  try {
    const isListening = await begin(updates);
    const added = await add();
    if (!isListening) updates = followJobs(ctx, queue, null);
    // One that was there already may have ended before.
    const early = added.isDuplicate ? await lookAt(client, queue, added.id) : undefined;
    if (early !== undefined) return { ...added, ...early };
    for await (const update of updates) {
      if (update.__typename !== 'JobEvent') {
        const ended = await lookAt(client, queue, added.id);
        if (ended !== undefined) return { ...added, ...ended };
      } else if (update.id === added.id) {
        const { type: state, result } = update;
        if (isEnd(state)) return { ...added, state, result };
        tell(ctx, update);
      }
    }
    throw new Error('The feed of job events goes on for ever');
  } finally {
    await updates.return(undefined as never);
  }
}

/** False when there is no such queue yet. */
async function begin(updates: ReturnType<typeof followJobs>): Promise<boolean> {
  try {
    await updates.next();
    return true;
  } catch (error) {
    if (error instanceof AutoWeaveError && error.code === 'AW_QUEUE_UNKNOWN') return false;
    throw error;
  }
}

async function lookAt(
  client: GatewayClient,
  queue: string,
  id: string,
): Promise<Omit<EndedJob, keyof AddedJob> | undefined> {
  const { job } = await client.query<{ job: { state: string; result: JobResult | null } | null }>(
    `query Ended($queue: String!, $id: ID!) {
      job(queue: $queue, id: $id) { state result { success data error duration timestamp } }
    }`,
    { queue, id },
  );
  if (job === null) {
    throw new AutoWeaveError('AW_JOB_UNKNOWN', `Job "${id}" of queue "${queue}" has ended, and is not kept any more`, {
      hint: `autoweave queue configure ${queue} --keep-completed 1000 keeps more`,
    });
  }
  return isEnd(job.state) ? { state: job.state, result: job.result } : undefined;
}

function tell({ output }: CommandContext, event: JobEvent): void {
  const word = event.type.toLowerCase();
  const detail = describeJobEvent(event);
  output.note(detail === '' ? word : `${word}: ${detail}`);
}

function isEnd(state: string): state is JobEnd {
  return ENDS.some((end) => end === state);
}
