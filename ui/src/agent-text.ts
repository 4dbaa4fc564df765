import type { AgentGraph } from '../../proto/generated/messages.ts';
import { triggerText } from './event-text.ts';
import { isRecord } from './gateway-error.ts';
import type { AgentQuery, AgentStatus } from './generated/operations.ts';
import { ageText, durationText } from './time-text.ts';

export type FullAgent = NonNullable<AgentQuery['agent']>;
export type Run = FullAgent['runs'][number];
export type RunStep = Run['steps'][number];

/** What may be done to an agent. */
export type AgentAction = 'deploy' | 'run' | 'stop' | 'edit' | 'delete';

const ACTIONS: Readonly<Record<AgentStatus, readonly AgentAction[]>> = {
  DRAFT: ['deploy', 'edit', 'delete'],
  DEPLOYED: ['run', 'stop'],
  RUNNING: ['run', 'stop'],
  // Deployed as well: its last run failed, and the next may end well.
  ERROR: ['run', 'stop', 'edit'],
  STOPPED: ['deploy', 'edit', 'delete'],
};

const STARTED_BY = { device: 'devices', job: 'jobs', schedule: 'a schedule' } as const;

const STATUS_TEXT: Readonly<Record<AgentStatus, string>> = {
  DRAFT: 'draft',
  DEPLOYED: 'deployed',
  RUNNING: 'running',
  ERROR: 'deployed, last run failed',
  STOPPED: 'stopped',
};

export function agentActions(status: AgentStatus): readonly AgentAction[] {
  return ACTIONS[status];
}

export function agentStatusText(status: AgentStatus): string {
  return STATUS_TEXT[status];
}

/** An agent as it is written, to be changed. */
export function agentJson({ name, description, config }: Pick<FullAgent, 'name' | 'description' | 'config'>): string {
  const said = { name, description: description ?? undefined, config: config ?? undefined };
  return `${JSON.stringify(said, null, 2)}\n`;
}

/** `by a device: Label printer`. */
export function runStartText(trigger: unknown): string {
  if (!isRecord(trigger)) return '';
  const device = isRecord(trigger.device) ? (trigger.device.product ?? trigger.device.id) : undefined;
  return `${triggerText(trigger.type)}${device === undefined ? '' : `: ${String(device)}`}`;
}

/** What a run by hand lacks, of an agent that something else starts; null where it lacks nothing. */
export function byHandText(triggers: NonNullable<AgentGraph['triggers']>): string | null {
  const names = [...new Set(triggers.map(({ type }) => STARTED_BY[type]))];
  if (names.length === 0) return null;
  const lacks = triggers.some(({ type }) => type === 'device') ? ': in it trigger.device is empty' : '';
  return `This agent is started by ${names.join(' and ')}. A run by hand has trigger.input only${lacks}.`;
}

/** The part of a run's id that differs from that of its agent's other runs. */
export function shortRunId(id: string, agentId: string): string {
  return id.startsWith(`${agentId}/`) ? id.slice(agentId.length + 1) : id;
}

/** How long a run or a step took, or for how long it has been at work. */
export function spanText(nowMs: number, startedAt: string, endedAt: string | null): string {
  if (endedAt === null) return `for ${ageText(nowMs, Date.parse(startedAt))}`;
  return durationText(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}

/** Ids of the nodes at which runs wait now. */
export function nodesAtWork(runs: readonly Run[]): ReadonlySet<string> {
  const waiting = runs.flatMap(({ status, steps }) =>
    status === 'RUNNING' ? steps.filter((step) => step.status === 'WAITING') : [],
  );
  return new Set(waiting.map(({ node }) => node));
}
