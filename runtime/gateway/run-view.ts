import type { AgentRun, AgentStep } from '../../proto/generated/graphql.ts';
import type * as messages from '../../proto/generated/messages.ts';
import { traceIdOf } from './trace-id.ts';

/** Runs of agents as `proto/gateway.graphql` shows them. */

export function toRun(run: messages.AgentRun): AgentRun {
  const { id, agentId, status, trigger, startedAt, endedAt, steps, error, traceparent } = run;
  return {
    id,
    agentId,
    status,
    trigger,
    startedAt,
    endedAt: endedAt ?? null,
    steps: steps.map(toStep),
    error: error ?? null,
    traceId: traceIdOf(traceparent),
  };
}

/** A run of which what may be large is read when a client selects it. */
export type RunParent = Omit<AgentRun, 'trigger' | 'steps'> & {
  readonly trigger: () => Promise<AgentRun['trigger']>;
  readonly steps: () => Promise<AgentRun['steps']>;
};

/**
 * One of many: all at once they would take more memory than there is.
 *
 * @param read gives the run again, unless it was forgotten meanwhile
 */
export function toListedRun(
  { trigger: { type }, ...run }: messages.AgentRun,
  read: (id: string) => Promise<messages.AgentRun | undefined>,
): RunParent {
  return {
    ...toRun({ ...run, trigger: { type }, steps: [] }),
    trigger: async () => (await read(run.id))?.trigger ?? { type },
    steps: async () => ((await read(run.id))?.steps ?? []).map(toStep),
  };
}

const STATUSES = new Set<unknown>(['RUNNING', 'DONE', 'FAILED', 'STOPPED'] satisfies messages.AgentRun['status'][]);

/** True for the state of a run that has begun. It was written by its actor, perhaps by another version. */
export function isRun(state: unknown): state is messages.AgentRun {
  if (typeof state !== 'object' || state === null) return false;
  const { id, agentId, status, startedAt, steps } = state as Partial<Record<string, unknown>>;
  const isNamed = typeof id === 'string' && typeof agentId === 'string' && typeof startedAt === 'string';
  return isNamed && STATUSES.has(status) && Array.isArray(steps);
}

function toStep({ node, type, status, startedAt, endedAt, output, error, job, next }: messages.AgentStep): AgentStep {
  return {
    node,
    type,
    status,
    startedAt,
    endedAt: endedAt ?? null,
    output: output ?? null,
    error: error ?? null,
    job: job ?? null,
    next: next ?? null,
  };
}
