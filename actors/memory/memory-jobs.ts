import { createHash } from 'node:crypto';
import type { Memory } from '../../proto/generated/graphql.ts';
import type { JobData } from '../../proto/generated/messages.ts';
import type { MemoryService } from '../../runtime/gateway/memory-service.ts';
import { defineWorker, type WorkerDefinition } from '../../runtime/queue/worker-definition.ts';
import { MEMORY } from './memory.ts';
import { checkMemory } from './memory-limits.ts';

/** Remembering and searching as jobs. */

export const MEMORY_QUEUE = 'memory';

/** What a search finds of one memory; `agentId` and `metadata` are absent where it has none. */
export interface FoundByJob {
  readonly id: string;
  readonly text: string;
  /** More than 1 where all words were found, less where some were. */
  readonly score: number;
  readonly metadata?: unknown;
  readonly agentId?: string;
}

export interface SearchResult {
  readonly memories: readonly FoundByJob[];
  /** How many fit the query, those included that are left out. */
  readonly total: number;
}

const DEFAULT_LIMIT = 10;
const MAX_PAGE = 100;
/** A result must fit into one message of the log, with room for what is around it. */
const MAX_RESULT_BYTES = 512 * 1024;

export function createMemoryWorker(service: Pick<MemoryService, 'search'>): WorkerDefinition {
  return defineWorker({
    queue: MEMORY_QUEUE,
    jobs: {
      'memory.vectorize'(job, ctx) {
        const { memoryId = idOf(job.queue, job.id), ...data } = job.data;
        // What the actor would refuse fails here, where somebody waits for it.
        checkMemory(memoryId, data.metadata);
        ctx.cast(MEMORY, memoryId, 'memory.remember', data);
        return { memoryId };
      },
      'memory.search': (job) => searchAll(service, job.data),
    },
  });
}

/** Another attempt at the same job remembers the same thing. */
function idOf(queue: string, jobId: string): string {
  return createHash('sha256').update(`${queue}\n${jobId}`).digest('hex').slice(0, 32);
}

/** Page by page, up to the limit or to what a result may hold. */
async function searchAll(
  service: Pick<MemoryService, 'search'>,
  { query, agentId, limit = DEFAULT_LIMIT }: JobData['memory.search'],
): Promise<SearchResult> {
  const memories: FoundByJob[] = [];
  let bytes = 0;
  let after: string | null = null;
  while (true) {
    const page = await service.search({
      query,
      first: Math.min(MAX_PAGE, limit - memories.length),
      ...(agentId === undefined ? {} : { agentId }),
      ...(after === null ? {} : { after }),
    });
    for (const memory of page.memories) {
      const found = toFound(memory);
      bytes += Buffer.byteLength(JSON.stringify(found));
      if (bytes > MAX_RESULT_BYTES && memories.length > 0) return { memories, total: page.total };
      memories.push(found);
    }
    after = page.next;
    if (after === null || memories.length >= limit) return { memories, total: page.total };
  }
}

function toFound({ id, text, score, metadata, agentId }: Memory): FoundByJob {
  return {
    id,
    text,
    score: score ?? 0,
    ...(metadata === null ? {} : { metadata }),
    ...(agentId === null ? {} : { agentId }),
  };
}
