import type { Agent, AgentRun, AgentStep } from '../../proto/generated/messages.ts';

/** Agents and runs as their actors keep them. */

const AT = '2026-01-02T00:00:00.000Z';

export function fakeAgent(id: string, more: Partial<Agent> = {}): Agent {
  return {
    id,
    name: `Agent ${id}`,
    status: 'DEPLOYED',
    tenantId: 'default',
    createdAt: AT,
    updatedAt: AT,
    running: [],
    runs: [],
    memories: 0,
    ...more,
  };
}

export function fakeRun(id: string, agentId: string, more: Partial<AgentRun> = {}): AgentRun {
  return { id, agentId, status: 'DONE', trigger: { type: 'manual' }, startedAt: AT, steps: [], ...more };
}

/** A step that a job does. @param second when it began */
export function fakeStep(queue: string, jobId: string, second: number, more: Partial<AgentStep> = {}): AgentStep {
  const startedAt = new Date(Date.parse(AT) + second * 1_000).toISOString();
  return { node: jobId, type: 'job', status: 'DONE', startedAt, job: { queue, id: jobId }, ...more };
}
