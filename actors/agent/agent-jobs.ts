import { createHash } from 'node:crypto';
import { AutoWeaveError, RetryableError, TerminalError } from '../../runtime/errors/errors.ts';
import type { Job, JobDetail } from '../../runtime/queue/job.ts';
import type { JobContext } from '../../runtime/queue/queue-api.ts';
import { defineWorker, type WorkerDefinition } from '../../runtime/queue/worker-definition.ts';
import { scheduleOf } from './agent-deploy.ts';
import { AGENT, AGENT_RUN, AGENTS_QUEUE } from './agent-names.ts';
import { endOf, LOOKS } from './step-check.ts';

/** Orders about agents, as jobs. A job that runs twice has its effect once: its id is what it makes. */

export interface AgentJobsParts {
  /** Sends a command and waits for the answer. */
  readonly call: (actor: string, key: string, type: string, data: unknown, options: CallOptions) => Promise<unknown>;
  /** Undefined when nothing is known of it (any more), or there is no such queue. */
  readonly jobOf: (queue: string, id: string) => Promise<JobDetail | undefined>;
  /** The jobs that a schedule has added last, by their ids; none when there is no such schedule. */
  readonly turnsOf: (schedule: string) => Promise<readonly string[]>;
}

interface CallOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly traceparent?: string;
}

/** A deployment asks plugins, up to half a minute. */
const CALL_MS = 45_000;
/** Runs end at any time; a job that finds too many at work comes again. */
const BUSY_MS = 5_000;
/** A job that is on its way from one place to another has come there by then. */
const LOOK_MS = 15_000;
const RUN_DIGITS = 16;

export function createAgentWorker({ call, jobOf, turnsOf }: AgentJobsParts): WorkerDefinition {
  const ask = (ctx: JobContext, agentId: string, type: string, data: unknown): Promise<unknown> =>
    call(AGENT, agentId, type, data, {
      timeoutMs: CALL_MS,
      signal: ctx.signal,
      ...(ctx.traceparent === undefined ? {} : { traceparent: ctx.traceparent }),
    });

  /** Whoever may add a job could say that the clock did: a turn is what the schedule itself has added. */
  const checkTurn = async (job: Job, agentId: string): Promise<void> => {
    const schedule = scheduleOf(agentId, job.id);
    if (schedule !== undefined && (await turnsOf(schedule)).includes(job.id)) return;
    throw new TerminalError(
      'AW_AGENT_TRIGGER_MISSING',
      `Cannot run agent "${agentId}": job "${job.id}" is no turn of its schedules; leave "trigger" out`,
    );
  };

  return defineWorker({
    queue: AGENTS_QUEUE,
    jobs: {
      'agent.create': (job, ctx) => ask(ctx, job.id, 'agent.create', job.data),
      'agent.deploy': (job, ctx) => ask(ctx, job.data.agentId, 'agent.deploy', job.data),
      'agent.stop': (job, ctx) => ask(ctx, job.data.agentId, 'agent.stop', job.data),
      async 'agent.run'(job, ctx) {
        const { agentId, input, trigger: type = 'job' } = job.data;
        if (type === 'schedule') await checkTurn(job, agentId);
        const trigger = { type, ...(input === undefined ? {} : { input }) };
        try {
          return { runId: await ask(ctx, agentId, 'agent.start', { trigger, run: runOf(job.id) }) };
        } catch (error) {
          if (!(error instanceof AutoWeaveError) || error.code !== 'AW_AGENT_BUSY') throw error;
          throw new RetryableError(error.code, error.message, { retryAfterMs: BUSY_MS, cause: error });
        }
      },
      async 'agent.check_step'({ data, attempt }, ctx) {
        const found = await jobOf(data.queue, data.jobId);
        if (found === undefined && attempt < LOOKS) {
          const message = `Cannot find job "${data.jobId}" of queue "${data.queue}" yet`;
          throw new RetryableError('AW_AGENT_STEP_LOST', message, { retryAfterMs: LOOK_MS });
        }
        const ended = endOf(data, found);
        if (ended !== undefined) ctx.cast(AGENT_RUN, data.runId, 'job.ended', ended);
        return { found: found?.state ?? null };
      },
    },
  });
}

/** Any job id as the end of the id of a run. */
function runOf(jobId: string): string {
  return createHash('sha256').update(jobId).digest('hex').slice(0, RUN_DIGITS);
}
