import type { MemoryPage } from '../../proto/generated/graphql.ts';
import type { Agent, AgentRun, AgentStep } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { JobSummary } from '../queue/job.ts';
import { agentWarnings, countJobQueues } from './agent-warnings.ts';
import { everyActor } from './every-actor.ts';
import { findQueue } from './find-queue.ts';
import { isAgent } from './is-agent.ts';
import type { MemoryRequest } from './memory-service.ts';
import { isRun } from './run-view.ts';
import { createSeats } from './seats.ts';
import type { GatewayServices } from './services.ts';

/**
 * What one operation reads around agents: each agent, run, job and page of memories once, a few at a time, and no more
 * than a limit in all. A list of agents with the jobs of each would otherwise be thousands of questions to the broker,
 * and a list with the runs of each more than the broker sends to one client.
 */
export interface AgentReads {
  /** Every agent. Of those that come after many large ones the graph is left out: {@link agent} has it. */
  agents(): Promise<readonly ListedAgent[]>;
  /** Undefined for one that is unknown. @throws AW_TOO_MANY_READS */
  agent(id: string): Promise<Agent | undefined>;
  /** Undefined for a run that has not begun, or is forgotten. @throws AW_TOO_MANY_READS */
  run(id: string): Promise<AgentRun | undefined>;
  /** Undefined for a job that retention has let go of. @throws AW_TOO_MANY_READS */
  job(job: StepJob): Promise<JobSummary | undefined>;
  /** @throws AW_TOO_MANY_READS */
  memories(request: MemoryRequest): Promise<MemoryPage>;
  /** See `agent-warnings.ts`. @throws AW_TOO_MANY_READS */
  warnings(agent: Agent): Promise<readonly string[]>;
  /** Costs little, and is not counted. */
  countMemories(agentId: string): Promise<number>;
}

export type StepJob = NonNullable<AgentStep['job']>;
export type ListedAgent = Agent & { readonly isShortened?: boolean };

/** Questions that are under way at once. */
const AT_ONCE = 8;
/** States that are kept to be shown again. Beyond it they are read again, which is not counted again. */
const KEPT_BYTES = 16 * 1024 * 1024;

export function createAgentReads(services: GatewayServices, limit: number): AgentReads {
  const { queues, memories } = services;
  const known = new Map<string, Promise<unknown>>();
  const counted = new Set<string>();
  const sit = createSeats(AT_ONCE);
  let left = limit;
  let kept = 0;

  const once = <Answer>(of: readonly unknown[], ask: () => Promise<Answer>, cost = 1): Promise<Answer> => {
    const name = JSON.stringify(of);
    const before = known.get(name);
    // The same name is only ever given to the same question.
    if (before !== undefined) return before as Promise<Answer>;
    if (!counted.has(name)) {
      if (left < cost) return Promise.reject(tooManyReads(limit));
      left -= cost;
      counted.add(name);
    }
    const answer = sit(ask);
    known.set(name, answer);
    return answer;
  };

  const readState = <State>(actor: string, id: string, isState: (state: unknown) => state is State) => {
    const of = [actor, id];
    return once(of, async () => {
      const found = await services.getState(actor, id);
      if (found === undefined) return undefined;
      if (kept + found.bytes > KEPT_BYTES) known.delete(JSON.stringify(of));
      else kept += found.bytes;
      return isState(found.state) ? found.state : undefined;
    });
  };

  return {
    agents: () =>
      once(
        ['agents'],
        async () => (await everyActor(services, 'agent', withoutGraph)).map(({ state }) => state).filter(isAgent),
        0,
      ),
    agent: (id) => readState('agent', id, isAgent),
    run: (id) => readState('agent-run', id, isRun),
    job: ({ queue, id }) => once(['job', queue, id], async () => (await findQueue(queues, queue))?.get(id)),
    warnings: ({ id, graph }) =>
      graph === undefined
        ? Promise.resolve([])
        : once(['warnings', id], () => agentWarnings(graph, services), countJobQueues(graph)),
    memories: (request) => once(['memories', request], () => memories.search(request)),
    countMemories: (agentId) => once(['count', agentId], () => memories.count(agentId), 0),
  };
}

function withoutGraph(state: unknown): unknown {
  if (!isAgent(state)) return state;
  const { graph: _, ...rest } = state;
  return { ...rest, isShortened: true } satisfies ListedAgent;
}

function tooManyReads(limit: number): AutoWeaveError {
  return new AutoWeaveError(
    'AW_TOO_MANY_READS',
    `Cannot read more than ${limit} runs, jobs, queues and memories at once`,
    {
      hint: 'ask for fewer agents, or for fewer runs and jobs of each',
    },
  );
}
