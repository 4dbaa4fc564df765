import type { Agent, AgentGraph } from '../../proto/generated/messages.ts';
import { agentJobs } from './agent-jobs.ts';
import type { AgentReads, ListedAgent } from './agent-reads.ts';
import type { AgentParent } from './agent-resolver.ts';
import { toJobSummary } from './job-view.ts';
import { readWords } from './memory-view.ts';
import { given, pageSize } from './resolver.ts';
import { toListedRun } from './run-view.ts';

/** What a client may have of one agent in one answer. */
const MAX_FIRST = 100;

/** An agent as `proto/gateway.graphql` shows it; what lies elsewhere is read when a client selects it. */
export function toAgent(agent: ListedAgent, reads: AgentReads): AgentParent {
  const { id, name, description, status, tenantId, createdAt, updatedAt, error, isShortened } = agent;
  return {
    id,
    name,
    description: description ?? null,
    status,
    tenantId,
    createdAt,
    updatedAt,
    config: isShortened ? async () => configOf(await reads.agent(id)) : configOf(agent),
    error: error ?? null,
    async warnings() {
      const whole = isShortened ? await reads.agent(id) : agent;
      return whole === undefined ? [] : [...(await reads.warnings(whole))];
    },
    memory: {
      count: () => reads.countMemories(id),
      async recent({ query, first: asked }) {
        const first = pageSize('first', asked, 10, MAX_FIRST);
        return (await reads.memories({ ...given('query', readWords(query)), agentId: id, first })).memories;
      },
    },
    async jobs({ first }) {
      return (await agentJobs(agent, pageSize('first', first, 20, MAX_FIRST), reads)).map(toJobSummary);
    },
    async runs({ first }) {
      const ids = agent.runs.slice(0, pageSize('first', first, 20, MAX_FIRST));
      const runs = await Promise.all(
        ids.map(async (runId) => {
          const run = await reads.run(runId);
          return run && toListedRun(run, reads.run);
        }),
      );
      return runs.filter((run) => run !== undefined);
    },
  };
}

function configOf(agent: Agent | undefined): { readonly graph: AgentGraph } | null {
  return agent?.graph === undefined ? null : { graph: agent.graph };
}
