import type { AgentCheckStep, AgentStep, JobEnded } from '../../proto/generated/messages.ts';
import type { ActorContext } from '../../runtime/actor/definition.ts';
import { type Failure, toFailure } from '../../runtime/errors/errors.ts';
import type { JobDetail } from '../../runtime/queue/job.ts';
import { AGENTS_QUEUE, MEMORY_QUEUE } from './agent-names.ts';
import { fitMemories } from './found-memories.ts';
import { checkSize, MAX_BYTES, shortened } from './value-size.ts';

/**
 * What became of a job that a step has waited for for long. Its end is told with its outcome, once, and then it may get
 * lost: its queue was removed, say. An actor can't look into queues, so a job does.
 */

/** Somewhat less than the time after which an agent first looks after a run. */
const PATIENCE_MS = 45_000;
/** Somewhat less than the longest time between two looks. */
const MAX_PAUSE_MS = 9 * 60_000;
/** A job may be on its way from one place to another: only what nobody knows at each look is lost. */
export const LOOKS = 3;

export interface StepWaits {
  readonly steps: readonly AgentStep[];
  /** Milliseconds since 1970: the step at work is not looked after before. */
  nextCheck: number;
}

/** Has the job of the last step looked for, if it has waited for long enough; each time it waits twice as long. */
export function checkStep(ctx: ActorContext, state: StepWaits): void {
  const step = state.steps.length - 1;
  const { startedAt, job } = state.steps[step]!;
  const now = ctx.now();
  const waitedMs = now - Date.parse(startedAt);
  if (job === undefined || waitedMs < PATIENCE_MS || now < state.nextCheck) return;
  state.nextCheck = now + Math.min(waitedMs, MAX_PAUSE_MS);
  const data: AgentCheckStep = { runId: ctx.key, step, queue: job.queue, jobId: job.id };
  ctx.enqueue(AGENTS_QUEUE, 'agent.check_step', data, { attempts: LOOKS });
}

/**
 * What the run is to be told; undefined while the job waits or runs. Where its true end is still on its way, that comes
 * first, and this finds its step settled.
 *
 * @param found undefined when nothing is known of the job
 */
export function endOf({ step, queue, jobId }: AgentCheckStep, found: JobDetail | undefined): JobEnded | undefined {
  const ended = { queue, jobId, ref: String(step) };
  if (found === undefined) {
    return { ...ended, outcome: 'removed', error: { code: 'AW_AGENT_STEP_LOST', message: LOST } };
  }
  switch (found.state) {
    case 'waiting':
    case 'active':
    case 'delayed':
      return undefined;
    case 'completed':
      return { ...ended, ...resultOf(queue, found.result?.data) };
    default:
      return { ...ended, outcome: found.state, ...errorOf(found) };
  }
}

const LOST = 'Its job is not in its queue, nor among those that have ended: it was lost, or its end was';

/** As far as a message holds it. */
function resultOf(queue: string, data: unknown): Pick<JobEnded, 'outcome' | 'result' | 'error'> {
  const result = queue === MEMORY_QUEUE ? fitMemories(data) : data;
  try {
    checkSize('the output', result, MAX_BYTES.output);
  } catch (error) {
    return { outcome: 'failed', error: toFailure(error) };
  }
  return { outcome: 'completed', ...(result === undefined ? {} : { result }) };
}

function errorOf({ failures }: JobDetail): { readonly error?: Failure } {
  const last = failures.at(-1);
  return last === undefined ? {} : { error: shortened(last) };
}
