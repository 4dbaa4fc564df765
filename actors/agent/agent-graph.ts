import { type AgentGraph, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { type Contracts, createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { AutoWeaveError, TerminalError } from '../../runtime/errors/errors.ts';
import { findCycle, firstOf, namedBy, reachedFrom } from './graph-order.ts';
import { faultsInPaths } from './graph-paths.ts';
import { faultsInTriggers } from './graph-triggers.ts';
import { checkSize, MAX_BYTES } from './value-size.ts';

/** What paths begin with beside the ids of nodes. */
const RESERVED: readonly string[] = ['trigger', 'run'];
const NODE_TYPES = ['plugin', 'job', 'condition', 'remember', 'search'];
const TRIGGER_TYPES = ['device', 'job', 'schedule'];
const MAX_SHOWN = 5;
const TYPE = 'agent.graph';
let contracts: Contracts | undefined;

/**
 * The graph in the configuration of an agent, once nothing is wrong with it that can be seen without running it.
 *
 * @throws AW_AGENT_GRAPH_INVALID with the places that are wrong, as JSON pointers into the graph
 */
export function checkGraph(config: unknown): AgentGraph {
  const graph = readGraph(config);
  const faults = [...faultsInIds(graph), ...faultsInOrder(graph), ...faultsInTriggers(graph)];
  // With a node that is there twice, or a cycle, there is no before and after.
  if (faults.length === 0) faults.push(...faultsInConditions(graph), ...faultsInPaths(graph));
  if (faults.length > 0) throw invalid(faults);
  return graph;
}

/** The first of many, and how many there are beside. */
export function listPlaces(places: readonly string[]): string {
  const more = places.length - MAX_SHOWN;
  return `${places.slice(0, MAX_SHOWN).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** As its schema says, and no larger than it may be. */
function readGraph(config: unknown): AgentGraph {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw invalid(['config is no object']);
  const { graph, ...others } = config as { readonly graph?: unknown };
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid([`config has "${other.slice(0, 100)}", and may have only "graph"`]);
  if (graph === undefined) throw invalid(['config has no "graph"']);
  try {
    checkSize('it', graph, MAX_BYTES.graph);
    const faults = [...faultsInTypes(graph, 'nodes', NODE_TYPES), ...faultsInTypes(graph, 'triggers', TRIGGER_TYPES)];
    if (faults.length > 0) throw invalid(faults);
    contracts ??= createContracts(
      { [TYPE]: { $ref: '../schemas/agent-graph.schema.json' } },
      SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
    );
    contracts.validate(TYPE, graph);
  } catch (error) {
    if (!(error instanceof AutoWeaveError) || error.code === 'AW_AGENT_GRAPH_INVALID') throw error;
    throw invalid([error.message.slice(error.message.indexOf(': ') + 2)], error);
  }
  return graph as AgentGraph;
}

/** Before the schema is asked, which can't say which types there are. */
function faultsInTypes(graph: unknown, field: 'nodes' | 'triggers', types: readonly string[]): readonly string[] {
  const list = (graph as Readonly<Record<string, unknown>> | null)?.[field];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) => {
    const type = (item as { readonly type?: unknown } | null)?.type;
    if (typeof type !== 'string' || types.includes(type)) return [];
    return [`/${field}/${index}/type is "${type.slice(0, 100)}", none of ${types.join(', ')}`];
  });
}

function faultsInIds({ nodes }: AgentGraph): readonly string[] {
  const first = new Map<string, number>();
  return nodes.flatMap(({ id }, index) => {
    if (RESERVED.includes(id)) return [`/nodes/${index}/id is "${id}", which stands for something else in paths`];
    const before = first.get(id);
    if (before !== undefined) return [`/nodes/${index}/id is "${id}", as that of /nodes/${before}`];
    first.set(id, index);
    return [];
  });
}

function faultsInOrder(graph: AgentGraph): readonly string[] {
  const { nodes, start } = graph;
  const indexes = new Map(nodes.map(({ id }, index) => [id, index]));
  const unknown = nodes.flatMap((node, index) =>
    namedBy(node).flatMap(({ field, to }) =>
      indexes.has(to) ? [] : [`/nodes/${index}/${field} names "${to}", which no node is`],
    ),
  );
  if (start !== undefined && !indexes.has(start)) return [`/start names "${start}", which no node is`, ...unknown];
  const cycle = findCycle(nodes);
  const circles = cycle
    ? [`/nodes/${indexes.get(cycle.path.at(-2)!)}/${cycle.field} leads back: ${cycle.path.join(' → ')}`]
    : [];
  const reached = reachedFrom(firstOf(graph), nodes);
  const unreached = nodes.flatMap(({ id }, index) =>
    reached.has(id) ? [] : [`/nodes/${index} "${id}" is never come to from "${firstOf(graph)}"`],
  );
  return [...unknown, ...circles, ...unreached];
}

function faultsInConditions({ nodes }: AgentGraph): readonly string[] {
  return nodes.flatMap((node, index) => {
    if (node.type !== 'condition') return [];
    const { is, to } = node.if;
    if (is === 'present') return to === undefined ? [] : [`/nodes/${index}/if/to goes with no "present"`];
    return to === undefined ? [`/nodes/${index}/if has no "to" to compare with`] : [];
  });
}

function invalid(places: readonly string[], cause?: unknown): TerminalError {
  return new TerminalError('AW_AGENT_GRAPH_INVALID', `Cannot use the graph: ${listPlaces(places)}`, {
    hint: 'see docs/guide/agents.md',
    cause,
  });
}
