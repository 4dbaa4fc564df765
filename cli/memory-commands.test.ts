import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';
import { shortIds } from './commands/short-id.ts';

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
const JOB = { type: 't', state: 'WAITING', priority: 0, attemptsMade: 0, attempts: 3, addedAt: MEMORY.createdAt };
const RUN = {
  status: 'DONE',
  trigger: { type: 'manual' },
  startedAt: MEMORY.createdAt,
  endedAt: null,
  steps: [],
  error: null,
  traceId: null,
};
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

test('an id may be given by its beginning, as a table shows it', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  const ids = ['3e37578e-1e77-41a0-87d9-5f11e6ff697f', '3e37aaaa-1e77-41a0-87d9-5f11e6ff697f'];
  gateway.answer = ({ query }) =>
    query.startsWith('{ agents')
      ? { data: { agents: ids.map((id) => ({ id, name: 'greeter' })) } }
      : { data: { memory: MEMORY, memories: { memories: [], total: 0, next: null, lag: 0 } } };
  const asked = () => gateway.requests.at(-1)?.variables;
  await run(['memory', 'show', 'agent-3e37578e/09f9-4']);
  assert.deepEqual(asked(), { id: `agent-${ids[0]}/09f9-4` });
  await run(['memory', 'show', 'agent-3e37bbbb/09f9-4']);
  assert.deepEqual(asked(), { id: 'agent-3e37bbbb/09f9-4' });
  await run(['memory', 'ls', '--agent', '3e37a']);
  assert.equal(asked()?.['agentId'], ids[1]);
  const { code, err } = await run(['memory', 'ls', '--agent', '3e37']);
  assert.equal(code, 2);
  assert.match(err, /2 agents have ids that begin with "3e37".*give more of it: 3e37578e-/);
  const before = gateway.requests.length;
  await run(['memory', 'show', 'notes/1']);
  assert.equal(gateway.requests.length, before + 1, 'other ids cost no look at the agents');
});

const TAIL = '1e77-41a0-87d9-5f11e6ff697f';
const AGENTS = [
  { id: `3e37578e-${TAIL}`, name: 'greeter' },
  { id: `aaaaaaaa-0000-41a0-87d9-5f11e6ff697f`, name: 'one' },
  { id: `aaaaaaaa-${TAIL}`, name: 'of two that begin alike' },
  { id: `bbbbbbbb-${TAIL}`, name: 'begins as another is called' },
  { id: 'other', name: 'bbbbbbbb' },
];

test('a table on a terminal shows each id so that commands take it', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  const ofAgents = [...AGENTS.map(({ id }) => id), `cccccccc-${TAIL}`];
  // Also of an agent that is deleted, and what is no work of an agent.
  const made = ofAgents.flatMap((id) => [`${id}/09f9`, `agent-${id}/09f9-4`, `agent.${id}.0:17`, `order-${id}`, id]);
  gateway.answer = ({ query }) => {
    if (query.startsWith('{ agents')) return { data: { agents: AGENTS } };
    const ids = query.includes('jobs(') ? made.map((id) => ({ ...JOB, id })) : [];
    const jobs = { jobs: ids, next: null };
    const job = { queue: 'q', id: made[1] };
    const agentRun = { ...RUN, id: made[0], steps: [{ ...RUN, node: 'n', output: null, next: null, job }] };
    const agent = { runs: made.map((id) => ({ ...RUN, id })) };
    return {
      data: {
        jobs,
        agent,
        agentRun,
        memory: MEMORY,
        remember: MEMORY,
        memories: page(made.map((id) => ({ ...MEMORY, id }))).data.memories,
      },
    };
  };
  const cellsOf = async (line: readonly string[]) => {
    const { out } = await run(line, { columns: 400 });
    return out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => row.split(' ', 1)[0]!);
  };
  const cells = await cellsOf(['memory', 'ls']);
  assert.deepEqual(await cellsOf(['job', 'ls', 'agents', '--state', 'waiting']), cells);
  assert.deepEqual(await cellsOf(['agent', 'runs', 'other']), cells);
  assert.match((await run(['agent', 'steps', made[0]!], { columns: 400 })).out, / q agent-3e37578e\/09f9-4\n/);
  assert.deepEqual(cells.slice(0, 3), ['3e37578e/09f9', 'agent-3e37578e/09f9-4', `agent.${ofAgents[0]}.0:17`]);
  assert.equal(new Set(cells).size, made.length);
  for (const [index, cell] of cells.entries()) {
    await run(['memory', 'show', cell]);
    assert.equal(gateway.requests.at(-1)?.variables['id'], made[index], cell);
  }
  const agents = AGENTS.map(({ id }) => shortIds(AGENTS).agent(id));
  assert.deepEqual(agents, ['3e37578e', ...ofAgents.slice(1, 5)]);
  for (const [index, cell] of agents.entries()) {
    await run(['memory', 'ls', '--agent', cell]);
    assert.equal(gateway.requests.at(-1)?.variables['agentId'], ofAgents[index], cell);
  }
  gateway.requests.length = 0;
  assert.match((await run(['memory', 'ls'])).out, new RegExp(`^agent-${ofAgents[0]}/09f9-4 `, 'm'));
  assert.equal(gateway.requests.length, 1, 'without a terminal nobody looks at the agents');
  await run(['memory', 'remember', 'x', '--id', 'agent-3e37578e/09f9-4']);
  assert.deepEqual(gateway.requests.at(-1)?.variables['input'], { text: 'x', id: made[1] });
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
