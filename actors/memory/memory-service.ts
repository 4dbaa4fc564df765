import type { Memory } from '../../proto/generated/graphql.ts';
import type { Clock } from '../../runtime/clock/clock.ts';
import type { MemoryRequest, MemoryService } from '../../runtime/gateway/memory-service.ts';
import { type Instruments, noInstruments } from '../../runtime/telemetry/instruments.ts';
import { createCountsTogether } from './counts-together.ts';
import type { FoundMemories, FoundMemory, MemoryIndex } from './memory-index-port.ts';
import type { MemoryProjection } from './memory-projection.ts';

export interface MemoryServiceParts {
  readonly tenant: string;
  readonly index: MemoryIndex;
  readonly projection: MemoryProjection;
  readonly clock: Clock;
  readonly instruments?: Instruments;
}

/** Who has just remembered something looks for it now; who waits for longer would rather see what there is. */
const WAIT_MS = 250;
const MAX_PAGE = 100;
const NOTHING: FoundMemories = { memories: [], total: 0 };

export function createMemoryService(parts: MemoryServiceParts): MemoryService {
  const { tenant, index, projection, clock, instruments = noInstruments } = parts;

  const search = async ({ first, ...request }: MemoryRequest) => {
    const wanted = { ...request, tenant, first: Math.max(1, Math.min(MAX_PAGE, first)) };
    const { answer, lag } = await ask(() => index.search(wanted));
    const { memories, total, next = null } = answer ?? NOTHING;
    return { memories: memories.map(toMemory), total, next, lag };
  };

  const count = createCountsTogether(async (agentIds) => {
    const { answer } = await ask(() => index.counts(tenant, agentIds));
    return answer ?? agentIds.map(() => 0);
  });

  /** Once more where the index was lost meanwhile: what it has left is not what there is. */
  const ask = async <Answer>(
    question: () => Promise<Answer | undefined>,
    isAgain = false,
  ): Promise<{ readonly answer: Answer | undefined; readonly lag: number }> => {
    const { beginnings } = projection;
    const lag = await waitForChanges();
    const answer = await question();
    const isWhole = answer !== undefined && projection.beginnings === beginnings;
    if (isWhole || lag > 0) return { answer, lag };
    if (answer === undefined) projection.lookAgain();
    return isAgain ? { answer, lag: 1 } : ask(question, true);
  };

  /** How many are missing afterwards; 1 where that is not known, for it is not known that there are none. */
  const waitForChanges = async (): Promise<number> => {
    if (await projection.caughtUp(WAIT_MS)) return 0;
    const unknown = clock.sleep(WAIT_MS).then(() => 1);
    const lag = Math.max(1, await Promise.race([projection.lag().catch(() => 1), unknown]));
    instruments.memoryIndexLag.set(lag);
    return lag;
  };

  return {
    async search(request) {
      const kind = (request.query ?? '').trim() === '' ? 'newest' : 'words';
      const startedAt = clock.monotonic();
      try {
        const page = await search(request);
        instruments.memorySearches.add(1, { kind, outcome: 'ok' });
        instruments.memorySearchDuration.record(clock.monotonic() - startedAt, { kind });
        return page;
      } catch (error) {
        instruments.memorySearches.add(1, { kind, outcome: 'failed' });
        throw error;
      }
    },
    count,
  };
}

function toMemory({ id, text, agentId, metadata, createdAt, updatedAt, score, excerpt }: FoundMemory): Memory {
  return {
    id,
    text,
    agentId: agentId ?? null,
    metadata: metadata ?? null,
    createdAt,
    updatedAt,
    score: score ?? null,
    excerpt: excerpt ?? null,
  };
}
