import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Agent, AgentRun } from '../proto/generated/graphql.ts';
import { startCommandWorld } from './command-world.ts';
import type { FakeGateway } from './fake-gateway.ts';

const STARTED = '2026-11-26T10:00:00.000Z';
const ENDED = '2026-11-26T10:00:02.500Z';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const RUN: AgentRun = {
  id: 'r1',
  agentId: 'a1',
  status: 'DONE',
  trigger: { type: 'device', device: { id: '1209:0001' } },
  startedAt: STARTED,
  endedAt: ENDED,
  error: null,
  traceId: TRACE,
  steps: [
    {
      node: 'describe',
      type: 'plugin',
      status: 'DONE',
      startedAt: STARTED,
      endedAt: ENDED,
      output: { title: 'A \u001b[2J printer' },
      error: null,
      job: { queue: 'plugin-hello', id: '3f~0' },
      next: 'keep',
    },
    {
      node: 'keep',
      type: 'remember',
      status: 'FAILED',
      startedAt: ENDED,
      endedAt: ENDED,
      output: null,
      error: { code: 'AW_DISK_FULL', message: 'It is full' },
      job: null,
      next: null,
    },
  ],
};
const GRAPH = {
  triggers: [
    { type: 'device', on: 'attached', vendorId: 0x1209 },
    { type: 'schedule', everyMs: 60_000 },
    { type: 'job' },
  ],
  start: 'describe',
  nodes: [
    { id: 'keep', type: 'remember', text: '{{describe.output.title}}' },
    { id: 'describe', type: 'plugin', plugin: 'hello', function: 'describe', next: 'known' },
    // biome-ignore lint/suspicious/noThenProperty: it is the word of the graph
    { id: 'known', type: 'condition', if: { value: '{{x}}', is: 'not_equal', to: 3 }, then: 'keep', else: 'mail' },
    { id: 'mail', type: 'job', queue: 'mail', jobType: 'mail.send', wait: false },
    { id: 'look', type: 'search', query: 'tea', scope: 'tenant', next: 'keep' },
  ],
};
const AGENT = {
  id: 'a1',
  name: 'greeter',
  description: 'Greets',
  status: 'DEPLOYED',
  tenantId: 'default',
  createdAt: STARTED,
  updatedAt: ENDED,
  config: { graph: GRAPH },
  error: null,
  warnings: ['/nodes/3/queue names "mail", which nobody works on now: the job would wait'],
  memory: { count: 4 },
  runs: [RUN],
} as unknown as Agent;
const NAMES = [
  { id: 'a1', name: 'greeter' },
  { id: 'a2', name: 'twin' },
  { id: 'a3', name: 'twin' },
];

/** Answers who asks for names with them, and mutations with `changed`. */
function answer(gateway: FakeGateway, changed: object): void {
  gateway.answer = ({ query, variables }) => ({
    data: query.startsWith('{ agents')
      ? { agents: NAMES }
      : query.startsWith('mutation')
        ? changed
        : { agent: variables['id'] === 'a1' ? AGENT : null, agentRun: variables['id'] === 'r1' ? RUN : null },
  });
}

test('agent ls and show, by id or by name', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const ids = Array.from({ length: 45 }, (_, n) => `a${n + 1}`);
  gateway.answer = ({ query, variables }) => {
    if (query === '{ agents { id } }') return { data: { agents: ids.map((id) => ({ id })) } };
    // The last was deleted meanwhile.
    const of = Object.entries(variables).filter(([name]) => name !== 'runs');
    return {
      data: Object.fromEntries(
        of.map(([name, id]) => [name.replace('id', 'agent'), id === 'a45' ? null : { ...AGENT, id }]),
      ),
    };
  };
  assert.equal((await run(['agent', 'ls'])).out.trimEnd().split('\n').length, 45, 'a head and 44 of them');
  assert.equal(gateway.requests.length, 4);
  ids.splice(1);
  assert.match((await run(['agent', 'ls'])).out, /greeter +deployed +2026-11-26T10:00:00\.000Z +done +4 +a1\n/);
  assert.deepEqual((await runJson(['agent', 'ls'])).document, [AGENT]);
  answer(gateway, {});
  const { out } = await run(['agent', 'show', 'greeter']);
  for (const expected of [
    /^id +a1\nname +greeter\nfor +Greets\nstatus +deployed\nwarning +\/nodes\/3\/queue names "mail", .* wait\n/,
    /starts +when a device is attached \(vendor 1209\)\nstarts +every 1m\nstarts +by a job agent\.run of the queue agents\n/,
    /THEN\ndescribe +plugin +calls describe of hello +known\nkeep +remember +\{\{describe\.output\.title\}\} +end\n/,
    /known +condition +\{\{x\}\} not equal 3\? +keep, else mail\n/,
    /mail +job +adds mail\.send to mail, does not wait +end\n/,
    /look +search +tea in all memories +keep\n/,
    /r1 +done +device +2026-11-26T10:00:00\.000Z +2 s +2\n/,
  ])
    assert.match(out, expected);
  assert.deepEqual((await runJson(['agent', 'show', 'a1'])).document, AGENT);
  assert.match((await run(['agent', 'runs', 'greeter', '--limit', '7'])).out, /r1 +done/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { id: 'a1', runs: 7 });
  assert.deepEqual((await runJson(['agent', 'runs', 'a1'])).document, [RUN]);

  const unknown = await run(['agent', 'show', 'greeetr']);
  assert.match(unknown.err, /^AW_AGENT_UNKNOWN: There is no agent "greeetr"\. Next: did you mean "greeter"\?/);
  assert.match((await run(['agent', 'show', 'GRE'])).err, /no agent "GRE"\. Next: did you mean "greeter"\?/);
  const several = await run(['agent', 'stop', 'twin']);
  assert.equal(several.code, 2);
  assert.match(several.err, /2 agents are called "twin"\. Next: give its id: a2 or a3/);
  gateway.answer = () => ({ data: { agents: [] } });
  assert.match((await run(['agent', 'ls'])).out, /No agents\. Make one/);
});

test('agent steps shows a run with times, outputs, jobs and its trace', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  answer(gateway, {});
  const { out } = await run(['agent', 'steps', 'r1']);
  for (const expected of [
    /^run +r1\nagent +a1\nstatus +done\n/,
    /ended +2026-11-26T10:00:02\.500Z, after 2 s\n/,
    new RegExp(`trace +${TRACE}\n`),
    /trigger +\{"type":"device"/,
    /describe +plugin +done +2 s +keep +plugin-hello 3f~0\n/,
    /keep +remember +failed +0 ms\n/,
    /describe\n {2}\{\n {4}"title": "A \\u001b\[2J printer"\n/,
    /keep\n {2}AW_DISK_FULL: It is full\n/,
  ])
    assert.match(out, expected);
  assert.deepEqual((await runJson(['agent', 'steps', 'r1'])).document, RUN);
  assert.equal((await runJson(['agent', 'steps', 'r9'])).document.error.code, 'AW_AGENT_RUN_UNKNOWN');
});

test('agent create reads a file, and may deploy at once', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson, folder } = world;
  const draft = { ...AGENT, status: 'DRAFT', runs: [], warnings: [] };
  answer(gateway, { createAgent: { ...draft, name: 'other' }, deployAgent: AGENT });
  const file = join(folder, 'greeter.json');
  const input = { name: 'other', config: { graph: GRAPH } };
  await writeFile(file, JSON.stringify(input));
  const { out, err } = await run(['agent', 'create', file]);
  assert.deepEqual([out, err], ['other: draft (a1)\n', '']);
  assert.deepEqual(gateway.requests.at(-1)?.variables['input'], input);
  assert.deepEqual((await runJson(['agent', 'create', file, '--deploy'])).document, AGENT);
  assert.equal(gateway.requests.at(-1)?.variables['id'], 'a1');

  const places = 'Cannot use the graph: /nodes/0/next: no node "b"; /nodes/1: a cycle';
  const refusal = { errors: [{ message: places, extensions: { code: 'AW_AGENT_GRAPH_INVALID' } }] };
  const answerEach = (answers: Readonly<Record<string, object>>) => {
    gateway.answer = ({ query }) =>
      Object.entries(answers).find(([field]) => query.includes(`{ ${field}(`))?.[1] ?? {
        data: { agents: NAMES, plugins: [{ name: 'helo' }] },
      };
  };
  answerEach({ createAgent: refusal });
  const refused = await run(['agent', 'create', file]);
  assert.equal(refused.code, 1);
  assert.equal(
    refused.err,
    'AW_AGENT_GRAPH_INVALID: Cannot use the graph:\n  /nodes/0/next: no node "b"\n  /nodes/1: a cycle\n',
  );
  const made = { data: { createAgent: draft } };
  answerEach({ createAgent: made, deployAgent: refusal, deleteAgent: { data: { deleteAgent: true } } });
  assert.match(
    (await run(['agent', 'create', file, '--deploy'])).err,
    /: Agent "greeter" was not deployed, and its draft is deleted again: Cannot use the graph:\n {2}\/nodes\/0/,
  );
  assert.deepEqual(gateway.requests.at(-1)?.variables, { id: 'a1' });
  const missing = 'Cannot deploy agent "a1": /nodes/1/plugin names "hello", which is not loaded: load it first';
  const unloaded = { errors: [{ message: missing, extensions: { code: 'AW_AGENT_PLUGIN_MISSING' } }] };
  answerEach({ createAgent: made, deployAgent: unloaded, deleteAgent: { data: { deleteAgent: true } } });
  assert.match(
    (await run(['agent', 'create', file, '--deploy'])).err,
    / its draft is deleted again:\n {2}\/nodes\/1\/plugin names "hello", which is not loaded: load it first \(did you mean "helo"\?\)\n/,
  );
  answerEach({ createAgent: made, deployAgent: refusal, deleteAgent: refusal });
  assert.match(
    (await run(['agent', 'create', file, '--deploy'])).err,
    /: Agent "greeter" was made, but not deployed: [\s\S]*autoweave agent deploy a1 tries again\n/,
  );

  answerEach({ createAgent: { data: { createAgent: { ...draft, id: 'a4', name: 'twin' } } } });
  await writeFile(file, JSON.stringify({ ...input, name: 'twin' }));
  assert.equal(
    (await run(['agent', 'create', file])).err,
    'Agent a2 and 1 more are called "twin", too: commands on this one need its id, a4\n',
  );

  const wrong: [string, RegExp][] = [
    ['[]', /holds no object/],
    ['{"config":{}}', /has no name/],
    ['{"nmae":"x"}', /has an unknown field "nmae" \(did you mean "name"\?\)/],
    ['{', /holds no JSON/],
  ];
  for (const [text, message] of wrong) {
    await writeFile(file, text);
    const { code, err } = await run(['agent', 'create', file]);
    assert.equal(code, 2, text);
    assert.match(err, message);
  }
  assert.equal((await runJson(['agent', 'create', join(folder, 'none')])).document.error.code, 'AW_FILE_FAILED');
  assert.match((await run(['agent', 'create', join(folder, 'none')])).err, /none": there is no such file\. Next: /);
});

test('agent update reads a file, and says where it may not be', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson, folder } = world;
  const file = join(folder, 'greeter.json');
  const input = { name: 'twin', config: { graph: GRAPH } };
  await writeFile(file, JSON.stringify(input));
  const changed = { ...AGENT, name: 'twin', status: 'DRAFT' };
  answer(gateway, { updateAgent: changed });
  const { out, err } = await run(['agent', 'update', 'greeter', file]);
  assert.equal(out, 'twin: draft\n');
  assert.match(err, /^Warning: \/nodes\/3\/queue .*\nAgent a2 and 1 more are called "twin", too: .* its id, a1\n$/);
  assert.deepEqual(gateway.requests.at(-1)?.variables, { id: 'a1', input, runs: 1 });
  assert.deepEqual((await runJson(['agent', 'update', 'a1', file])).document, changed);
  const refuse = (message: string, code: string) => {
    gateway.answer = ({ query }) =>
      query.startsWith('mutation') ? { errors: [{ message, extensions: { code } }] } : { data: { agents: NAMES } };
  };
  refuse('Cannot update agent "a1": it is deployed; stop it first', 'AW_AGENT_STATE');
  assert.match(
    (await run(['agent', 'update', 'greeter', file])).err,
    /^AW_AGENT_STATE: Cannot update agent "greeter": .*\. Next: autoweave agent stop greeter\n/,
  );
  refuse('Cannot use the graph: /nodes/0/next: no node "b"; /nodes/1: a cycle', 'AW_AGENT_GRAPH_INVALID');
  assert.match((await run(['agent', 'update', 'greeter', file])).err, /graph:\n {2}\/nodes\/0\/next.*\n {2}\/nodes\/1/);
});

test('agent deploy, stop and delete', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const stopped = { ...AGENT, status: 'STOPPED', error: { code: 'AW_DATA_INVALID', message: 'Step "weigh" failed' } };
  answer(gateway, { deployAgent: AGENT, stopAgent: stopped, deleteAgent: true });
  const deployed = await run(['agent', 'deploy', 'greeter']);
  assert.deepEqual([deployed.out, deployed.err.slice(0, 24)], ['greeter: deployed\n', 'Warning: /nodes/3/queue ']);
  assert.equal(gateway.requests.at(-1)?.variables['id'], 'a1');
  assert.deepEqual((await runJson(['agent', 'stop', 'a1'])).document, stopped);
  assert.equal((await run(['agent', 'stop', 'greeter'])).out, 'greeter: stopped\n', 'not with the error of a run');
  const asking = await run(['agent', 'delete', 'greeter'], { answer: 'greeter' });
  assert.deepEqual(asking.asked, ['Deletes agent greeter with its runs. Type greeter to go on: ']);
  assert.equal(asking.out, 'greeter: deleted\n');
  assert.equal((await runJson(['agent', 'delete', 'a1'])).document.error.code, 'AW_NOT_CONFIRMED');
  assert.deepEqual((await runJson(['agent', 'delete', 'greeter', '--yes'])).document, { id: 'a1', deleted: true });
  const showing = async (agent: object) => {
    gateway.answer = () => ({ data: { agent } });
    return (await run(['agent', 'show', 'a1'])).out;
  };
  assert.match(await showing(stopped), /\nerror +of the last run that failed, AW_DATA_INVALID: Step/);
  assert.match(await showing({ ...stopped, status: 'ERROR' }), /\nerror +AW_DATA_INVALID: Step/);
});

test('agent delete, run and stop say of an agent in another state what it is called, and what to type', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  const refuse = (what: string) => {
    const errors = [{ message: `Cannot ${what}`, extensions: { code: 'AW_AGENT_STATE' } }];
    gateway.answer = ({ query }) =>
      query.startsWith('mutation') ? { errors } : { data: { agents: [{ id: 'a1', name: "Ann's agent" }, ...NAMES] } };
  };
  refuse('delete agent "a2": it is deployed; stop it first');
  assert.match(
    (await run(['agent', 'delete', 'a2', '--yes'])).err,
    /^AW_AGENT_STATE: Cannot delete agent "a2": .* first\. Next: autoweave agent stop a2\n/,
  );
  refuse('delete agent "a1": it is deployed; stop it first');
  assert.match(
    (await run(['agent', 'delete', "Ann's agent", '--yes'])).err,
    /Cannot delete agent "Ann's agent": .*\. Next: autoweave agent stop "Ann's agent"\n/,
  );
  refuse('run agent "a1": it is a draft; deploy it first');
  assert.match(
    (await run(['agent', 'run', 'greeter'])).err,
    /agent "greeter": .*\. Next: autoweave agent deploy greeter\n/,
  );
  refuse('stop agent "a1": it is a draft, which nothing starts');
  assert.match((await run(['agent', 'stop', 'greeter'])).err, /agent "greeter": it is a draft, which nothing starts\n/);
});

const feed = (update: object) => ({ events: update });
const caughtUp = (cursor: string) => feed({ __typename: 'CaughtUp', cursor });
const event = (type: string, data: object) =>
  feed({
    __typename: 'Event',
    id: 'e',
    cursor: '4',
    type,
    subject: 'a1',
    source: 'agent',
    at: ENDED,
    data,
    traceId: null,
  });
const step = event('agent.step_finished', { runId: 'r1', node: 'describe', type: 'plugin', status: 'DONE', step: 0 });
const end = (status: string, runId = 'r1') => event('agent.run_finished', { runId, status, agentId: 'a1' });

/** Begins `r1`; a look at it gives one after the other, the last again and again. */
function answerRun(gateway: FakeGateway, ...looks: unknown[]): void {
  gateway.requests.length = 0;
  gateway.answer = ({ query }) => ({
    data: query.startsWith('{ agents')
      ? { agents: NAMES }
      : query.startsWith('mutation')
        ? { runAgent: { ...RUN, status: 'RUNNING', steps: [], endedAt: null } }
        : { agentRun: looks.length > 1 ? looks.shift() : looks[0] },
  });
}

test('agent run begins a run, and with --wait follows it to its end', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  answerRun(gateway, RUN);
  assert.equal((await run(['agent', 'run', 'greeter', '{"name":"Ann"}'])).out, 'r1\n');
  assert.deepEqual(gateway.requests.at(-1)?.variables, { id: 'a1', input: { name: 'Ann' } });

  answerRun(gateway, RUN);
  gateway.stream = () => [caughtUp('3'), end('FAILED', 'another'), step, end('DONE')];
  const { code, out, err } = await run(['agent', 'run', 'greeter', '--wait']);
  assert.deepEqual([code, err], [0, 'describe (plugin): done\n']);
  assert.match(out, /^run +r1\n/);
  const kinds = gateway.requests.map(({ query }) => /(\w+)\(\$/.exec(query)?.[1] ?? query);
  assert.deepEqual(kinds, ['{ agents { id name } }', 'Events', 'RunAgent', 'Run'], 'it listens before it begins');
  assert.deepEqual((await runJson(['agent', 'run', 'greeter', '--wait'])).document, RUN);
});

test('agent run --wait fails when the run does, and looks itself where events are gone', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  answerRun(gateway, null);
  gateway.stream = () => [caughtUp('3'), end('STOPPED')];
  const told = await runJson(['agent', 'run', 'a1', '--wait']);
  assert.deepEqual([told.code, told.document.status, told.document.endedAt], [1, 'STOPPED', ENDED]);

  const failed = { ...RUN, status: 'FAILED', error: { code: 'AW_DISK_FULL', message: 'It is full' } };
  answerRun(gateway, null, failed);
  const rounds = [
    [caughtUp('3'), step],
    [caughtUp('8'), caughtUp('9')],
  ];
  gateway.stream = () => rounds.shift() ?? [];
  const { code, out } = await run(['agent', 'run', 'a1', '--wait']);
  assert.equal(code, 1);
  assert.match(out, /status +failed\nerror +AW_DISK_FULL: It is full\n/);
});
