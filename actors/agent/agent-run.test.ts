import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { AgentCreate, AgentGraph, AgentStep, MemoryRecord } from '../../proto/generated/messages.ts';
import { defineActor } from '../../runtime/actor/definition.ts';
import { AGENT_ACTORS, createAgentWorld } from '../../test/harness/agent-world.ts';
import { agentRun } from './agent-run.ts';

type Node = AgentGraph['nodes'][number];

const describeNode: Node = {
  id: 'describe',
  type: 'plugin',
  plugin: 'device-describer',
  function: 'describe',
  input: { device: '{{trigger.device}}' },
};
const outlines = (steps: readonly AgentStep[]) => steps.map(({ node, status }) => `${node} ${status}`);

describe('a run', () => {
  test('goes through the nodes, each with what those before gave', async () => {
    await using world = await createAgentWorld();
    const graph: AgentGraph = {
      nodes: [
        { ...describeNode, next: 'earlier' },
        { id: 'earlier', type: 'search', query: 'about {{describe.output.title}}', limit: 3, next: 'seen' },
        { id: 'seen', type: 'condition', if: { value: '{{earlier.output.memories}}', is: 'present' }, else: 'tell' },
        {
          id: 'tell',
          type: 'job',
          queue: 'mail',
          jobType: 'system.health_check',
          data: {},
          wait: false,
          next: 'print',
        },
        {
          id: 'print',
          type: 'job',
          queue: 'labels',
          jobType: 'plugin.call',
          data: { function: 'label', input: '{{tell.output.jobId}}' },
          next: 'note',
        },
        {
          id: 'note',
          type: 'remember',
          text: '{{describe.output.title}} {{print.output}}',
          metadata: { run: '{{run.id}}' },
        },
      ],
    };
    const runId = await world.run('a', graph, { type: 'device', device: { id: 'x' } });
    const call = world.jobOf(runId);
    assert.deepEqual(
      [call.queue, call.id, call.type, call.data],
      [
        'plugin-device-describer',
        `agent-${runId}-0`,
        'plugin.call',
        { function: 'describe', input: { device: { id: 'x' } } },
      ],
    );
    assert.deepEqual([call.options.a, call.options.nt], [3, { a: 'agent-run', k: runId, r: '0' }]);
    await world.end(runId, { title: 'A printer' });
    assert.deepEqual(world.jobOf(runId).data, { query: 'about A printer', limit: 3, agentId: 'a' });
    await world.end(runId, { memories: [] });
    const [told] = world.actors.jobs('mail');
    assert.deepEqual([told?.id, told?.options], [`agent-${runId}-3`, {}]);
    assert.deepEqual(world.jobOf(runId).data, { function: 'label', input: told?.id });
    await world.end(runId, 7);

    const run = world.runOf(runId);
    assert.equal(run.status, 'DONE');
    assert.deepEqual(
      run.steps.map(({ node, output, next }) => [node, output, next]),
      [
        ['describe', { title: 'A printer' }, 'earlier'],
        ['earlier', { memories: [] }, 'seen'],
        ['seen', false, 'tell'],
        ['tell', { jobId: told?.id }, 'print'],
        ['print', 7, 'note'],
        ['note', { memoryId: `agent-${runId}-5` }, undefined],
      ],
    );
    const memory = world.actors.state<MemoryRecord>({ name: 'memory' }, `agent-${runId}-5`)!;
    assert.deepEqual([memory.text, memory.agentId, memory.metadata], ['A printer 7', 'a', { run: runId }]);
    assert.equal(world.agentOf('a').memories, 1);
    const events = world.told<{ step: number; node: string; status: string }>('agent.step_finished');
    assert.deepEqual(
      events.map(({ step, node, status }) => `${step} ${node} ${status}`),
      run.steps.map(({ node }, index) => `${index} ${node} DONE`),
    );
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('is not moved by the end of a settled step, or of another one', async () => {
    await using world = await createAgentWorld();
    const nodes: Node[] = [
      { ...describeNode, next: 'label' },
      { ...describeNode, id: 'label', input: '{{describe.output}}' },
    ];
    const runId = await world.run('a', { nodes });
    const first = world.jobOf(runId);
    await world.tell(first, { result: 'one' });
    await world.tell(first, { result: 'two' });
    await world.tell(first, { outcome: 'failed', error: { code: 'AW_JOB_TIMEOUT', message: 'late' } });
    await world.tell(world.jobOf(runId), { ref: '7' });
    await world.actors.send(agentRun, runId, 'agent-run.proceed', { step: 1 });
    await world.actors.send(agentRun, runId, 'agent-run.begin', { agentId: 'a', graph: { nodes }, trigger: {} });
    const { steps, status } = world.runOf(runId);
    assert.deepEqual(
      [outlines(steps), steps[0]?.output, status],
      [['describe DONE', 'label WAITING'], 'one', 'RUNNING'],
    );
    assert.equal(world.actors.jobs().length, 2);
  });

  test('begins only when its agent sends for it, and not again when it was forgotten', async () => {
    await using world = await createAgentWorld();
    const graph = { nodes: [describeNode] };
    const runId = await world.run('a', graph);
    const sent = { agentId: 'a', graph, trigger: { type: 'manual' } };
    await world.end(runId, null);
    await world.actors.send(agentRun, runId, 'agent-run.forget', {});
    for (const key of [runId, 'a/new', 'other']) {
      await assert.rejects(world.actors.call(agentRun, key, 'agent-run.begin', sent), {
        code: 'AW_AGENT_RUN_UNKNOWN',
        message: `Cannot begin run "${key}": agent "a" has not sent for it; run the agent to begin another one`,
      });
      assert.equal(world.actors.state(agentRun, key), undefined);
    }
    assert.equal(world.actors.jobs().length, 1);
  });

  test('ends after the step at work when it is stopped', async () => {
    await using world = await createAgentWorld();
    const runId = await world.run('a', {
      nodes: [
        { ...describeNode, next: 'note' },
        { id: 'note', type: 'remember', text: 'x' },
      ],
    });
    await world.stop('a');
    assert.equal(world.runOf(runId).status, 'RUNNING');
    await world.end(runId, 'noted');
    const { status, steps, graph } = world.runOf(runId);
    assert.deepEqual([status, outlines(steps), steps[0]?.output, graph], ['STOPPED', ['describe DONE'], 'noted', null]);
    assert.deepEqual(world.told('agent.run_finished'), [{ agentId: 'a', runId, status: 'STOPPED' }]);
  });

  test('ends as stopped when it is to stop and its job is taken away', async () => {
    await using world = await createAgentWorld();
    const runId = await world.run('a', { nodes: [describeNode] });
    await world.stop('a');
    await world.tell(world.jobOf(runId), { outcome: 'cancelled', error: { code: 'AW_JOB_CANCELLED', message: 'x' } });
    const { status, steps, error } = world.runOf(runId);
    assert.deepEqual([status, outlines(steps), error], ['STOPPED', ['describe FAILED'], undefined]);
    assert.deepEqual(world.agentOf('a').running, []);
  });

  test('has the job looked for that it has waited for for long, now and then', async () => {
    await using world = await createAgentWorld();
    const runId = await world.run('a', {
      nodes: [
        { ...describeNode, next: 'label' },
        { ...describeNode, id: 'label' },
      ],
    });
    const checks = () => world.actors.jobs('agents').map(({ type, data }) => ({ type, ...(data as object) }));
    await world.actors.advance(50_000);
    await world.end(runId, 'one');
    await world.actors.advance(50_000);
    assert.deepEqual(checks(), []);
    const { queue, id: jobId } = world.jobOf(runId);
    await world.actors.advance(80_000);
    assert.deepEqual(checks(), [{ type: 'agent.check_step', runId, step: 1, queue, jobId }]);
    await world.actors.advance(60 * 60_000);
    assert.equal(checks().length, 7);
    await world.end(runId, 'two');
    await world.actors.advance(60 * 60_000);
    assert.equal(checks().length, 7);
  });

  test('sends in one turn no more than a commit holds', async () => {
    await using world = await createAgentWorld();
    const nodes = Array.from({ length: 60 }, (_, index) => ({
      id: `n${index}`,
      type: 'remember' as const,
      text: '{{trigger.input}}',
      ...(index < 59 ? { next: `n${index + 1}` } : {}),
    }));
    const runId = await world.run('a', { nodes }, { type: 'manual', input: 'x'.repeat(60_000) });
    assert.equal(world.runOf(runId).status, 'DONE');
    assert.equal(world.agentOf('a').memories, 60);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('that is forgotten leaves nothing, also when its job ends afterwards', async () => {
    await using world = await createAgentWorld();
    const runId = await world.run('a', { nodes: [describeNode] });
    const job = world.jobOf(runId);
    await world.stop('a');
    await world.delete('a');
    await world.tell(job, {});
    assert.equal(world.actors.state(agentRun, runId), undefined);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  const note = (text: string): Node => ({ id: 'note', type: 'remember', text });
  const failing: ReadonlyArray<readonly [what: string, node: Node, result: unknown, code: string, message: RegExp]> = [
    [
      'gives more than may be kept',
      describeNode,
      'x'.repeat(70_000),
      'AW_AGENT_VALUE_TOO_LARGE',
      /more than 65536 bytes/,
    ],
    [
      'gives what is too deep',
      describeNode,
      JSON.parse(`${'['.repeat(80)}${']'.repeat(80)}`),
      'AW_AGENT_VALUE_TOO_LARGE',
      /64 levels/,
    ],
    [
      'has nothing to remember',
      note('{{trigger.input}}'),
      null,
      'AW_DATA_INVALID',
      /\/text must NOT have fewer than 1/,
    ],
    [
      'adds a job with wrong data',
      { id: 'job', type: 'job', queue: 'mail', jobType: 'plugin.call', data: 7 },
      null,
      'AW_DATA_INVALID',
      /must be object/,
    ],
    ['would say too much', note(`${'{{trigger.large}}'.repeat(5)}`), null, 'AW_AGENT_VALUE_TOO_LARGE', /more than/],
  ];
  for (const [what, node, result, code, message] of failing) {
    test(`fails with its step when that ${what}`, async () => {
      await using world = await createAgentWorld();
      const trigger = { type: 'manual', large: 'x'.repeat(50_000) };
      const runId = await world.run('a', { nodes: [node] }, trigger);
      if (world.runOf(runId).status === 'RUNNING') await world.end(runId, result);
      const { status, steps, error } = world.runOf(runId);
      assert.deepEqual([status, steps[0]?.status, error?.code], ['FAILED', 'FAILED', code]);
      assert.match(error!.message, new RegExp(`^Step "${node.id}" failed: .*${message.source}`));
      assert.equal(world.agentOf('a').status, 'ERROR');
      assert.deepEqual(world.actors.deadLetters(), []);
    });
  }

  test('waits a while for a job type that is not known yet, as after a start, and fails then', async () => {
    await using world = await createAgentWorld();
    const print = { id: 'print', type: 'job', queue: 'labels', jobType: 'label.print' } as const;
    const graph = { nodes: [{ ...describeNode, next: 'print' }, print] };
    const late = await world.run('a', graph);
    await world.end(late, null);
    assert.deepEqual(outlines(world.runOf(late).steps), ['describe WAITING']);
    const printer = defineActor({ name: 'printer', init: () => ({}), otherwise() {}, schemas: { 'label.print': {} } });
    await world.actors.restart([...AGENT_ACTORS, printer]);
    await world.actors.advance(1_000);
    assert.deepEqual(outlines(world.runOf(late).steps), ['describe DONE', 'print WAITING']);
    assert.equal(world.actors.jobs('labels').length, 1);

    await world.actors.restart(AGENT_ACTORS);
    const wrong = await world.start('a');
    await world.end(wrong, null);
    await world.actors.advance(10_000);
    const { status, error } = world.runOf(wrong);
    assert.deepEqual([status, error?.code], ['FAILED', 'AW_TYPE_UNKNOWN']);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('fails when its job failed, was cancelled or removed', async () => {
    await using world = await createAgentWorld();
    await world.create('a', { nodes: [describeNode] });
    await world.deploy('a');
    for (const [outcome, error] of [
      ['failed', { code: 'AW_PLUGIN_TIMEOUT', message: 'too slow' }],
      ['cancelled', { code: 'AW_JOB_CANCELLED', message: 'by hand' }],
      ['removed', undefined],
    ] as const) {
      const runId = await world.start('a');
      await world.tell(world.jobOf(runId), { outcome, ...(error === undefined ? {} : { error }) });
      const { status, error: found } = world.runOf(runId);
      assert.deepEqual([status, found?.code], ['FAILED', error?.code ?? 'AW_JOB_REMOVED']);
    }
  });

  test('finds nothing, without a job, where it has nothing to look for', async () => {
    await using world = await createAgentWorld();
    const query = '{{trigger.input.name}}';
    const runId = await world.run('a', {
      nodes: [
        { id: 'find', type: 'search', query, next: 'found' },
        { id: 'found', type: 'condition', if: { value: '{{find.output.memories}}', is: 'present' } },
      ],
    });
    const { status, steps } = world.runOf(runId);
    assert.deepEqual([status, steps.map(({ output }) => output)], ['DONE', [{ memories: [], total: 0 }, false]]);
    assert.deepEqual(world.actors.jobs(), []);
  });

  test('takes of what a search found what has room', async () => {
    await using world = await createAgentWorld();
    const runId = await world.run('a', { nodes: [{ id: 'find', type: 'search', query: 'x' }] });
    const memories = Array.from({ length: 100 }, (_, id) => ({ id, text: 'x'.repeat(5_000), score: 1 }));
    await world.end(runId, { memories, total: 200 });
    const { output } = world.runOf(runId).steps[0]!;
    const { memories: found, total } = output as { memories: { id: number; text: string }[]; total: number };
    assert.deepEqual([found.length > 20, found[0]?.text.length, total], [true, 2_001, 200]);
    assert.equal(world.runOf(runId).status, 'DONE');
  });

  test('keeps so much of all outputs together, and no more', async () => {
    await using world = await createAgentWorld();
    const nodes = Array.from({ length: 6 }, (_, index) => ({
      ...describeNode,
      id: `n${index}`,
      ...(index < 5 ? { next: `n${index + 1}` } : {}),
    }));
    const runId = await world.run('a', { nodes });
    while (world.runOf(runId).status === 'RUNNING') await world.end(runId, 'x'.repeat(60_000));
    const { steps, error } = world.runOf(runId);
    assert.deepEqual([steps.length, error?.code], [5, 'AW_AGENT_VALUE_TOO_LARGE']);
  });
});

test('the example notes a device, and that it was here before', async () => {
  await using world = await createAgentWorld();
  const file = join(import.meta.dirname, 'examples', 'device-notes.json');
  const { config } = JSON.parse(await readFile(file, 'utf8')) as AgentCreate;
  await world.create('notes', config!['graph'] as AgentGraph);
  await world.deploy('notes');
  const trigger = { type: 'device', on: 'attached', device: { id: '1d6b:0104:A1' } };
  const described = { title: 'A printer', sentence: 'A printer (1d6b:0104)', class: 'printer' };
  const texts: string[] = [];
  for (const memories of [[], [{ metadata: { device: '1d6b:0104:A1', at: '2026-01-01' } }]]) {
    const runId = await world.start('notes', trigger);
    await world.end(runId, described);
    await world.end(runId, { memories });
    assert.equal(world.runOf(runId).status, 'DONE');
    const { memoryId } = world.runOf(runId).steps.at(-1)!.output as { memoryId: string };
    texts.push(world.actors.state<MemoryRecord>({ name: 'memory' }, memoryId)!.text);
  }
  assert.deepEqual(texts, [
    'New here: A printer (1d6b:0104). Device 1d6b:0104:A1.',
    'Here again: A printer (1d6b:0104). Device 1d6b:0104:A1, noted before on 2026-01-01.',
  ]);
  const byHand = world.runOf(await world.start('notes', { type: 'manual', input: {} }));
  assert.deepEqual([byHand.status, outlines(byHand.steps)], ['DONE', ['plugged DONE']]);
});
