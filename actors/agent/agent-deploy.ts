import type { AgentGraph } from '../../proto/generated/messages.ts';
import type { ActorContext } from '../../runtime/actor/definition.ts';
import { AutoWeaveError, TerminalError } from '../../runtime/errors/errors.ts';
import { listPlaces } from './agent-graph.ts';
import { AGENT_ROUTER, AGENTS_QUEUE, DEVICES, PLUGIN, SCHEDULER } from './agent-names.ts';
import { missingPlugins, pluginsOf } from './graph-plugins.ts';

/**
 * Asks each plugin of the graph whether it is loaded, and what it exports.
 *
 * @throws AW_AGENT_PLUGIN_MISSING with the places
 */
export async function checkPlugins(ctx: ActorContext, graph: AgentGraph, order: 'deploy' | 'update'): Promise<void> {
  const names = [...new Set(pluginsOf(graph).map(({ plugin }) => plugin))];
  const answers = await Promise.all(names.map((name) => exportsOf(ctx, name)));
  const functions = new Map<string, readonly string[]>();
  for (const [index, name] of names.entries()) {
    const answer = answers[index];
    if (answer !== undefined) functions.set(name, answer);
  }
  const missing = missingPlugins(graph, functions);
  if (missing.length === 0) return;
  throw new TerminalError('AW_AGENT_PLUGIN_MISSING', `Cannot ${order} agent "${ctx.key}": ${listPlaces(missing)}`);
}

/** What its triggers need. Sent, so that it comes with the new status or not at all, in the order of the orders. */
export function register(ctx: ActorContext, graph: AgentGraph): void {
  const agentId = ctx.key;
  const devices = (graph.triggers ?? []).flatMap((trigger) => {
    if (trigger.type !== 'device') return [];
    const { type: _device, ...rest } = trigger;
    return [rest];
  });
  if (devices.length > 0) ctx.cast(AGENT_ROUTER, DEVICES, 'agent-router.set', { agentId, triggers: devices });
  for (const { key, trigger } of schedulesOf(agentId, graph)) {
    const { type: _schedule, input, ...clock } = trigger;
    ctx.cast(SCHEDULER, key, 'schedule.upsert', {
      ...clock,
      queue: AGENTS_QUEUE,
      type: 'agent.run',
      data: { agentId, trigger: 'schedule', ...(input === undefined ? {} : { input }) },
      // A turn whose job has not begun yet stands for those that come meanwhile.
      overlap: 'skip',
      missed: 'once',
    });
  }
}

/**
 * Takes away what {@link register} has made.
 *
 * @param next what is registered in its place: its schedules replace those before, and what these have counted goes on
 */
export function unregister(ctx: ActorContext, graph: AgentGraph, next: AgentGraph = { nodes: [] }): void {
  if (isByDevice(graph) && !isByDevice(next)) {
    ctx.cast(AGENT_ROUTER, DEVICES, 'agent-router.remove', { agentId: ctx.key });
  }
  const kept = new Set(schedulesOf(ctx.key, next).map(({ key }) => key));
  for (const { key } of schedulesOf(ctx.key, graph)) {
    if (!kept.has(key)) ctx.cast(SCHEDULER, key, 'schedule.remove', {});
  }
}

/** The schedule of an agent that a job of this id would be a turn of; undefined when it can be none. */
export function scheduleOf(agentId: string, jobId: string): string | undefined {
  const id = jobId.slice(0, Math.max(0, jobId.lastIndexOf(':')));
  const prefix = schedulePrefix(agentId);
  return id.startsWith(prefix) && /^\d+$/.test(id.slice(prefix.length)) ? id : undefined;
}

function isByDevice({ triggers = [] }: AgentGraph): boolean {
  return triggers.some(({ type }) => type === 'device');
}

function schedulesOf(agentId: string, { triggers = [] }: AgentGraph) {
  return triggers.flatMap((trigger, index) =>
    trigger.type === 'schedule' ? [{ key: `${schedulePrefix(agentId)}${index}`, trigger }] : [],
  );
}

function schedulePrefix(agentId: string): string {
  return `agent.${agentId}.`;
}

/** Undefined for a plugin that is not loaded. */
async function exportsOf(ctx: ActorContext, plugin: string): Promise<readonly string[] | undefined> {
  let answer: unknown;
  try {
    answer = await ctx.call(PLUGIN, plugin, 'plugin.describe', {});
  } catch (error) {
    if (error instanceof AutoWeaveError && error.code === 'AW_PLUGIN_UNKNOWN') return undefined;
    throw error;
  }
  const { status, functions } = (answer ?? {}) as { readonly status?: unknown; readonly functions?: unknown };
  if (status !== 'LOADED') return undefined;
  return Array.isArray(functions) ? functions.filter((name) => typeof name === 'string') : [];
}
