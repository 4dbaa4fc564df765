import type { AgentGraph } from '../../proto/generated/messages.ts';
import type { AgentNode } from './graph-order.ts';
import { placeholdersIn } from './template.ts';

/** Which plugins a graph calls: by nodes that say so, and by jobs that are such calls. */

/** A call of a plugin, and where it stands. */
export interface PluginUse {
  readonly pluginAt: string;
  readonly plugin: string;
  readonly functionAt: string;
  /** Undefined where only a run can tell. */
  readonly function: string | undefined;
}

/** What the queue of a plugin is called, before its name. */
const QUEUE_PREFIX = 'plugin-';
const CALL = 'plugin.call';
/** Exports that a message names. */
const MAX_EXPORTS = 20;

export function pluginsOf({ nodes }: AgentGraph): readonly PluginUse[] {
  return nodes.flatMap((node, index) => useOf(node, `/nodes/${index}`) ?? []);
}

/**
 * What keeps a graph from being deployed, each with its place and what to do.
 *
 * @param functions that each plugin exports; a plugin that is not loaded has none
 */
export function missingPlugins(
  graph: AgentGraph,
  functions: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return pluginsOf(graph).flatMap(({ pluginAt, plugin, functionAt, function: name }) => {
    const exported = functions.get(plugin);
    if (exported === undefined) return [`${pluginAt} names "${plugin}", which is not loaded: load it first`];
    if (name === undefined || exported.includes(name)) return [];
    return [`${functionAt} names "${name}", which "${plugin}" does not export: it has ${listExports(exported)}`];
  });
}

function useOf(node: AgentNode, at: string): PluginUse | undefined {
  if (node.type === 'plugin') {
    return { pluginAt: `${at}/plugin`, plugin: node.plugin, functionAt: `${at}/function`, function: node.function };
  }
  if (node.type !== 'job' || node.jobType !== CALL || !node.queue.startsWith(QUEUE_PREFIX)) return undefined;
  const { function: name } = (node.data ?? {}) as { readonly function?: unknown };
  return {
    pluginAt: `${at}/queue`,
    plugin: node.queue.slice(QUEUE_PREFIX.length),
    functionAt: `${at}/data/function`,
    function: typeof name === 'string' && placeholdersIn(name).length === 0 ? name : undefined,
  };
}

function listExports(names: readonly string[]): string {
  if (names.length === 0) return 'no functions';
  const more = names.length - MAX_EXPORTS;
  return `${names.slice(0, MAX_EXPORTS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
