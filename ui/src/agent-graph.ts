import type { AgentGraph } from '../../proto/generated/messages.ts';
import { hexText } from './device-text.ts';
import { isRecord } from './gateway-error.ts';
import { durationText } from './time-text.ts';

export type GraphNode = AgentGraph['nodes'][number];
export type GraphTrigger = NonNullable<AgentGraph['triggers']>[number];

/** Where a run goes on after a node. */
export interface Way {
  /** `then`, `if so`, `if not`. */
  readonly when: string;
  /** Id of a node; null where the run ends. */
  readonly to: string | null;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  equal: 'is',
  not_equal: 'is not',
  greater: 'is greater than',
  less: 'is less than',
  contains: 'contains',
};

/** The graph in an agent's configuration, which the gateway has checked; null when it has none yet. */
export function readGraph(config: unknown): AgentGraph | null {
  const graph = isRecord(config) ? config.graph : undefined;
  return isRecord(graph) && Array.isArray(graph.nodes) ? (graph as unknown as AgentGraph) : null;
}

/** In the order in which a run comes to them: one after the other, and at a fork first what holds. */
export function orderNodes({ nodes, start }: AgentGraph): readonly GraphNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ordered = new Map<string, GraphNode>();
  const open = [start ?? nodes[0]?.id ?? ''];
  while (open.length > 0) {
    const node = byId.get(open.pop() ?? '');
    if (node === undefined || ordered.has(node.id)) continue;
    ordered.set(node.id, node);
    const ways = waysFrom(node).flatMap(({ to }) => (to === null ? [] : [to]));
    open.push(...ways.reverse());
  }
  return [...ordered.values(), ...nodes.filter(({ id }) => !ordered.has(id))];
}

export function waysFrom(node: GraphNode): readonly Way[] {
  if (node.type !== 'condition') return [{ when: 'then', to: node.next ?? null }];
  const [yes, no] = [node.then ?? node.next ?? null, node.else ?? node.next ?? null];
  return yes === no
    ? [{ when: 'then', to: yes }]
    : [
        { when: 'if so', to: yes },
        { when: 'if not', to: no },
      ];
}

/** What a node does, in a sentence. */
export function nodeText(node: GraphNode): string {
  switch (node.type) {
    case 'plugin':
      return `Calls ${node.function} of the plugin ${node.plugin}`;
    case 'job':
      return `Adds a job ${node.jobType} to the queue ${node.queue}${node.wait === false ? ', and goes on' : ', and waits for its result'}`;
    case 'condition':
      return `Looks whether ${conditionText(node.if)}`;
    case 'remember':
      return `Remembers “${node.text}”`;
    case 'search':
      return `Looks for “${node.query}” in ${node.scope === 'tenant' ? 'all memories' : 'its own memories'}${node.limit === undefined ? '' : `, at most ${node.limit}`}`;
  }
}

/** What a node hands on, as JSON for reading; null when it is nothing. */
export function nodeInput(node: GraphNode): string | null {
  const input =
    node.type === 'plugin'
      ? node.input
      : node.type === 'job'
        ? node.data
        : node.type === 'remember'
          ? node.metadata
          : undefined;
  return input === undefined ? null : JSON.stringify(input);
}

/** What starts a run, in a sentence. */
export function startText(trigger: GraphTrigger): string {
  switch (trigger.type) {
    case 'device':
      return `A device is ${trigger.on}${deviceText(trigger)}`;
    case 'job':
      return 'A job agent.run in the queue agents names this agent';
    case 'schedule':
      if (trigger.everyMs !== undefined) return `Every ${durationText(trigger.everyMs)}`;
      return `By the clock: ${trigger.cron} in ${trigger.timezone ?? 'UTC'}`;
  }
}

function deviceText({ vendorId, productId, serial }: Extract<GraphTrigger, { type: 'device' }>): string {
  const parts: string[] = [];
  if (vendorId !== undefined) parts.push(`vendor ${hexText(vendorId)}`);
  if (productId !== undefined) parts.push(`product ${hexText(productId)}`);
  if (serial !== undefined) parts.push(`serial ${serial}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function conditionText({ value, is, to }: Extract<GraphNode, { type: 'condition' }>['if']): string {
  if (is === 'present') return `${plainText(value)} is there`;
  return `${plainText(value)} ${COMPARISONS[is] ?? is} ${plainText(to)}`;
}

function plainText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^\{\{[^{}]*\}\}$/.test(value) ? value.slice(2, -2).trim() : `“${value}”`;
}
