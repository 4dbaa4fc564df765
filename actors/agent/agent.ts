import type { Agent, AgentRunEnded, AgentStart, AgentUpdate } from '../../proto/generated/messages.ts';
import { type ActorContext, defineActor } from '../../runtime/actor/definition.ts';
import { isSameJson } from '../../runtime/actor/same-json.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import { checkPlugins, register, unregister } from './agent-deploy.ts';
import { checkGraph } from './agent-graph.ts';
import { type AgentOrder, type AgentState, nextState } from './agent-life.ts';
import { AGENT, AGENT_RUN } from './agent-names.ts';
import { lookAfter, type Watching, watchSoon } from './agent-watch.ts';
import { hasStarted, type StartedMinute, withStarted } from './started-runs.ts';
import { checkSize, MAX_BYTES } from './value-size.ts';

/**
 * One key per agent: its graph, its life (agent-life.ts) and which runs it has. The runs themselves are keys of the
 * actor `agent-run`, so that a run never waits for another one.
 */

/** An agent; its status is NONE for a key that is none, which is never stored. */
export type AgentRecord = Omit<Agent, 'status'> & { status: AgentState };

interface State extends AgentRecord, Pick<Watching, 'watchMs'> {
  /** Runs that were begun under a given name, also those that are forgotten. */
  started: StartedMinute[];
  /** Those at work that began with an earlier graph: how they end says nothing about the one of now. */
  outdated?: string[];
}

/** What a person says of it. */
type Made = Pick<Agent, 'name' | 'description' | 'graph'>;

/** With what is added to it, it still is the id of a schedule, of a run, and of a job of that run. */
export const MAX_AGENT_ID = 128;
/** Runs at work. More would be a trigger that comes faster than its runs can end. */
export const MAX_RUNNING = 100;
/** Runs that can be looked at, beside those at work. */
export const MAX_RUNS = 50;
/** Of a random id, as the end of the id of a run: 48 bits. */
const RUN_DIGITS = 12;

export const agent = defineActor({
  name: AGENT,
  description: 'Agents: what starts them, what they do, and which runs they have',
  file: 'actors/agent/agent.ts',
  init: (key): State => ({
    id: key,
    name: '',
    status: 'NONE',
    tenantId: '',
    createdAt: '',
    updatedAt: '',
    running: [],
    runs: [],
    memories: 0,
    started: [],
    watchMs: 0,
  }),
  commands: {
    'agent.create'(ctx, state, { data }) {
      checkId(ctx.key);
      const made = madeOf(data);
      const next = nextState(ctx.key, state.status, 'create');
      if (next === state.status) return shown(sameAs(state, made));
      Object.assign(state, made, { tenantId: ctx.tenant, createdAt: nowOf(ctx) });
      enter(ctx, state, next);
      return shown(state);
    },
    async 'agent.update'(ctx, state, { data }) {
      const next = nextState(ctx.key, state.status, 'update');
      const made = madeOf(data);
      if (isSame(state, made)) return shown(state);
      const hasNewGraph = !isSameJson(state.graph, made.graph);
      // After an error: its triggers take over.
      if (isDeployed(state)) {
        const graph = checkGraph(data.config ?? {});
        await checkPlugins(ctx, graph, 'update');
        unregister(ctx, state.graph ?? graph, graph);
        register(ctx, graph);
      }
      if (hasNewGraph) {
        state.outdated = [...state.running];
        // What the graph before has failed with.
        delete state.error;
      }
      delete state.description;
      delete state.graph;
      Object.assign(state, made, { updatedAt: nowOf(ctx) });
      ctx.emit('agent.updated', { agentId: ctx.key, name: state.name });
      if (hasNewGraph) enter(ctx, state, next);
      return shown(state);
    },
    async 'agent.deploy'(ctx, state, { data }) {
      checkSameId(ctx.key, data.agentId);
      const next = nextState(ctx.key, state.status, 'deploy');
      if (next === state.status) return shown(state);
      const graph = checkGraph(state.graph === undefined ? {} : { graph: state.graph });
      await checkPlugins(ctx, graph, 'deploy');
      register(ctx, graph);
      delete state.error;
      // Of an earlier deployment there may be runs that have not ended yet.
      enter(ctx, state, state.running.length === 0 ? next : nextState(ctx.key, next, 'start'));
      return shown(state);
    },
    'agent.stop'(ctx, state, { data }) {
      checkSameId(ctx.key, data.agentId);
      const next = nextState(ctx.key, state.status, 'stop');
      if (next === state.status) return shown(state);
      if (state.graph !== undefined) unregister(ctx, state.graph);
      for (const runId of state.running) ctx.cast(AGENT_RUN, runId, 'agent-run.stop', {});
      enter(ctx, state, next);
      return shown(state);
    },
    'agent.delete'(ctx, state) {
      const isThere = nextState(ctx.key, state.status, 'delete') !== state.status;
      if (isThere) {
        for (const runId of state.runs) ctx.cast(AGENT_RUN, runId, 'agent-run.forget', {});
        ctx.emit('agent.deleted', { agentId: ctx.key, name: state.name });
      }
      ctx.destroy();
      return isThere;
    },
    'agent.start'(ctx, state, { data }) {
      const runId = `${ctx.key}/${data.run ?? ctx.uuid().slice(-RUN_DIGITS)}`;
      if (state.runs.includes(runId) || (data.run && hasStarted(state.started, data.run))) return runId;
      // A device that comes while the agent is being stopped is nobody's fault.
      if (data.trigger.type === 'device' && !isDeployed(state)) return leave(ctx, state);
      const next = nextState(ctx.key, state.status, 'start');
      begin(ctx, state, runId, data.trigger);
      if (data.run !== undefined) state.started = withStarted(state.started, data.run, ctx.now());
      watchSoon(ctx, state);
      enter(ctx, state, next);
      return runId;
    },
    'agent.run_ended'(ctx, state, { data }) {
      if (!state.running.includes(data.runId)) return leave(ctx, state);
      endRun(ctx, state, data);
      enter(ctx, state, nextState(ctx.key, state.status, endOf(state)));
    },
    'agent.watch'(ctx, state) {
      if (state.status === 'NONE') ctx.destroy();
      else lookAfter(ctx, state);
    },
  },
});

function nowOf(ctx: ActorContext): string {
  return new Date(ctx.now()).toISOString();
}

/** Nothing is done; a key that is no agent is left without a state. */
function leave(ctx: ActorContext, { status }: AgentRecord): null {
  if (status === 'NONE') ctx.destroy();
  return null;
}

/** @throws AW_AGENT_TRIGGER_MISSING, AW_AGENT_BUSY, AW_AGENT_VALUE_TOO_LARGE */
function begin(ctx: ActorContext, state: AgentRecord, runId: string, trigger: AgentStart['trigger']): void {
  const { graph, running } = state;
  const { type } = trigger;
  if (type === 'job' && !graph?.triggers?.some((each) => each.type === 'job')) {
    throw new TerminalError(
      'AW_AGENT_TRIGGER_MISSING',
      `Cannot run agent "${ctx.key}": its graph has no job trigger; add { "type": "job" } to its triggers`,
    );
  }
  if (running.length >= MAX_RUNNING) {
    throw new TerminalError(
      'AW_AGENT_BUSY',
      `Cannot run agent "${ctx.key}": ${running.length} runs are at work, and no more may be`,
    );
  }
  checkSize('what starts the run', trigger, MAX_BYTES.trigger);
  state.running.push(runId);
  state.runs.unshift(runId);
  forgetOld(ctx, state);
  ctx.cast(AGENT_RUN, runId, 'agent-run.begin', { agentId: ctx.key, graph, trigger });
  ctx.emit('agent.run_started', { agentId: ctx.key, runId, trigger: type });
}

function endRun(ctx: ActorContext, state: State, { runId, status, error, remembered }: AgentRunEnded): void {
  const { outdated = [] } = state;
  state.running = state.running.filter((id) => id !== runId);
  state.memories += remembered;
  if (outdated.includes(runId)) state.outdated = outdated.filter((id) => id !== runId);
  else if (error !== undefined) state.error = error;
  else if (status === 'DONE') delete state.error;
  forgetOld(ctx, state);
  const failure = error === undefined ? {} : { error };
  ctx.emit('agent.run_finished', { agentId: ctx.key, runId, status, ...failure });
}

function endOf({ running, error }: AgentRecord): AgentOrder {
  if (running.length > 0) return 'run_ended';
  return error === undefined ? 'all_ended' : 'all_ended_badly';
}

/** Those at work stay, however old. */
function forgetOld(ctx: ActorContext, state: AgentRecord): void {
  const old = state.runs.slice(MAX_RUNS).filter((runId) => !state.running.includes(runId));
  if (old.length === 0) return;
  state.runs = state.runs.filter((runId) => !old.includes(runId));
  for (const runId of old) ctx.cast(AGENT_RUN, runId, 'agent-run.forget', {});
}

function enter(ctx: ActorContext, state: AgentRecord, status: AgentState): void {
  const before = state.status;
  if (status === before) return;
  state.status = status;
  state.updatedAt = nowOf(ctx);
  const change = { agentId: ctx.key, name: state.name, status, before: before === 'NONE' ? null : before };
  ctx.emit('agent.status_changed', change);
}

function isDeployed({ status }: AgentRecord): boolean {
  return status === 'DEPLOYED' || status === 'RUNNING' || status === 'ERROR';
}

/** Without what is nobody else's concern. */
function shown({ started: _started, outdated: _outdated, watchMs: _watchMs, ...agent }: State): AgentRecord {
  return agent;
}

/** @throws AW_AGENT_GRAPH_INVALID */
function madeOf({ name, description, config }: AgentUpdate): Made {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(config === undefined ? {} : { graph: checkGraph(config) }),
  };
}

function isSame({ name, description, graph }: AgentRecord, made: Made): boolean {
  return name === made.name && description === made.description && isSameJson(graph, made.graph);
}

/** The agent, when what is to be made is what was made before. */
function sameAs(state: State, made: Made): State {
  if (isSame(state, made)) return state;
  throw new TerminalError(
    'AW_AGENT_STATE',
    `Cannot create agent "${state.id}": there is another one of this id; choose another id`,
  );
}

/** @throws AW_AGENT_ID_INVALID */
function checkId(id: string): void {
  if (id.length >= 1 && id.length <= MAX_AGENT_ID) return;
  throw new TerminalError(
    'AW_AGENT_ID_INVALID',
    `Cannot create an agent: its id has ${id.length} characters of 1 to ${MAX_AGENT_ID}`,
  );
}

/** An order says twice whom it concerns: as a job, and as the key that it goes to. */
function checkSameId(key: string, agentId: string): void {
  if (key === agentId) return;
  throw new TerminalError('AW_DATA_INVALID', `Cannot do this to agent "${key}": the order is for "${agentId}"`);
}
