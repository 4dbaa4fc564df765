import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { fakeAgent, fakeRun, fakeStep } from './fake-agents.ts';
import { fakeMemory } from './fake-memories.ts';
import { fakeJob } from './fake-queues.ts';
import { type FakeServices, fakeActor } from './fake-services.ts';
import { startWorld } from './gateway-world.ts';

const GRAPH = { nodes: [{ id: 'greet', type: 'plugin', plugin: 'label', function: 'greet' } as const] };

function keep(services: FakeServices, name: 'agent' | 'agent-run', ...states: { readonly id: string }[]): void {
  for (const state of states) services.actors.push(fakeActor(name, state.id, state));
}

test('agents are listed by name, those alone whose state is one', async (t) => {
  const { query, services } = await startWorld(t);
  const error = { code: 'AW_PLUGIN_TIMEOUT', message: 'It took too long' };
  keep(
    services,
    'agent',
    fakeAgent('b', { name: 'Zoe', status: 'ERROR', error }),
    fakeAgent('a', { name: 'Ann', description: 'Greets', graph: GRAPH }),
    { ...fakeAgent('c'), status: 'DREAMING' } as unknown as { id: string },
  );
  services.actors.push(fakeActor('agent', 'd', null));
  const fields = 'id name description status tenantId createdAt config error { code message }';
  const { data, errors } = await query(
    `{ agents { ${fields} } agent(id: "a") { name } none: agent(id: "x") { name } }`,
  );
  assert.equal(errors, undefined);
  const both = { tenantId: 'default', createdAt: '2026-01-02T00:00:00.000Z' };
  assert.deepEqual(data.agents, [
    {
      ...both,
      id: 'a',
      name: 'Ann',
      description: 'Greets',
      status: 'DEPLOYED',
      config: { graph: GRAPH },
      error: null,
    },
    { ...both, id: 'b', name: 'Zoe', description: null, status: 'ERROR', config: null, error },
  ]);
  assert.deepEqual([data.agent, data.none], [{ name: 'Ann' }, null]);
});

test('an agent has its runs, the jobs of their steps and what it remembers', async (t) => {
  const { query, services } = await startWorld(t);
  const mail = await services.queues.open('mail');
  services.queues.queues.get('mail')!.jobs.push(...['m1', 'm2', 'm3'].map((id) => fakeJob('mail', id)));
  assert.equal(mail.name, 'mail');
  keep(services, 'agent', fakeAgent('a', { runs: ['r3', 'begun-later', 'r2', 'r1'] }));
  const waiting = fakeStep('mail', 'm3', 30, { status: 'WAITING', next: 'end' });
  keep(
    services,
    'agent-run',
    fakeRun('r1', 'a', { steps: [fakeStep('mail', 'm1', 1), fakeStep('gone', 'g1', 2)] }),
    // Its second step began after that of the run after it.
    fakeRun('r2', 'a', { steps: [fakeStep('mail', 'no-longer', 10), fakeStep('mail', 'm2', 40)] }),
    fakeRun('r3', 'a', {
      status: 'RUNNING',
      steps: [{ node: 'if', type: 'condition', status: 'DONE', startedAt: waiting.startedAt, output: false }, waiting],
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    }),
  );
  services.memories.memories.push(
    fakeMemory('1', 'a red box', { agentId: 'a' }),
    fakeMemory('2', 'a blue box', { agentId: 'a' }),
    fakeMemory('3', 'a red cat', { agentId: 'b' }),
  );
  const { data, errors } = await query(`{
    agent(id: "a") {
      jobs { id queue state } last: jobs(first: 1) { id }
      runs(first: 2) { id status endedAt traceId steps { node type status output next job { queue id } error { code } } }
      memory { count recent { id } red: recent(query: " red ", first: 5) { id excerpt score } blank: recent(query: " ") { id } }
    }
    agentRun(id: "r2") { id agentId trigger traceId }
    none: agentRun(id: "begun-later") { id }
  }`);
  assert.equal(errors, undefined);
  const { jobs, last, runs, memory } = data.agent;
  assert.deepEqual(
    jobs.map(({ id }: { id: string }) => id),
    ['m2', 'm3', 'm1'],
  );
  assert.deepEqual(last, [{ id: 'm2' }]);
  assert.deepEqual(runs, [
    {
      id: 'r3',
      status: 'RUNNING',
      endedAt: null,
      traceId: 'a'.repeat(32),
      steps: [
        { node: 'if', type: 'condition', status: 'DONE', output: false, next: null, job: null, error: null },
        {
          node: 'm3',
          type: 'job',
          status: 'WAITING',
          output: null,
          next: 'end',
          job: { queue: 'mail', id: 'm3' },
          error: null,
        },
      ],
    },
  ]);
  assert.deepEqual(memory, {
    count: 2,
    recent: [{ id: '1' }, { id: '2' }],
    red: [{ id: '1', excerpt: '[red]', score: 1 }],
    blank: [{ id: '1' }, { id: '2' }],
  });
  assert.deepEqual(data.agentRun, { id: 'r2', agentId: 'a', trigger: { type: 'manual' }, traceId: null });
  assert.equal(data.none, null);
});

test('what is read around agents is bounded, for each agent and for an operation', async (t) => {
  const { query, services } = await startWorld(t, { limits: { agentReads: 25 } });
  for (const id of ['a', 'b', 'c']) {
    const runs = Array.from({ length: 10 }, (_, n) => `${id}${n}`);
    keep(services, 'agent', fakeAgent(id, { runs }));
    keep(services, 'agent-run', ...runs.map((run) => fakeRun(run, id)));
  }
  const code = async (document: string) => (await query(document)).errors?.[0]?.extensions.code;
  for (const field of ['runs(first: 0) { id }', 'jobs(first: 101) { id }', 'memory { recent(first: -1) { id } }']) {
    assert.equal(await code(`{ agent(id: "a") { ${field} } }`), 'AW_ARGUMENT_INVALID', field);
  }
  // The same run is read once, in whatever field.
  assert.equal(
    await code('{ agent(id: "a") { jobs { id } runs { id } again: runs { id } memory { count } } }'),
    undefined,
  );
  assert.equal(await code('{ agents { runs(first: 8) { id } } }'), undefined);
  assert.equal(await code('{ agents { runs { id } } }'), 'AW_TOO_MANY_READS');
});

test('agents are created, changed, deployed, stopped and deleted by their actor', async (t) => {
  const { query, services } = await startWorld(t);
  services.answer = (type, data) => {
    if (type === 'agent.create' || type === 'agent.update')
      return fakeAgent('made', { ...(data as object), status: 'DRAFT' });
    // An actor of another version may answer with something else: then its state is read.
    if (type === 'agent.deploy') return true;
    if (type === 'agent.delete') return false;
    throw new AutoWeaveError('AW_AGENT_STATE', 'Cannot stop agent: it is a draft');
  };
  keep(services, 'agent', fakeAgent('a'));
  const created = await query(
    'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { id name status runs { id } } }',
    { input: { name: 'Greeter', description: null, config: { graph: GRAPH } } },
  );
  assert.deepEqual(created.data.createAgent, { id: 'made', name: 'Greeter', status: 'DRAFT', runs: [] });
  const { actor, key, data } = services.sent[0]!;
  assert.deepEqual([actor, data], ['agent', { name: 'Greeter', config: { graph: GRAPH } }]);
  assert.match(key, /^[0-9a-f-]{36}$/);
  const changed = await query(
    'mutation ($input: UpdateAgentInput!) { updateAgent(id: "a", input: $input) { id name } }',
    { input: { name: 'Other', description: null, config: { graph: GRAPH } } },
  );
  assert.deepEqual(changed.data.updateAgent, { id: 'made', name: 'Other' });
  assert.deepEqual((await query('mutation { deployAgent(id: "a") { id status } }')).data.deployAgent, {
    id: 'a',
    status: 'DEPLOYED',
  });
  const gone = await query('mutation { deployAgent(id: "gone") { id } }');
  assert.equal(gone.errors?.[0]?.extensions.code, 'AW_AGENT_UNKNOWN');
  const draft = await query('mutation { stopAgent(id: "a") { id } }');
  assert.equal(draft.errors?.[0]?.extensions.code, 'AW_AGENT_STATE');
  assert.equal((await query('mutation { deleteAgent(id: "a") }')).data.deleteAgent, false);
  assert.deepEqual(
    services.sent.slice(1).map(({ key, type, data }) => [key, type, data]),
    [
      ['a', 'agent.update', { name: 'Other', config: { graph: GRAPH } }],
      ['a', 'agent.deploy', { agentId: 'a' }],
      ['gone', 'agent.deploy', { agentId: 'gone' }],
      ['a', 'agent.stop', { agentId: 'a' }],
      ['a', 'agent.delete', {}],
    ],
  );
});

test('an agent says which of its jobs would fail or wait as things are now, and where', async (t) => {
  const { query, services } = await startWorld(t, { limits: { agentReads: 6 } });
  for (const name of ['system', 'labels']) {
    const queue = await services.queues.open(name);
    const { counts } = queue;
    Object.assign(queue, { counts: async () => ({ ...(await counts()), workers: name === 'system' ? 1 : 0 }) });
  }
  const job = (id: string, queue: string, jobType: string, data?: unknown) =>
    ({ id, type: 'job', queue, jobType, ...(data === undefined ? {} : { data }) }) as const;
  const nodes = [
    job('fine', 'system', 'system.cleanup', { targets: ['{{trigger.input}}'] }),
    job('typo', 'system', 'system.claenup'),
    job('wrong', 'system', 'memory.search', { limit: 1 }),
    job('waits', 'labels', 'memory.search', { query: 'x' }),
    job('nowhere', 'label', 'nobody.knows'),
    { id: 'other', type: 'plugin', plugin: 'gone', function: 'f' } as const,
  ];
  keep(services, 'agent', fakeAgent('a', { graph: { nodes } as never }), fakeAgent('b'));
  const { data, errors } = await query('{ agent(id: "a") { warnings } none: agent(id: "b") { warnings } }');
  assert.equal(errors, undefined);
  assert.deepEqual(data.none.warnings, []);
  assert.deepEqual(data.agent.warnings, [
    '/nodes/1/jobType names "system.claenup", which no job type is: the step would fail (did you mean "system.cleanup"?)',
    `/nodes/2/data breaks the schema of "memory.search", the step would fail: / must have required property 'query'`,
    '/nodes/3/queue names "labels", which nobody works on now: the job would wait',
    '/nodes/4/jobType names "nobody.knows", which no job type is: the step would fail',
    '/nodes/4/queue names "label", which nobody works on now: the job would wait (did you mean "labels"?)',
  ]);
  keep(services, 'agent', fakeAgent('c', { graph: { nodes } as never }));
  const many = await query('{ agent(id: "a") { warnings } c: agent(id: "c") { warnings } }');
  assert.equal(many.errors?.[0]?.extensions.code, 'AW_TOO_MANY_READS');
});

test('runAgent gives the run, also before it has begun', async (t) => {
  const { query, services } = await startWorld(t);
  services.answer = () => 'r1';
  const fields = '{ id agentId status trigger steps { node } endedAt }';
  const early = await query(`mutation ($input: JSON) { runAgent(id: "a", input: $input) ${fields} }`, {
    input: { n: 1 },
  });
  const trigger = { type: 'manual', input: { n: 1 } };
  const expected = { id: 'r1', agentId: 'a', status: 'RUNNING', trigger, steps: [], endedAt: null };
  assert.deepEqual(early.data.runAgent, expected);
  assert.deepEqual(services.sent[0]?.data, { trigger });
  keep(services, 'agent-run', fakeRun('r1', 'a', { trigger: { type: 'manual' }, endedAt: '2026-01-02T00:00:01.000Z' }));
  const late = await query('mutation { runAgent(id: "a") { status endedAt } }');
  assert.deepEqual(late.data.runAgent, { status: 'DONE', endedAt: '2026-01-02T00:00:01.000Z' });
  assert.deepEqual(services.sent[1]?.data, { trigger: { type: 'manual' } });
});

test('many large runs are read a few at a time, and shown whole', async (t) => {
  const { query, services } = await startWorld(t);
  const { getState, listActors } = services;
  let [busy, busiest, lists] = [0, 0, 0];
  Object.assign(services, {
    getState: async (name: string, key: string) => {
      busiest = Math.max(busiest, ++busy);
      await new Promise(setImmediate);
      busy--;
      const found = await getState(name, key);
      return found && { ...found, bytes: 5_000_000 };
    },
    listActors: async (options: Parameters<typeof listActors>[0]) => {
      lists++;
      return listActors({ ...options, first: 1 });
    },
  });
  for (let n = 0; n < 6; n++) {
    const runs = Array.from({ length: 5 }, (_, run) => `r${n}-${run}`);
    keep(services, 'agent', fakeAgent(`a${n}`, { runs, graph: GRAPH }));
    for (const id of runs) {
      const trigger = { type: 'manual', input: id } as const;
      keep(services, 'agent-run', fakeRun(id, `a${n}`, { trigger, steps: [fakeStep('mail', id, 1)] }));
    }
  }
  const fields = 'id config runs { id trigger steps { node } }';
  const { data, errors } = await query(`{ agents { ${fields} } again: agents { id } }`);
  assert.equal(errors, undefined);
  for (const [n, { id, config, runs }] of data.agents.entries()) {
    const expected = Array.from({ length: 5 }, (_, run) => `r${n}-${run}`);
    assert.deepEqual([id, config], [`a${n}`, { graph: GRAPH }], 'also of the last pages');
    assert.deepEqual(
      runs,
      expected.map((run) => ({ id: run, trigger: { type: 'manual', input: run }, steps: [{ node: run }] })),
    );
  }
  assert.equal(data.again.length, 6);
  assert.ok(busiest > 1 && busiest <= 8, `${busiest} at once`);
  assert.equal(lists, 6, 'one listing for both');
});

test('another tenant than that of the token is refused', async (t) => {
  const { query, services } = await startWorld(t);
  keep(services, 'agent', fakeAgent('a'));
  assert.equal((await query('{ agents(tenantId: "default") { id } }')).data.agents.length, 1);
  const { errors } = await query('{ agents(tenantId: "other") { id } }');
  assert.equal(errors?.[0]?.extensions.code, 'AW_FORBIDDEN_TENANT');
});
