import type { AgentRouterSet, Device } from '../../proto/generated/messages.ts';
import { type ActorContext, defineActor } from '../../runtime/actor/definition.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import { AGENT, AGENT_ROUTER, DEVICES } from './agent-names.ts';

/** Which deployed agents are started by which devices. One key, which hears of every device. */

export interface RouterState {
  /** By id of the agent, so that a long way through it can be gone in parts while it changes. */
  agents: AgentRouterSet[];
}

/** Happenings of a device, with what the runs are told of it. */
interface Happening {
  readonly on: 'attached' | 'detached';
  readonly device: Device;
  readonly reason?: string;
}

/**
 * The table, as JSON: it is one state, read and written with each device. Of an entry, a state with all that one
 * message sends may have 3/8; with a broker that takes 1 MB, as they come, that is some 380 KB.
 */
const MAX_TABLE_BYTES = 256 * 1024;
/** Agents that one turn starts: each is sent a message that carries the device. */
const MAX_STARTS = 100;
/** Of these messages together; one at least goes out. */
const MAX_STARTS_BYTES = 64 * 1024;

export const agentRouter = defineActor({
  name: AGENT_ROUTER,
  description: 'Starts agents when devices come and go',
  file: 'actors/agent/agent-router.ts',
  init: (): RouterState => ({ agents: [] }),
  commands: {
    'agent-router.set'(_ctx, state, { data }) {
      const others = state.agents.filter(({ agentId }) => agentId !== data.agentId);
      const agents = [...others, data].sort(byId);
      if (bytesOf(agents) > MAX_TABLE_BYTES) throw full(data.agentId);
      state.agents = agents;
    },
    'agent-router.remove'(_ctx, state, { data }) {
      state.agents = state.agents.filter(({ agentId }) => agentId !== data.agentId);
    },
    'agent-router.go_on'(ctx, state, { data }) {
      start(ctx, state, data, data.after);
    },
  },
  events: {
    'device.attached': {
      key: () => DEVICES,
      handle(ctx, state, { data }) {
        start(ctx, state, { on: 'attached', ...data }, '');
      },
    },
    'device.detached': {
      key: () => DEVICES,
      handle(ctx, state, { data }) {
        start(ctx, state, { on: 'detached', ...data }, '');
      },
    },
  },
});

/** Each agent once, however many of its triggers fit. */
function start(ctx: ActorContext, { agents }: RouterState, happening: Happening, after: string): void {
  const { on, device, reason } = happening;
  const fitting = agents.filter(
    ({ agentId, triggers }) => agentId > after && triggers.some((each) => fits(each, happening)),
  );
  const trigger = { type: 'device', on, device, ...(reason === undefined ? {} : { reason }) };
  const room = Math.max(1, Math.floor(MAX_STARTS_BYTES / bytesOf({ trigger })));
  const now = fitting.slice(0, Math.min(room, MAX_STARTS));
  for (const { agentId } of now) ctx.cast(AGENT, agentId, 'agent.start', { trigger });
  if (fitting.length === now.length) return;
  const last = now.at(-1)!.agentId;
  const rest = { after: last, on, device, ...(reason === undefined ? {} : { reason }) };
  ctx.cast(AGENT_ROUTER, ctx.key, 'agent-router.go_on', rest);
}

function fits(
  { on, vendorId, productId, serial }: AgentRouterSet['triggers'][number],
  { on: happened, device }: Happening,
): boolean {
  return (
    on === happened &&
    (vendorId === undefined || vendorId === device.vendorId) &&
    (productId === undefined || productId === device.productId) &&
    (serial === undefined || serial === device.serial)
  );
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function byId(a: AgentRouterSet, b: AgentRouterSet): number {
  return a.agentId < b.agentId ? -1 : 1;
}

function full(agentId: string): TerminalError {
  return new TerminalError(
    'AW_AGENT_ROUTER_FULL',
    `Cannot have agent "${agentId}" started by devices: the device triggers of all agents would be more than ${MAX_TABLE_BYTES} bytes`,
    { hint: 'stop agents that are not needed, then deploy this one again' },
  );
}
