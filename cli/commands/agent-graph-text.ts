import type { AgentGraph } from '../../proto/generated/messages.ts';
import { formatDuration } from '../duration-argument.ts';
import type { Column } from '../output.ts';

type Trigger = NonNullable<AgentGraph['triggers']>[number];
type Node = AgentGraph['nodes'][number];

export const NODE_COLUMNS: readonly Column[] = [
  { title: 'node', shrinksTo: 8 },
  { title: 'type' },
  { title: 'does', shrinksTo: 20 },
  { title: 'then', shrinksTo: 8 },
];

/** One line: `when a device is attached (vendor 1209)`. */
export function describeTrigger(trigger: Trigger): string {
  switch (trigger.type) {
    case 'device': {
      const { vendorId, productId, serial } = trigger;
      const which = [
        ...(vendorId === undefined ? [] : [`vendor ${hexadecimal(vendorId)}`]),
        ...(productId === undefined ? [] : [`product ${hexadecimal(productId)}`]),
        ...(serial === undefined ? [] : [`serial ${serial}`]),
      ];
      return `when a device is ${trigger.on}${which.length === 0 ? '' : ` (${which.join(', ')})`}`;
    }
    case 'job':
      return 'by a job agent.run of the queue agents';
    case 'schedule': {
      const { cron, timezone, everyMs } = trigger;
      return cron === undefined ? `every ${formatDuration(everyMs ?? 0)}` : `at ${cron} ${timezone ?? 'UTC'}`;
    }
  }
}

/** The nodes as rows of a table, the first one first, the others as they are written. */
export function nodeRows({ nodes, start }: AgentGraph): readonly (readonly unknown[])[] {
  const first = nodes.find(({ id }) => id === start);
  const ordered = first === undefined ? nodes : [first, ...nodes.filter((node) => node !== first)];
  return ordered.map((node) => [node.id, node.type, whatNodeDoes(node), whatComesNext(node)]);
}

function whatNodeDoes(node: Node): string {
  switch (node.type) {
    case 'plugin':
      return `calls ${node.function} of ${node.plugin}`;
    case 'job':
      return `adds ${node.jobType} to ${node.queue}${node.wait === false ? ', does not wait' : ''}`;
    case 'condition': {
      const { value, is, to } = node.if;
      const other = is === 'present' ? '' : ` ${shown(to)}`;
      return `${shown(value)} ${is.replace('_', ' ')}${other}?`;
    }
    case 'remember':
      return shown(node.text);
    case 'search':
      return `${shown(node.query)}${node.scope === 'tenant' ? ' in all memories' : ''}`;
  }
}

function whatComesNext(node: Node): string {
  if (node.type !== 'condition') return node.next ?? 'end';
  const [yes, no] = [node.then ?? node.next ?? 'end', node.else ?? node.next ?? 'end'];
  return `${yes}, else ${no}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** As `device plug` takes it. */
function hexadecimal(id: number): string {
  return id.toString(16).padStart(4, '0');
}
