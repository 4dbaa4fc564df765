import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AgentGraph, AgentRunFinished, AgentStatusChanged } from '../../proto/generated/messages.ts';
import type { ScheduleState } from '../../runtime/queue/schedule-record.ts';
import { createAgentWorld } from '../../test/harness/agent-world.ts';
import { type AgentRecord, agent, MAX_RUNNING, MAX_RUNS } from './agent.ts';
import { DEVICES } from './agent-names.ts';
import { agentRouter } from './agent-router.ts';
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

  test('gets another name, description and graph while it is not deployed; a run keeps the graph that it began with', async () => {
    await using world = await createAgentWorld();
    const graph: AgentGraph = { nodes: [{ ...LABEL.nodes[0]!, next: 'note' }, ...NOTE.nodes] };
    await world.actors.call(agent, 'a', 'agent.create', { name: 'First', description: 'Greets', config: { graph } });
    await world.deploy('a');
    const runId = await world.start('a');
    await assert.rejects(world.update('a', LABEL), {
      ...REFUSED,
      message: 'Cannot update agent "a": it is deployed; stop it first',
    });
    await world.end(runId, null);
    await assert.rejects(world.update('a', LABEL), { ...REFUSED, message: /stop it first/ });
    const second = await world.start('a');
    await world.stop('a');
    const before = world.agentOf('a');
    await world.actors.advance(1_000);
    await world.update('a', { ...LABEL, triggers: [{ type: 'schedule', everyMs: 60_000 }] }, 'Second');
    const wrong: AgentGraph = { nodes: [{ ...LABEL.nodes[0]!, next: 'x' }] };
    await assert.rejects(world.update('a', wrong), { code: 'AW_AGENT_GRAPH_INVALID', message: /\/nodes\/0\/next/ });
    await assert.rejects(world.update('b', LABEL), { code: 'AW_AGENT_UNKNOWN' });
    const { name, description, status, createdAt, updatedAt, runs } = world.agentOf('a');
    assert.deepEqual([name, description, status], ['Second', undefined, 'STOPPED']);
    assert.deepEqual([createdAt, runs, updatedAt > before.updatedAt], [before.createdAt, before.runs, true]);
    assert.equal(world.runOf(second).graph?.nodes.length, 2);
    assert.equal(world.actors.state({ name: 'scheduler' }, 'agent.a.0'), undefined);
    await world.deploy('a');
    assert.notEqual(world.actors.state({ name: 'scheduler' }, 'agent.a.0'), undefined);
    assert.deepEqual(world.told('agent.updated'), [{ agentId: 'a', name: 'Second' }]);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('updated while it is a draft, it is one; the same again changes nothing', async () => {
    await using world = await createAgentWorld();
    await world.create('a', LABEL);
    const made = await world.update('a', NOTE);
    assert.deepEqual([made.status, made.graph], ['DRAFT', NOTE]);
    await world.actors.advance(1_000);
    assert.deepEqual(await world.update('a', NOTE), made);
    const bare = (await world.actors.call(agent, 'a', 'agent.update', { name: 'Bare' })) as AgentRecord;
    assert.deepEqual([bare.status, bare.name, 'graph' in bare], ['DRAFT', 'Bare', false]);
    assert.equal(world.told('agent.updated').length, 2);
  });

  test('updated in error, it stays deployed: its triggers are those of the new graph, which has to be deployable', async () => {
    await using world = await createAgentWorld();
    const schedule = (everyMs: number) => ({ type: 'schedule', everyMs }) as const;
    const device = { type: 'device', on: 'attached' } as const;
    const first = { ...LABEL, triggers: [schedule(60_000), schedule(70_000), device] };
    const runId = await world.run('a', first);
    await world.tell(world.jobOf(runId), { outcome: 'failed', error: { code: 'AW_PLUGIN_TRAPPED', message: 'no' } });
    const renamed = await world.update('a', first, 'Another name');
    assert.deepEqual(
      [renamed.name, renamed.status, renamed.error?.code],
      ['Another name', 'ERROR', 'AW_PLUGIN_TRAPPED'],
    );
    await assert.rejects(world.actors.call(agent, 'a', 'agent.update', { name: 'A' }), {
      code: 'AW_AGENT_GRAPH_INVALID',
      message: /config has no "graph"/,
    });
    const missing: AgentGraph = { nodes: [{ id: 'x', type: 'plugin', plugin: 'nobody', function: 'f' }] };
    await assert.rejects(world.update('a', missing), {
      code: 'AW_AGENT_PLUGIN_MISSING',
      message: 'Cannot update agent "a": /nodes/0/plugin names "nobody", which is not loaded: load it first',
    });
    const clockOf = (index: number) =>
      world.actors.state<ScheduleState>({ name: 'scheduler' }, `agent.a.${index}`)?.spec?.everyMs;
    assert.deepEqual([clockOf(0), clockOf(1)], [60_000, 70_000]);
    await world.update('a', { ...NOTE, triggers: [schedule(80_000)] });
    assert.deepEqual([clockOf(0), clockOf(1)], [80_000, undefined]);
    assert.deepEqual(world.actors.state(agentRouter, DEVICES), { agents: [] });
    assert.deepEqual([world.agentOf('a').status, world.agentOf('a').error], ['DEPLOYED', undefined]);
    const { before, status } = world.told<AgentStatusChanged>('agent.status_changed').at(-1)!;
    assert.deepEqual([before, status, world.told('agent.updated').length], ['ERROR', 'DEPLOYED', 2]);
    const next = await world.start('a');
    assert.deepEqual([world.runOf(next).steps.length, world.agentOf('a').status], [1, 'DEPLOYED']);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('is not blamed for what runs of an earlier graph end with', async () => {
    await using world = await createAgentWorld();
    const failed = { outcome: 'failed', error: { code: 'AW_PLUGIN_TRAPPED', message: 'no' } } as const;
    const standing = () => [world.agentOf('a').status, world.agentOf('a').error?.code];
    const other: AgentGraph = { nodes: [{ ...LABEL.nodes[0]!, id: 'other' }] };
    const runs = [await world.run('a', LABEL), await world.start('a'), await world.start('a')];
    const jobs = runs.map((runId) => world.jobOf(runId));
    await world.stop('a');
    await world.update('a', LABEL, 'Second');
    await world.tell(jobs[0]!, failed);
    assert.deepEqual(standing(), ['STOPPED', 'AW_PLUGIN_TRAPPED'], 'it is still the graph of this run');
    const updated = await world.update('a', other);
    assert.deepEqual([updated.error, 'outdated' in updated], [undefined, false]);
    await world.tell(jobs[1]!, failed);
    assert.deepEqual(standing(), ['STOPPED', undefined]);
    await world.deploy('a');
    await world.tell(jobs[2]!, failed);
    assert.deepEqual(standing(), ['DEPLOYED', undefined]);
    assert.equal(world.told<AgentRunFinished>('agent.run_finished').at(-1)?.error?.code, 'AW_PLUGIN_TRAPPED');

    const [first, second] = [await world.start('a'), await world.start('a')];
    const late = world.jobOf(second);
    await world.tell(world.jobOf(first), failed);
    await world.stop('a');
    await world.update('a', LABEL);
    await world.deploy('a');
    const now = await world.start('a');
    await world.tell(world.jobOf(now), failed);
    await world.tell(late, {});
    assert.deepEqual(standing(), ['ERROR', 'AW_PLUGIN_TRAPPED'], 'nor is it cleared by them');
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
