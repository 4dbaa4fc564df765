import type { ActorStatus } from './generated/operations.ts';
import { ageText } from './time-text.ts';

export const STATUSES: readonly ActorStatus[] = ['IDLE', 'RUNNING', 'WAITING', 'PAUSED', 'BLOCKED'];

const STATUS_TEXT: Readonly<Record<ActorStatus, string>> = {
  IDLE: 'idle',
  RUNNING: 'running',
  WAITING: 'waits to try again',
  PAUSED: 'paused',
  BLOCKED: 'blocked',
};

/** Null: its owner does not answer. */
export function statusText(status: ActorStatus | null): string {
  return status === null ? 'not known' : STATUS_TEXT[status];
}

/** What waits in a mailbox: `empty`, or `3 messages, the oldest for 12 s`. */
export function mailboxText({ depth, lagMs }: { readonly depth: number; readonly lagMs: number }): string {
  if (depth === 0) return 'empty';
  const messages = depth === 1 ? '1 message' : `${depth} messages`;
  // An age in the units of all the others on the page.
  const age = ageText(lagMs, 0);
  if (age === 'now') return messages;
  return depth === 1 ? `${messages}, for ${age}` : `${messages}, the oldest for ${age}`;
}

/** The name of a file for an exported key; a key may hold what no file's name may. */
export function exportFileName(name: string, key: string): string {
  const safe = key.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 80);
  return `${name}${safe === '' ? '' : `-${safe}`}.json`;
}
