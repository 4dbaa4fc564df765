import { abortableIterator } from '../abortable-iterator.ts';
import { checkTenant } from '../access.ts';
import { createAgentReads } from '../agent-reads.ts';
import type { AgentParent, AgentSubscriptionResolvers } from '../agent-resolver.ts';
import { toAgent } from '../agent-view.ts';
import { coalesce, type LastTold } from '../coalesce.ts';
import { AGENT_STATUS_CHANGED } from '../event-feeds.ts';
import { type FeedUpdate, isPassing } from '../event-subscription.ts';
import { isAgent } from '../is-agent.ts';
import type { GatewayContext, Updates } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/agent-status.ts';
const SUBSCRIPTION = { subscription: 'agentStatusChanged' };
/** Before a state is asked for again that could not be read. */
const PAUSE_MS = 500;

export const agentSubscriptions = {
  agentStatusChanged({ tenantId }, ctx) {
    checkTenant(ctx, tenantId);
    const updates = ctx.feeds.follow({ tenant: ctx.tenant, types: [AGENT_STATUS_CHANGED] }, { client: ctx.client });
    return abortableIterator((signal) => {
      // Ends the feed's wait, and with it this generator.
      signal.addEventListener('abort', () => void updates.return(undefined), { once: true });
      return showAgents(updates, ctx, signal);
    });
  },
} satisfies AgentSubscriptionResolvers;

async function* showAgents(
  updates: AsyncGenerator<FeedUpdate, void, undefined>,
  ctx: GatewayContext,
  signal: AbortSignal,
): Updates<AgentParent> {
  const { tracer, instruments } = ctx;
  instruments.subscriptionsOpen.add(1, SUBSCRIPTION);
  try {
    // The agent is shown as it is by then: what happened to it meanwhile is told once.
    for await (const { key, value: traceparent } of coalesce(updates, changeOf)) {
      const agent = await readAgent(key, ctx, signal);
      if (agent === undefined) continue;
      const span = tracer.continueSpan('gateway.push', { parent: traceparent, file: FILE });
      if (span.isRecording) span.set({ ...SUBSCRIPTION, type: AGENT_STATUS_CHANGED });
      try {
        yield agent;
        instruments.eventsPushed.add(1, SUBSCRIPTION);
      } finally {
        span.end();
      }
    }
  } finally {
    instruments.subscriptionsOpen.add(-1, SUBSCRIPTION);
  }
}

/** The agent of which something is new, with the trace of it. */
function changeOf(update: FeedUpdate): LastTold<string | undefined> | undefined {
  if (update.kind !== 'event') return undefined;
  return { key: update.event.key, value: update.event.message.traceparent };
}

/** Undefined when it is gone. Waits for a broker that is away, as the feed does. */
async function readAgent(
  id: string,
  { services, limits, clock }: GatewayContext,
  signal: AbortSignal,
): Promise<AgentParent | undefined> {
  while (!signal.aborted) {
    try {
      const state = (await services.getState('agent', id))?.state;
      // Each update may read as much as an operation.
      return isAgent(state) ? toAgent(state, createAgentReads(services, limits.agentReads)) : undefined;
    } catch (error) {
      if (!isPassing(error)) throw error;
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
  return undefined;
}
