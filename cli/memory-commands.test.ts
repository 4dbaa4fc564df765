import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';

const MEMORY = {
  id: 'm1',
  text: 'Ann likes\n\u001b[2J tea',
  agentId: null,
  metadata: { from: 'Bob' },
  createdAt: '2026-11-26T10:00:00.000Z',
  updatedAt: '2026-11-26T10:00:01.000Z',
  score: null,
  excerpt: null,
};
const FOUND = { ...MEMORY, agentId: 'a1', score: 1.234, excerpt: 'Ann likes [tea]' };
const page = (memories: readonly object[], more: object = {}) => ({
  data: { memories: { memories, total: memories.length, next: null, lag: 0, ...more } },
});

test('memory search and ls, page after page', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = ({ variables }) =>
    page([FOUND], { total: 2, next: variables['after'] === null ? 'n' : null, lag: 3 });
  const found = await run(['memory', 'search', 'likes', 'tea']);
  assert.match(found.out, /1\.23 +m1 +2026-11-26T10:00:01\.000Z +a1 +Ann likes \[tea\]\n/);
  assert.match(found.err, /^3 changes are not in the index yet/);
  assert.deepEqual(
    gateway.requests.map(({ variables }) => variables),
    [
      { query: 'likes tea', agentId: null, first: 100, after: null },
      { query: 'likes tea', agentId: null, first: 99, after: 'n' },
    ],
  );
  const { document } = await runJson(['memory', 'search', 'tea', '--limit', '1']);
  assert.deepEqual(document, { total: 2, lag: 3, memories: [FOUND] });
  assert.match((await run(['memory', 'search', 'tea', '--limit', '1'])).err, /^1 of 2; --limit shows more\n/);

  gateway.answer = ({ query }) =>
    query.startsWith('{ agents') ? { data: { agents: [{ id: 'a1', name: 'greeter' }] } } : page([MEMORY]);
  const listed = await run(['memory', 'ls', '--agent', 'greeter']);
  assert.match(listed.out, /^ID +CHANGED +AGENT +TEXT\nm1 .* Ann likes\ufffd\ufffd\[2J tea\n$/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { query: null, agentId: 'a1', first: 100, after: null });
  assert.match((await run(['memory', 'ls', '--agent', 'greter'])).err, /^AW_AGENT_UNKNOWN: .*did you mean "greeter"\?/);
  gateway.answer = () => page([]);
  assert.equal((await run(['memory', 'ls'])).out, 'No memories\n');
  assert.equal((await run(['memory', 'search', 'x'])).out, 'No memory has these words\n');
  assert.equal((await run(['memory', 'search'])).code, 2);
});

test('memory show, remember and forget', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = ({ query }) => ({
    data: query.startsWith('{ agents')
      ? { agents: [{ id: 'a1', name: 'greeter' }] }
      : { memory: MEMORY, remember: MEMORY, forget: true },
  });
  const { out } = await run(['memory', 'show', 'm1']);
  assert.match(
    out,
    /^id +m1\nmade +2026\S+\nchanged +2026\S+\nmetadata +\{"from":"Bob"\}\n\nAnn likes\n\ufffd\[2J tea\n$/,
  );
  assert.deepEqual((await runJson(['memory', 'show', 'm1'])).document, MEMORY);
  assert.equal((await run(['memory', 'remember', 'Ann likes tea'])).out, 'm1\n');
  assert.deepEqual(gateway.requests.at(-1)?.variables, { input: { text: 'Ann likes tea' } });
  const line = ['memory', 'remember', 'x', '--id', 'm1', '--agent', 'greeter', '--metadata', '{"from":"Bob"}'];
  assert.deepEqual((await runJson(line)).document, MEMORY);
  assert.deepEqual(gateway.requests.at(-1)?.variables['input'], {
    text: 'x',
    id: 'm1',
    metadata: { from: 'Bob' },
    agentId: 'a1',
  });
  assert.match((await run(['memory', 'remember', 'x', '--metadata', '{'])).err, /--metadata is no JSON/);
  assert.deepEqual((await runJson(['memory', 'forget', 'm1'])).document, { id: 'm1', forgotten: true });
  gateway.answer = () => ({ data: { memory: null, forget: false } });
  assert.equal((await runJson(['memory', 'show', 'm9'])).document.error.code, 'AW_MEMORY_UNKNOWN');
  assert.equal((await runJson(['memory', 'forget', 'm9'])).document.error.code, 'AW_MEMORY_UNKNOWN');
});
