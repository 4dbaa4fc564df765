import type { MemoryRecord, MessageData } from '../../proto/generated/messages.ts';
import { defineActor } from '../../runtime/actor/definition.ts';
import { isSameJson } from '../../runtime/actor/same-json.ts';
import { checkMemory } from './memory-limits.ts';

/**
 * One key per memory: the text and what else is known of it. Its events carry no text, so that the state is the one
 * place in which it stands for good, and forgetting it there is enough.
 */

export const MEMORY = 'memory';

/** The record but for its id, which is the key. */
export type Remembered = Omit<MemoryRecord, 'id'>;
/** Empty before anything is remembered. */
export type MemoryState = Remembered | Partial<Record<keyof Remembered, undefined>>;

export const memory = defineActor({
  name: MEMORY,
  description: 'What is remembered: a text with its metadata, of an agent or of the whole tenant',
  file: 'actors/memory/memory.ts',
  init: (): MemoryState => ({}),
  commands: {
    'memory.remember'(ctx, state, { data }): MemoryRecord {
      checkMemory(ctx.key, data.metadata);
      if (state.text !== undefined && isSame(state, data)) return toRecord(ctx.key, state);
      const now = new Date(ctx.now()).toISOString();
      const { text, agentId, metadata } = data;
      const remembered: Remembered = {
        text,
        ...(agentId === undefined ? {} : { agentId }),
        ...(metadata === undefined ? {} : { metadata }),
        createdAt: state.createdAt ?? now,
        updatedAt: now,
      };
      for (const name of Object.keys(state)) delete state[name as keyof MemoryState];
      Object.assign(state, remembered);
      ctx.emit('memory.remembered', { ...about(ctx.key, agentId), characters: [...text].length });
      return toRecord(ctx.key, remembered);
    },
    'memory.forget'(ctx, state): boolean {
      ctx.destroy();
      if (state.text === undefined) return false;
      ctx.emit('memory.forgotten', about(ctx.key, state.agentId));
      return true;
    },
  },
});

/** True for a state in which something is remembered, also where it was put there by hand. */
export function isRemembered(state: unknown): state is Remembered {
  if (typeof state !== 'object' || state === null) return false;
  const { text, agentId = '', createdAt, updatedAt } = state as MemoryState;
  return [text, agentId, createdAt, updatedAt].every((value) => typeof value === 'string');
}

function isSame({ text, agentId, metadata }: Remembered, data: MessageData['memory.remember']): boolean {
  return text === data.text && agentId === data.agentId && isSameJson(metadata, data.metadata);
}

function toRecord(id: string, remembered: Remembered): MemoryRecord {
  return { id, ...remembered };
}

function about(memoryId: string, agentId: string | undefined) {
  return { memoryId, ...(agentId === undefined ? {} : { agentId }) };
}
