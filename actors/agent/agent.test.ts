import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AgentGraph, AgentStatusChanged } from '../../proto/generated/messages.ts';
import type { ScheduleState } from '../../runtime/queue/schedule-record.ts';
import { createAgentWorld } from '../../test/harness/agent-world.ts';
import { agent, MAX_RUNNING, MAX_RUNS } from './agent.ts';
import { agentRun } from './agent-run.ts';

const LABEL: AgentGraph = { nodes: [{ id: 'label', type: 'plugin', plugin: 'label-maker', function: 'label' }] };
const NOTE: AgentGraph = { nodes: [{ id: 'note', type: 'remember', text: 'noted' }] };
const REFUSED = { code: 'AW_AGENT_STATE' };

describe('agent', () => {
  test('lives from draft to deletion, and tells each change', async () => {
    await using world = await createAgentWorld();
    const made = await world.create('a', LABEL);
    assert.deepEqual([made.id, made.name, made.tenantId, made.graph], ['a', 'Agent a', 'test', LABEL]);
    await assert.rejects(world.start('a'), { ...REFUSED, message: /it is a draft; deploy it first/ });
    await world.deploy('a');
    const runId = await world.start('a');
    assert.match(runId, /^a\/[0-9a-f]{12}$/);
    assert.deepEqual(world.agentOf('a').running, [runId]);
    await assert.rejects(world.delete('a'), { ...REFUSED, message: /stop it first/ });
    await world.end(runId, { printed: true });
    await world.stop('a');
    await assert.rejects(world.start('a'), REFUSED);
    await world.deploy('a');
    await world.stop('a');
    assert.equal(await world.delete('a'), true);
    assert.equal(await world.delete('a'), false);
    assert.equal(world.actors.state(agent, 'a'), undefined);
    assert.equal(world.actors.state(agentRun, runId), undefined);
    const changes = world.told<AgentStatusChanged>('agent.status_changed');
    assert.deepEqual(
      changes.map(({ before, status }) => `${before ?? 'none'} → ${status}`),
      [
        'none → DRAFT',
        'DRAFT → DEPLOYED',
        'DEPLOYED → RUNNING',
        'RUNNING → DEPLOYED',
        'DEPLOYED → STOPPED',
        'STOPPED → DEPLOYED',
        'DEPLOYED → STOPPED',
      ],
    );
    assert.deepEqual(world.told('agent.run_started'), [{ agentId: 'a', runId, trigger: 'manual' }]);
    assert.deepEqual(world.told('agent.run_finished'), [{ agentId: 'a', runId, status: 'DONE' }]);
    assert.deepEqual(world.told('agent.deleted'), [{ agentId: 'a', name: 'Agent a' }]);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('is made once, however often that is asked', async () => {
    await using world = await createAgentWorld();
    await world.create('a', LABEL);
    await world.deploy('a');
    assert.equal((await world.create('a', LABEL)).status, 'DEPLOYED');
    assert.equal((await world.deploy('a')).status, 'DEPLOYED');
    await assert.rejects(world.create('a', NOTE), { ...REFUSED, message: /another one of this id/ });
    assert.equal(world.told('agent.status_changed').length, 2);
  });

  test('is in error while its last run has failed, and goes on being started', async () => {
    await using world = await createAgentWorld();
    const first = await world.run('a', LABEL);
    const second = await world.start('a');
    const error = { code: 'AW_PLUGIN_TRAPPED', message: 'unreachable' };
    await world.tell(world.jobOf(first), { outcome: 'failed', error });
    assert.equal(world.agentOf('a').status, 'RUNNING');
    await world.tell(world.jobOf(second), { outcome: 'failed', error });
    assert.equal(world.agentOf('a').status, 'ERROR');
    assert.deepEqual(world.agentOf('a').error, { code: error.code, message: 'Step "label" failed: unreachable' });
    const third = await world.start('a');
    assert.equal(world.agentOf('a').status, 'RUNNING');
    await world.end(third, null);
    const { status, error: left, running, runs } = world.agentOf('a');
    assert.deepEqual([status, left, running, runs], ['DEPLOYED', undefined, [], [third, second, first]]);
  });

  test('stopped, it lets its runs end after their step, and is deployed again meanwhile', async () => {
    await using world = await createAgentWorld();
    const graph: AgentGraph = { nodes: [{ ...LABEL.nodes[0]!, next: 'note' }, ...NOTE.nodes] };
    const runId = await world.run('a', graph);
    await world.stop('a');
    assert.deepEqual([world.agentOf('a').status, world.agentOf('a').running], ['STOPPED', [runId]]);
    await world.deploy('a');
    assert.equal(world.agentOf('a').status, 'RUNNING');
    await world.end(runId, null);
    assert.deepEqual([world.agentOf('a').status, world.runOf(runId).status], ['DEPLOYED', 'STOPPED']);
    assert.equal(world.runOf(runId).steps.length, 1);
    assert.equal(world.agentOf('a').memories, 0);
  });

  test('deployed, it has its schedules, and stopped none', async () => {
    await using world = await createAgentWorld();
    const triggers: AgentGraph['triggers'] = [
      { type: 'job' },
      { type: 'schedule', everyMs: 60_000, input: { hello: 1 } },
      { type: 'schedule', cron: '0 3 * * *', timezone: 'Europe/Berlin' },
    ];
    await world.create('a', { ...NOTE, triggers });
    await world.deploy('a');
    await world.actors.advance(61_000);
    const [job] = world.actors.jobs('agents');
    assert.equal(job?.type, 'agent.run');
    assert.deepEqual(job.data, { agentId: 'a', trigger: 'schedule', input: { hello: 1 } });
    const nightly = world.actors.state<ScheduleState>({ name: 'scheduler' }, 'agent.a.2');
    assert.equal(nightly?.spec?.timezone, 'Europe/Berlin');
    await world.stop('a');
    for (const index of [1, 2]) assert.equal(world.actors.state({ name: 'scheduler' }, `agent.a.${index}`), undefined);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('is not deployed while a plugin is missing, and says where', async () => {
    await using world = await createAgentWorld();
    const node = (id: string, plugin: string, name: string, next?: string) =>
      ({ id, type: 'plugin', plugin, function: name, ...(next === undefined ? {} : { next }) }) as const;
    await world.create('a', {
      nodes: [
        node('a', 'label-maker', 'print', 'b'),
        node('b', 'nobody', 'label', 'c'),
        node('c', 'unloaded', 'describe', 'd'),
        node('d', 'device-describer', 'describe'),
      ],
    });
    await assert.rejects(world.deploy('a'), {
      code: 'AW_AGENT_PLUGIN_MISSING',
      message:
        'Cannot deploy agent "a": /nodes/0/function names "print", which "label-maker" does not export: it has label; ' +
        '/nodes/1/plugin names "nobody", which is not loaded: load it first; ' +
        '/nodes/2/plugin names "unloaded", which is not loaded: load it first',
    });
    assert.equal(world.agentOf('a').status, 'DRAFT');
  });

  test('refuses a wrong graph, no graph, a long id and unknown agents', async () => {
    await using world = await createAgentWorld();
    const wrong: AgentGraph = { nodes: [{ ...LABEL.nodes[0]!, next: 'x' }] };
    await assert.rejects(world.create('a', wrong), { code: 'AW_AGENT_GRAPH_INVALID', message: /\/nodes\/0\/next/ });
    await assert.rejects(world.create('x'.repeat(129), NOTE), { code: 'AW_AGENT_ID_INVALID' });
    await world.create('empty');
    await assert.rejects(world.deploy('empty'), { code: 'AW_AGENT_GRAPH_INVALID', message: /config has no "graph"/ });
    for (const order of [world.deploy('b'), world.stop('b'), world.start('b')]) {
      await assert.rejects(order, { code: 'AW_AGENT_UNKNOWN' });
    }
    assert.equal(await world.delete('b'), false);
    assert.equal(await world.start('b', { type: 'device' }), null);
    await world.actors.call(agent, 'b', 'agent.run_ended', { runId: 'b/1', status: 'DONE', remembered: 0 });
    for (const id of ['a', 'b']) assert.equal(world.actors.state(agent, id), undefined);
  });

  test('is started by jobs only with a job trigger, and not by too much', async () => {
    await using world = await createAgentWorld();
    await world.run('a', NOTE);
    await assert.rejects(world.start('a', { type: 'job' }), { code: 'AW_AGENT_TRIGGER_MISSING' });
    await world.run('b', { ...NOTE, triggers: [{ type: 'job' }] }, { type: 'job', input: 1 });
    const input = 'x'.repeat(70_000);
    await assert.rejects(world.start('b', { type: 'job', input }), { code: 'AW_AGENT_VALUE_TOO_LARGE' });
  });

  test('begins a run of a given name once, and none by device while it is not deployed', async () => {
    await using world = await createAgentWorld();
    await world.create('a', NOTE);
    const start = { trigger: { type: 'device' }, run: 'one' };
    assert.equal(await world.actors.call(agent, 'a', 'agent.start', start), null);
    await world.deploy('a');
    assert.equal(await world.actors.call(agent, 'a', 'agent.start', start), 'a/one');
    assert.equal(await world.actors.call(agent, 'a', 'agent.start', start), 'a/one');
    await world.stop('a');
    assert.equal(await world.actors.call(agent, 'a', 'agent.start', start), 'a/one');
    assert.equal(world.told('agent.run_started').length, 1);
  });

  test('begins a run of a given name once, also when it has forgotten it', async () => {
    await using world = await createAgentWorld();
    await world.create('a', NOTE);
    await world.deploy('a');
    const start = (run: string) => world.actors.call(agent, 'a', 'agent.start', { trigger: { type: 'manual' }, run });
    await start('first');
    for (let index = 0; index < MAX_RUNS; index++) await start(`later${index}`);
    assert.equal(world.actors.state(agentRun, 'a/first'), undefined);
    assert.equal(await start('first'), 'a/first');
    assert.equal(world.actors.state(agentRun, 'a/first'), undefined);
    assert.equal(world.told('agent.run_started').length, MAX_RUNS + 1);
  });

  test('looks after its runs: one that is gone is at work no longer', async () => {
    await using world = await createAgentWorld();
    const runId = await world.run('a', LABEL);
    const other = await world.start('a');
    await world.actors.send(agentRun, runId, 'agent-run.forget', {});
    await world.actors.advance(61_000);
    assert.deepEqual(world.agentOf('a').running, [other]);
    await world.actors.send(agentRun, other, 'agent-run.forget', {});
    await world.stop('a');
    assert.deepEqual(world.agentOf('a').running, []);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('keeps its last runs and those at work, and no more at work than it may', async () => {
    await using world = await createAgentWorld();
    await world.create('a', LABEL);
    await world.deploy('a');
    const send = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () =>
          world.actors.send(agent, 'a', 'agent.start', { trigger: { type: 'manual' } }),
        ),
      );
    await send(MAX_RUNNING);
    const { running, runs } = world.agentOf('a');
    assert.deepEqual([running.length, runs.length], [MAX_RUNNING, MAX_RUNNING]);
    await assert.rejects(world.start('a'), { code: 'AW_AGENT_BUSY' });
    for (const job of world.actors.jobs('plugin-label-maker')) await world.tell(job, {});
    assert.deepEqual([world.agentOf('a').running.length, world.agentOf('a').runs.length], [0, MAX_RUNS]);
    const left = running.filter((runId) => world.actors.state(agentRun, runId) !== undefined);
    assert.deepEqual(left.toReversed(), world.agentOf('a').runs);
    assert.equal(world.agentOf('a').status, 'DEPLOYED');
  });
});
