import { checkTenant } from '../access.ts';
import type { AgentQueryResolvers } from '../agent-resolver.ts';
import { toAgent } from '../agent-view.ts';
import { toRun } from '../run-view.ts';

export const agentQueries = {
  async agents({ tenantId }, ctx) {
    checkTenant(ctx, tenantId);
    const agents = await ctx.reads.agents();
    // Names need not differ; the older one comes first then.
    return agents
      .toSorted(
        (left, right) => left.name.localeCompare(right.name, 'en') || (left.createdAt < right.createdAt ? -1 : 1),
      )
      .map((agent) => toAgent(agent, ctx.reads));
  },
  async agent({ id }, { reads }) {
    const agent = await reads.agent(id);
    return agent === undefined ? null : toAgent(agent, reads);
  },
  async agentRun({ id }, { reads }) {
    const run = await reads.run(id);
    return run === undefined ? null : toRun(run);
  },
} satisfies AgentQueryResolvers;
