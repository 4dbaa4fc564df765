import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeMemory } from './fake-memories.ts';
import { fakeActor } from './fake-services.ts';
import { startWorld } from './gateway-world.ts';

test('memories are found page by page, of one agent or of all, by words or by age', async (t) => {
  const { query, services } = await startWorld(t);
  for (let n = 0; n < 5; n++) services.memories.memories.push(fakeMemory(`${n}`, `box ${n}`, { agentId: `a${n % 2}` }));
  const document = `query ($query: String, $agentId: ID, $first: Int, $after: String) {
    memories(query: $query, agentId: $agentId, first: $first, after: $after) {
      memories { id score excerpt } total next lag
    }
  }`;
  const first = await query(document, { query: 'box', agentId: 'a0', first: 2 });
  assert.deepEqual(first.data.memories, {
    memories: [
      { id: '0', score: 1, excerpt: '[box]' },
      { id: '2', score: 1, excerpt: '[box]' },
    ],
    total: 3,
    next: '2',
    lag: 0,
  });
  const { next } = first.data.memories;
  const second = await query(document, { query: 'box', agentId: 'a0', first: 2, after: next });
  assert.deepEqual([second.data.memories.memories.length, second.data.memories.next], [1, null]);
  await query(document, { query: '  ' });
  assert.deepEqual(services.memories.requests, [
    { query: 'box', agentId: 'a0', first: 2 },
    { query: 'box', agentId: 'a0', first: 2, after: '2' },
    { first: 20 },
  ]);
  for (const wrong of [{ first: 0 }, { first: 101 }, { query: 'x'.repeat(10_001) }, { after: 'rubbish' }]) {
    assert.equal((await query(document, wrong)).errors?.[0]?.extensions.code, 'AW_ARGUMENT_INVALID');
  }
});

test('a memory is what its actor keeps; it is remembered and forgotten there', async (t) => {
  const { query, services } = await startWorld(t);
  const times = { createdAt: '2026-01-02T00:00:00.000Z', updatedAt: '2026-01-03T00:00:00.000Z' };
  services.actors.push(
    fakeActor('memory', 'm1', { text: 'a red box', metadata: { from: 'cam' }, ...times }),
    fakeActor('memory', 'odd', { text: 7 }),
  );
  const read = await query(
    '{ memory(id: "m1") { id text agentId metadata updatedAt score } odd: memory(id: "odd") { id } no: memory(id: "x") { id } }',
  );
  assert.deepEqual(read.data, {
    memory: {
      id: 'm1',
      text: 'a red box',
      agentId: null,
      metadata: { from: 'cam' },
      updatedAt: times.updatedAt,
      score: null,
    },
    odd: null,
    no: null,
  });

  services.answer = (type, data) => (type === 'memory.remember' ? { ...(data as object), ...times } : true);
  const remember = (input: object) =>
    query('mutation ($input: RememberInput!) { remember(input: $input) { id text agentId metadata } }', { input });
  const named = await remember({ id: 'm1', text: 'a blue box', agentId: 'a', metadata: { n: 1 } });
  assert.deepEqual(named.data.remember, { id: 'm1', text: 'a blue box', agentId: 'a', metadata: { n: 1 } });
  assert.match((await remember({ text: 'new' })).data.remember.id, /^[0-9a-f-]{36}$/);
  assert.equal((await query('mutation { forget(id: "m1") }')).data.forget, true);
  assert.deepEqual(
    services.sent.map(({ actor, type, data }) => [actor, type, data]),
    [
      ['memory', 'memory.remember', { text: 'a blue box', agentId: 'a', metadata: { n: 1 } }],
      ['memory', 'memory.remember', { text: 'new' }],
      ['memory', 'memory.forget', {}],
    ],
  );
  assert.equal((await remember({ id: '', text: 'x' })).errors?.[0]?.extensions.code, 'AW_ARGUMENT_INVALID');
  const long = await query('mutation ($id: ID!) { forget(id: $id) }', { id: 'x'.repeat(201) });
  assert.equal(long.errors?.[0]?.extensions.code, 'AW_ARGUMENT_INVALID');
});
