import type { Memory } from '../../proto/generated/graphql.ts';
import type { MemoryRecord } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../errors/errors.ts';

/** Memories as `proto/gateway.graphql` shows them. */

/** What a page of memories may hold. */
export const MAX_MEMORIES = 100;
const MAX_QUERY = 10_000;

/** One that was not looked for by words. */
export function toMemory(id: string, { text, agentId, metadata, createdAt, updatedAt }: MemoryState): Memory {
  return {
    id,
    text,
    agentId: agentId ?? null,
    metadata: metadata ?? null,
    createdAt,
    updatedAt,
    score: null,
    excerpt: null,
  };
}

/** What the actor `memory` keeps under the id. */
export type MemoryState = Omit<MemoryRecord, 'id'>;

/** True for what the actor keeps, or replies with. */
export function isMemory(value: unknown): value is MemoryState {
  if (typeof value !== 'object' || value === null) return false;
  const { text, createdAt, updatedAt } = value as Partial<Record<string, unknown>>;
  return typeof text === 'string' && typeof createdAt === 'string' && typeof updatedAt === 'string';
}

/**
 * The words to look for; undefined when there are none.
 *
 * @throws AW_ARGUMENT_INVALID
 */
export function readWords(query: string | null | undefined): string | undefined {
  const words = query?.trim();
  if (!words) return undefined;
  if (words.length <= MAX_QUERY) return words;
  throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot look for ${words.length} characters: at most ${MAX_QUERY}`);
}
