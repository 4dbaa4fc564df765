import assert from 'node:assert/strict';
import { type AgentRecord, agent } from '../../actors/agent/agent.ts';
import { agentRouter } from '../../actors/agent/agent-router.ts';
import { agentRun, type RunState } from '../../actors/agent/agent-run.ts';
import { memory } from '../../actors/memory/memory.ts';
import { scheduler } from '../../actors/scheduler/scheduler.ts';
import type { AgentGraph, JobEnded } from '../../proto/generated/messages.ts';
import { defineActor } from '../../runtime/actor/definition.ts';
import { type TriedActors, type TriedJob, tryActors } from '../../runtime/testkit/try-actor.ts';

/** Agents with what they speak to, in memory. Jobs stay where they are until a test says how they ended. */

/** Plugins that are loaded, with what they export; and one that was. */
const LOADED: Readonly<Record<string, readonly string[]>> = {
  'device-describer': ['describe', 'on_attach'],
  'label-maker': ['label'],
};

/** Says of a plugin what the real one would, as far as agents ask. */
const plugin = defineActor({
  name: 'plugin',
  init: () => ({}),
  commands: {
    'plugin.describe'({ key }) {
      const functions = LOADED[key];
      if (functions !== undefined) return { status: 'LOADED', functions };
      return { status: key === 'unloaded' ? 'UNLOADED' : null, functions: ['describe'] };
    },
  },
});

export const AGENT_ACTORS = [agent, agentRun, agentRouter, scheduler, memory, plugin];

export interface AgentWorld extends AsyncDisposable {
  readonly actors: TriedActors;
  create(id: string, graph?: AgentGraph): Promise<AgentRecord>;
  /** Under another name, if one is given. */
  update(id: string, graph: AgentGraph, name?: string): Promise<AgentRecord>;
  deploy(id: string): Promise<AgentRecord>;
  stop(id: string): Promise<AgentRecord>;
  delete(id: string): Promise<boolean>;
  /** By a person; gives the id of the run. */
  start(id: string, trigger?: object): Promise<string>;
  /** Makes it, deploys it, starts it. */
  run(id: string, graph: AgentGraph, trigger?: object): Promise<string>;
  agentOf(id: string): AgentRecord;
  runOf(runId: string): RunState;
  /** The job that a run waits for. */
  jobOf(runId: string): TriedJob;
  /** Tells a run that its job has ended. */
  end(runId: string, result: unknown): Promise<void>;
  tell(job: TriedJob, ended: Partial<JobEnded>): Promise<void>;
  /** Data of all events of a type, oldest first. */
  told<Data>(type: string): readonly Data[];
}

export async function createAgentWorld(): Promise<AgentWorld> {
  const actors = await tryActors(AGENT_ACTORS);
  const call = <Answer>(id: string, type: string, data: unknown) =>
    actors.call(agent, id, type, data) as Promise<Answer>;

  const world: AgentWorld = {
    actors,
    create: (id, graph) =>
      call(id, 'agent.create', { name: `Agent ${id}`, ...(graph === undefined ? {} : { config: { graph } }) }),
    update: (id, graph, name = `Agent ${id}`) => call(id, 'agent.update', { name, config: { graph } }),
    deploy: (id) => call(id, 'agent.deploy', { agentId: id }),
    stop: (id) => call(id, 'agent.stop', { agentId: id }),
    delete: (id) => call(id, 'agent.delete', {}),
    start: (id, trigger = { type: 'manual' }) => call(id, 'agent.start', { trigger }),
    async run(id, graph, trigger) {
      await world.create(id, graph);
      await world.deploy(id);
      return await world.start(id, trigger);
    },
    agentOf: (id) => actors.state<AgentRecord>(agent, id)!,
    runOf: (runId) => actors.state<RunState>(agentRun, runId)!,
    jobOf(runId) {
      const { job } = world.runOf(runId).steps.at(-1)!;
      const found = actors.jobs().find(({ id }) => id === job?.id);
      assert.ok(found, `run ${runId} waits for no job`);
      return found;
    },
    end: (runId, result) => world.tell(world.jobOf(runId), { outcome: 'completed', result }),
    async tell({ id, queue, options }, ended) {
      const { a, k, r } = options.nt!;
      assert.equal(a, agentRun.name);
      await actors.send(agentRun, k, 'job.ended', { queue, jobId: id, ref: r, outcome: 'completed', ...ended });
    },
    told: <Data>(type: string) => actors.events(type).map(({ data }) => data as Data),
    [Symbol.asyncDispose]: () => actors[Symbol.asyncDispose](),
  };
  return world;
}
