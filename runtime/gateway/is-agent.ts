import type { Agent } from '../../proto/generated/messages.ts';

const STATUSES = new Set<unknown>(['DRAFT', 'DEPLOYED', 'RUNNING', 'STOPPED', 'ERROR'] satisfies Agent['status'][]);

/** True for the state of an agent. It was written by its actor, perhaps by another version. */
export function isAgent(state: unknown): state is Agent {
  if (typeof state !== 'object' || state === null) return false;
  const { id, name, status, createdAt, runs } = state as Partial<Record<string, unknown>>;
  const isNamed = typeof id === 'string' && typeof name === 'string' && typeof createdAt === 'string';
  return isNamed && STATUSES.has(status) && Array.isArray(runs);
}
