import type { AgentGraph } from '../../proto/generated/messages.ts';

/** Which node comes after which. */

export type AgentNode = AgentGraph['nodes'][number];

export interface Step {
  readonly field: 'next' | 'then' | 'else';
  readonly to: string;
}

/** The node that a run begins with. */
export function firstOf(graph: AgentGraph): string {
  return graph.start ?? graph.nodes[0]!.id;
}

/** Fields of a node that name another one. */
export function namedBy(node: AgentNode): readonly Step[] {
  const fields = node.type === 'condition' ? (['then', 'else', 'next'] as const) : (['next'] as const);
  return fields.flatMap((field) => {
    const to = (node as Partial<Record<Step['field'], string>>)[field];
    return to === undefined ? [] : [{ field, to }];
  });
}

/** Where a run may go on: a condition that names both sides never takes its `next`. */
export function stepsFrom(node: AgentNode): readonly Step[] {
  const named = namedBy(node);
  const isDecided = node.type === 'condition' && node.then !== undefined && node.else !== undefined;
  return isDecided ? named.filter(({ field }) => field !== 'next') : named;
}

/** The node that a run goes on with; a condition has held or not. */
export function nextOf(node: AgentNode, output: unknown): string | undefined {
  if (node.type !== 'condition') return node.next;
  return (output === true ? node.then : node.else) ?? node.next;
}

export interface Cycle {
  /** In the order of the steps; the first comes again at the end. */
  readonly path: readonly string[];
  /** The field of the last but one that leads back. */
  readonly field: Step['field'];
}

/** The first cycle that a walk from each node in turn finds. */
export function findCycle(nodes: readonly AgentNode[]): Cycle | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const left = new Set<string>();
  const path: string[] = [];
  const walk = (id: string): Cycle | undefined => {
    const node = byId.get(id);
    if (node === undefined || left.has(id)) return undefined;
    path.push(id);
    for (const { field, to } of stepsFrom(node)) {
      const from = path.indexOf(to);
      const found = from === -1 ? walk(to) : { path: [...path.slice(from), to], field };
      if (found !== undefined) return found;
    }
    path.pop();
    left.add(id);
    return undefined;
  };
  for (const { id } of nodes) {
    const found = walk(id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The nodes that a run can come to from one, that one included. */
export function reachedFrom(start: string, nodes: readonly AgentNode[]): ReadonlySet<string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const reached = new Set([start]);
  for (const id of reached) {
    const node = byId.get(id);
    for (const { to } of node === undefined ? [] : stepsFrom(node)) reached.add(to);
  }
  return reached;
}
