import type { Memory } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { MemoryRequest, MemoryService } from '../../runtime/gateway/memory-service.ts';

/** Memories in memory: those that hold the words, in the order in which a test has put them here. */
export interface FakeMemories extends MemoryService {
  readonly memories: Memory[];
  readonly requests: readonly MemoryRequest[];
}

export function createFakeMemories(): FakeMemories {
  const requests: MemoryRequest[] = [];
  const fake: FakeMemories = {
    memories: [],
    requests,
    async search(request) {
      requests.push(request);
      const { query, agentId, first, after = '0' } = request;
      if (!/^\d+$/.test(after)) throw new AutoWeaveError('AW_ARGUMENT_INVALID', `"${after}" is no place`);
      const found = fake.memories.filter(
        (memory) =>
          (agentId === undefined || memory.agentId === agentId) && (query === undefined || memory.text.includes(query)),
      );
      const end = Number(after) + first;
      const memories = found
        .slice(Number(after), end)
        .map((memory) => (query === undefined ? memory : { ...memory, score: 1, excerpt: `[${query}]` }));
      return { memories, total: found.length, next: end < found.length ? String(end) : null, lag: 0 };
    },
    count: async (agentId) =>
      fake.memories.filter((memory) => agentId === undefined || memory.agentId === agentId).length,
  };
  return fake;
}

export function fakeMemory(id: string, text: string, more: Partial<Memory> = {}): Memory {
  const at = '2026-01-02T00:00:00.000Z';
  return { id, text, agentId: null, metadata: null, createdAt: at, updatedAt: at, score: null, excerpt: null, ...more };
}
