import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MemoryPage } from '../../proto/generated/graphql.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import type { MemoryRequest } from '../../runtime/gateway/memory-service.ts';
import type { Job } from '../../runtime/queue/job.ts';
import type { JobContext } from '../../runtime/queue/queue-api.ts';
import type { MemoryIndex, MemorySearch } from './memory-index-port.ts';
import { createMemoryWorker, type SearchResult } from './memory-jobs.ts';
import type { MemoryProjection } from './memory-projection.ts';
import { createMemoryService } from './memory-service.ts';

const TIME = '2026-01-01T00:00:00.000Z';

/** An index that finds one memory, and a projection that is as far as it is told. */
function serviceWith(projection: Partial<MemoryProjection>) {
  const searches: MemorySearch[] = [];
  const counts: (readonly string[])[] = [];
  const index = {
    async search(search: MemorySearch) {
      searches.push(search);
      return { memories: [{ id: 'a', text: 'tea', createdAt: TIME, updatedAt: TIME, score: 1.5 }], total: 7 };
    },
    async counts(tenant: string, agentIds: readonly string[]) {
      counts.push(agentIds);
      return agentIds.map((agentId) => `${tenant}/${agentId}`.length);
    },
  } as unknown as MemoryIndex;
  const parts = { tenant: 'mine', index, projection: projection as MemoryProjection, clock: systemClock };
  return { service: createMemoryService(parts), searches, counts, index };
}

describe('createMemoryService', () => {
  test('searches the tenant once the index has caught up', async () => {
    const waits: number[] = [];
    const caughtUp = async (timeoutMs: number) => waits.push(timeoutMs) > 0;
    const { service, searches } = serviceWith({ caughtUp });
    const memory = { id: 'a', text: 'tea', createdAt: TIME, updatedAt: TIME, score: 1.5 };
    assert.deepEqual(await service.search({ query: 'tea', agentId: 'a1', first: 5, after: 'x' }), {
      memories: [{ ...memory, agentId: null, metadata: null, excerpt: null }],
      total: 7,
      next: null,
      lag: 0,
    });
    assert.deepEqual(searches, [{ tenant: 'mine', query: 'tea', agentId: 'a1', first: 5, after: 'x' }]);
    assert.equal(await service.count('a1'), 'mine/a1'.length);
    assert.deepEqual(waits, [250, 250]);
  });

  test('says how many changes are missing, and at least one where the broker does not say', async () => {
    const lagOf = async (lag: () => Promise<number>) => {
      const { service } = serviceWith({ caughtUp: async () => false, lag });
      return (await service.search({ first: 1 })).lag;
    };
    assert.equal(await lagOf(async () => 3), 3);
    assert.equal(await lagOf(() => Promise.reject(new Error('away'))), 1);
    assert.equal(await lagOf(() => new Promise(() => {})), 1);
  });

  test('answers many who count at once with few questions', async () => {
    const { service, counts } = serviceWith({ caughtUp: async () => true });
    const agents = Array.from({ length: 200 }, (_, at) => 'a'.repeat(at));
    const numbers = await Promise.all(agents.map((agentId) => service.count(agentId)));
    assert.deepEqual(
      numbers,
      agents.map(({ length }) => 'mine/'.length + length),
    );
    assert.ok(counts.length <= 2);
  });

  test('has an index that was lost filled again, and does not take what is left of it for all', async () => {
    let isLost = false;
    const lookAgain = () => {
      isLost = true;
    };
    const { service, index } = serviceWith({ caughtUp: async () => !isLost, lag: async () => 9, lookAgain });
    index.search = async () => undefined;
    assert.deepEqual(await service.search({ first: 1 }), { memories: [], total: 0, next: null, lag: 9 });
    assert.equal(isLost, true);

    let beginnings = 0;
    const begun = serviceWith({
      caughtUp: async () => beginnings === 0,
      lag: async () => 5,
      get beginnings() {
        return beginnings;
      },
    });
    begun.index.search = async () => {
      beginnings = 1;
      return { memories: [], total: 0 };
    };
    assert.equal((await begun.service.search({ first: 1 })).lag, 5);
  });
});

describe('createMemoryWorker', () => {
  const perform = async (type: string, data: object, pages: (request: MemoryRequest) => Partial<MemoryPage>) => {
    const casts: unknown[][] = [];
    const service = { search: async (request: MemoryRequest) => pages(request) as MemoryPage };
    const job = { queue: 'memory', id: 'j1', type, data } as Job;
    const ctx = { cast: (...cast: unknown[]) => void casts.push(cast) } as unknown as JobContext;
    return { result: await createMemoryWorker(service).jobs[type]!(job, ctx), casts };
  };
  const memoryOf = (id: string, text = 'tea') => ({
    ...{ id, text, createdAt: TIME, updatedAt: TIME },
    ...{ agentId: null, metadata: null, score: 0.5, excerpt: null },
  });

  test('remembers under the given id, or under one that each attempt comes to', async () => {
    const data = { text: 'tea', agentId: 'a1', metadata: { x: 1 } };
    const given = await perform('memory.vectorize', { ...data, memoryId: 'm1' }, () => ({}));
    assert.deepEqual(given, { result: { memoryId: 'm1' }, casts: [['memory', 'm1', 'memory.remember', data]] });
    const [first, second] = [
      await perform('memory.vectorize', data, () => ({})),
      await perform('memory.vectorize', data, () => ({})),
    ];
    assert.deepEqual(first, second);
    const { memoryId } = first.result as { memoryId: string };
    assert.match(memoryId, /^[0-9a-f]{32}$/);
    assert.deepEqual(first.casts, [['memory', memoryId, 'memory.remember', data]]);
  });

  test('fails a job that would remember what cannot be remembered', async () => {
    const refused = [{ memoryId: 'i'.repeat(201) }, { metadata: { x: 'y'.repeat(70_000) } }];
    for (const more of refused)
      await assert.rejects(
        perform('memory.vectorize', { text: 'tea', ...more }, () => ({})),
        (error) => error instanceof TerminalError && error.code === 'AW_MEMORY_INVALID',
      );
  });

  test('searches page by page up to its limit, and to what a result may hold', async () => {
    const asked: MemoryRequest[] = [];
    const pages = (request: MemoryRequest) => {
      asked.push(request);
      const from = Number(request.after ?? 0);
      const memories = Array.from({ length: request.first }, (_, at) => memoryOf(`m${from + at}`));
      return { memories, total: 900, next: String(from + request.first) };
    };
    const { result } = await perform('memory.search', { query: 'tea', agentId: 'a1', limit: 250 }, pages);
    const { memories, total } = result as SearchResult;
    assert.deepEqual([memories.length, memories.at(-1), total], [250, { id: 'm249', text: 'tea', score: 0.5 }, 900]);
    assert.deepEqual(
      asked.map(({ first, after }) => [first, after]),
      [
        [100, undefined],
        [100, '100'],
        [50, '200'],
      ],
    );
    assert.ok(asked.every(({ query, agentId }) => query === 'tea' && agentId === 'a1'));

    const long = Array.from({ length: 10 }, (_, at) => memoryOf(`m${at}`, 'x'.repeat(100_000)));
    const cut = await perform('memory.search', { query: 'x' }, () => ({ memories: long, total: 10, next: null }));
    const found = cut.result as SearchResult;
    assert.deepEqual([found.memories.length, found.total], [5, 10]);
  });
});
