import type { AgentGraph } from '../../proto/generated/messages.ts';
import { type AgentNode, reachedFrom } from './graph-order.ts';
import { type Placeholder, placeholdersIn } from './template.ts';

/** Fields of a node that are filled in before its step. */
const FILLED = {
  plugin: ['input'],
  job: ['data'],
  condition: ['if'],
  remember: ['text', 'metadata'],
  search: ['query'],
} as const;

/** What paths that begin with `run` may ask for. */
export const RUN_FIELDS: readonly string[] = ['id', 'agentId', 'startedAt'];

/** Paths that lead nowhere in any run, each with its place. */
export function faultsInPaths({ nodes }: AgentGraph): readonly string[] {
  const ids = new Set(nodes.map(({ id }) => id));
  const after = new Map(nodes.map(({ id }) => [id, reachedFrom(id, nodes)]));
  return nodes.flatMap((node, index) =>
    FILLED[node.type]
      .flatMap((field) => placeholdersIn(Reflect.get(node, field), `/nodes/${index}/${field}`))
      .flatMap(({ at, text, path }) => {
        const fault = faultOf({ at, text, path }, node, ids, (id) => id !== node.id && after.get(id)!.has(node.id));
        return fault === undefined ? [] : [`${at} holds "{{${text}}}", ${fault}`];
      }),
  );
}

function faultOf(
  { path }: Placeholder,
  node: AgentNode,
  ids: ReadonlySet<string>,
  comesBefore: (id: string) => boolean,
): string | undefined {
  if (path === undefined) return 'which is no path';
  const [first = '', second] = path;
  if (first === 'trigger') return undefined;
  if (first === 'run') {
    if (second === undefined || RUN_FIELDS.includes(second)) return undefined;
    return `and a run has only ${RUN_FIELDS.join(', ')}`;
  }
  if (!ids.has(first)) return `which begins with neither trigger, run nor a node`;
  if (!comesBefore(first)) return `and "${first}" does not come before "${node.id}"`;
  return second === 'output' ? undefined : `and of a node only its output can be had: "${first}.output"`;
}
