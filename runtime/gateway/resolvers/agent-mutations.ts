import type { CreateAgentInput, UpdateAgentInput } from '../../../proto/generated/graphql.ts';
import { isoTime } from '../../clock/clock.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import type { AgentMutationResolvers, AgentParent } from '../agent-resolver.ts';
import { toAgent } from '../agent-view.ts';
import { callActor } from '../call-actor.ts';
import { isAgent } from '../is-agent.ts';
import { type GatewayContext, given, traced } from '../resolver.ts';
import { toRun } from '../run-view.ts';

const FILE = 'runtime/gateway/resolvers/agent-mutations.ts';

export const agentMutations = {
  createAgent: traced('createAgent', FILE, ({ input }, ctx, traceparent) =>
    changeAgent('agent.create', ctx.random.uuid(), dataOf(input), ctx, traceparent),
  ),
  updateAgent: traced('updateAgent', FILE, ({ id, input }, ctx, traceparent) =>
    changeAgent('agent.update', id, dataOf(input), ctx, traceparent),
  ),
  deployAgent: traced('deployAgent', FILE, ({ id }, ctx, traceparent) =>
    changeAgent('agent.deploy', id, { agentId: id }, ctx, traceparent),
  ),
  stopAgent: traced('stopAgent', FILE, ({ id }, ctx, traceparent) =>
    changeAgent('agent.stop', id, { agentId: id }, ctx, traceparent),
  ),
  deleteAgent: traced('deleteAgent', FILE, async ({ id }, ctx, traceparent) => {
    const call = { actor: 'agent', key: id, type: 'agent.delete', data: {} };
    return (await callActor(call, ctx, traceparent)) === true;
  }),
  runAgent: traced('runAgent', FILE, async ({ id, input }, ctx, traceparent) => {
    const trigger = { type: 'manual' as const, ...given('input', input) };
    const call = { actor: 'agent', key: id, type: 'agent.start', data: { trigger } };
    const runId = await callActor(call, ctx, traceparent);
    if (typeof runId !== 'string') throw new TypeError('"agent" has not answered with the id of a run');
    // The agent has sent for it, and it begins by itself: it may not have yet.
    const run = await ctx.reads.run(runId);
    return toRun(
      run ?? { id: runId, agentId: id, status: 'RUNNING', trigger, startedAt: isoTime(ctx.clock), steps: [] },
    );
  }),
} satisfies AgentMutationResolvers;

function dataOf({ name, description, config }: CreateAgentInput | UpdateAgentInput) {
  return { name, ...given('description', description), ...given('config', config) };
}

/** The agent as it is then. */
async function changeAgent(
  type: string,
  id: string,
  data: unknown,
  ctx: GatewayContext,
  traceparent: string,
): Promise<AgentParent> {
  const reply = await callActor({ actor: 'agent', key: id, type, data }, ctx, traceparent);
  const agent = isAgent(reply) ? reply : (await ctx.services.getState('agent', id))?.state;
  if (isAgent(agent)) return toAgent(agent, ctx.reads);
  throw new AutoWeaveError('AW_AGENT_UNKNOWN', `Agent "${id.slice(0, 200)}" is unknown`, {
    hint: 'somebody has deleted it meanwhile',
  });
}
