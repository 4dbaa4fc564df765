import type { AgentGraph, AgentRun, AgentStep, JobEnded } from '../../proto/generated/messages.ts';
import { type ActorContext, defineActor } from '../../runtime/actor/definition.ts';
import { type Failure, TerminalError, toFailure } from '../../runtime/errors/errors.ts';
import { AGENT, AGENT_RUN } from './agent-names.ts';
import { fitMemories } from './found-memories.ts';
import { firstOf, nextOf } from './graph-order.ts';
import { type Begun, beginStep } from './run-steps.ts';
import { checkStep } from './step-check.ts';
import type { Scope } from './template.ts';
import { checkSize, MAX_BYTES, shortened } from './value-size.ts';

/**
 * One key per run. Each turn settles the step at work and begins the one that comes next; the steps so far are the
 * state, and what a step sends leaves with the commit that says so. So a run that was cut off anywhere goes on with the
 * step that it had not begun, and an end that is told late or again finds its step settled.
 *
 * - *NONE*: there is no such run, or it was forgotten. This is never stored.
 * - *RUNNING*: a step waits for its job, or a message to itself is on its way.
 * - *DONE*: a node had no next one. *FAILED*: a step has failed. *STOPPED*: it was told to stop, and its step has ended
 *   or its job was taken away.
 *
 * Now and then its agent has it checked: then it looks for the job that it has waited for for long, goes on if a message
 * to itself was lost, or says once more that it has ended.
 */
export interface RunState extends Omit<AgentRun, 'status'> {
  status: AgentRun['status'] | 'NONE';
  /** While it runs; afterwards it stands with the agent. */
  graph: AgentGraph | null;
  /** It ends after the step at work. */
  isStopping: boolean;
  /** Memories made. */
  remembered: number;
  /** Of all outputs. */
  outputBytes: number;
  /** Milliseconds since 1970: the job of the step at work is not looked for before. */
  nextCheck: number;
}

/** What one turn has sent so far: its commit, with the state, is one entry of the log. */
interface Turn {
  messages: number;
  bytes: number;
}

/** Steps that wait for nothing share a turn up to here. The last one of them may send some 200 KiB more. */
const TURN_MESSAGES = 50;
const TURN_BYTES = 64 * 1024;
/** What it says of itself, and what it sends. */
const MESSAGES_OF_STEP = 2;

export const agentRun = defineActor({
  name: AGENT_RUN,
  description: 'Runs of agents, step by step',
  file: 'actors/agent/agent-run.ts',
  init: (key): RunState => ({
    id: key,
    agentId: '',
    status: 'NONE',
    trigger: { type: 'manual' },
    startedAt: '',
    steps: [],
    graph: null,
    isStopping: false,
    remembered: 0,
    outputBytes: 0,
    nextCheck: 0,
  }),
  commands: {
    'agent-run.begin'(ctx, state, { data, source, traceparent }) {
      if (state.status !== 'NONE') return;
      const { agentId, graph } = data;
      checkSender(ctx, agentId, source);
      const trigger = data.trigger as AgentRun['trigger'];
      Object.assign(state, { agentId, graph, trigger, status: 'RUNNING', startedAt: nowOf(ctx) });
      if (traceparent !== undefined) state.traceparent = traceparent;
      goOn(ctx, state);
    },
    'agent-run.proceed'(ctx, state, { data }) {
      if (state.status === 'NONE') return ctx.destroy();
      if (state.status === 'RUNNING' && state.steps.length === data.step) goOn(ctx, state);
    },
    'job.ended'(ctx, state, { data }) {
      if (state.status === 'NONE') return ctx.destroy();
      const at = Number(data.ref);
      if (state.status !== 'RUNNING' || at !== state.steps.length - 1) return;
      const { status, type, job } = state.steps[at]!;
      if (status !== 'WAITING' || job?.queue !== data.queue || job.id !== data.jobId) return;
      const isTakenAway = data.outcome === 'cancelled' || data.outcome === 'removed';
      // Whoever takes away what a run waits for that is to stop wants it to end.
      settle(ctx, state, () => outputOf(data, type), state.isStopping && isTakenAway ? 'STOPPED' : 'FAILED');
      if (state.status === 'RUNNING') goOn(ctx, state);
    },
    'agent-run.check'(ctx, state) {
      if (state.status === 'NONE') return tellGone(ctx);
      if (state.status !== 'RUNNING') return tellEnd(ctx, state, state.status);
      if (state.steps.at(-1)?.status === 'WAITING') checkStep(ctx, state);
      else goOn(ctx, state);
    },
    'agent-run.stop'(ctx, state) {
      if (state.status === 'NONE') return tellGone(ctx);
      if (state.status !== 'RUNNING') return;
      state.isStopping = true;
      if (state.steps.at(-1)?.status !== 'WAITING') end(ctx, state, 'STOPPED');
    },
    'agent-run.forget'(ctx) {
      ctx.destroy();
    },
  },
});

/**
 * A run that was forgotten has left nothing here that a second beginning could be told by: its steps would wait for jobs
 * that have ended before, and no agent would look after it. Its agent sends for each run once, and what it has sent keeps
 * its source as a dead letter that is sent again; somebody else who sends it is refused.
 *
 * @throws AW_AGENT_RUN_UNKNOWN
 */
function checkSender({ key }: ActorContext, agentId: string, source: string): void {
  if (source === `actor/${AGENT}/${agentId}` && key.startsWith(`${agentId}/`)) return;
  throw new TerminalError(
    'AW_AGENT_RUN_UNKNOWN',
    `Cannot begin run "${key}": agent "${agentId}" has not sent for it; run the agent to begin another one`,
  );
}

/** Begins the step that comes next, or ends the run where there is none. */
function goOn(ctx: ActorContext, state: RunState, turn: Turn = { messages: 0, bytes: 0 }): void {
  const last = state.steps.at(-1);
  const next = last === undefined ? firstOf(state.graph!) : last.next;
  if (next === undefined) end(ctx, state, 'DONE');
  else if (state.isStopping) end(ctx, state, 'STOPPED');
  else begin(ctx, state, next, turn);
}

function begin(ctx: ActorContext, state: RunState, id: string, turn: Turn): void {
  const { graph, agentId, steps } = state;
  const node = graph!.nodes.find((each) => each.id === id)!;
  const place = { agentId, runId: ctx.key, step: steps.length };
  const scope = scopeOf(state);
  const step: AgentStep = { node: id, type: node.type, status: 'WAITING', startedAt: nowOf(ctx) };
  steps.push(step);
  state.nextCheck = 0;
  settle(ctx, state, () => {
    const begun = beginStep(ctx, node, place, scope);
    if ('output' in begun) turn.bytes += begun.sentBytes ?? 0;
    return begun;
  });
  if (step.status !== 'DONE') return;
  if (node.type === 'remember') state.remembered++;
  turn.messages += MESSAGES_OF_STEP;
  // What waits for nothing needs no turn of its own: it is journaled, and what it sends leaves, with this commit.
  const hasRoom = turn.messages < TURN_MESSAGES && turn.bytes < TURN_BYTES;
  const following = graph!.nodes.find((each) => each.id === step.next);
  // A search is to find what was remembered before it: that leaves first.
  const comesFirst = node.type === 'remember' && following?.type === 'search';
  if (hasRoom && !comesFirst) goOn(ctx, state, turn);
  else ctx.cast(AGENT_RUN, ctx.key, 'agent-run.proceed', { step: steps.length });
}

/** The last step waits, is done with its output, or has failed with what was thrown; then the run ends as `otherwise`. */
function settle(
  ctx: ActorContext,
  state: RunState,
  work: () => Begun,
  otherwise: 'FAILED' | 'STOPPED' = 'FAILED',
): void {
  const step = state.steps.at(-1)!;
  try {
    const begun = work();
    if ('job' in begun) {
      step.job = begun.job;
      return;
    }
    keepOutput(state, step, begun.output);
  } catch (error) {
    // Anything else is no fault of the step: the turn is tried again.
    if (!(error instanceof TerminalError)) throw error;
    step.error = shortened(toFailure(error));
  }
  step.status = step.error === undefined ? 'DONE' : 'FAILED';
  step.endedAt = nowOf(ctx);
  const { agentId } = state;
  const { node, type, status } = step;
  const at = state.steps.length - 1;
  ctx.emit('agent.step_finished', { agentId, runId: ctx.key, step: at, node, type, status }, { key: agentId });
  if (step.error === undefined) return;
  const { code, message } = step.error;
  if (otherwise === 'STOPPED') end(ctx, state, 'STOPPED');
  else end(ctx, state, 'FAILED', shortened({ code, message: `Step "${node}" failed: ${message}` }));
}

/** @throws AW_AGENT_VALUE_TOO_LARGE */
function keepOutput(state: RunState, step: AgentStep, output: unknown): void {
  const room = MAX_BYTES.outputs - state.outputBytes;
  const bytes = checkSize('the output', output, MAX_BYTES.output);
  state.outputBytes += checkSize(`the output of this step, of ${bytes} bytes,`, output, room);
  step.output = output ?? null;
  const next = nextOf(state.graph!.nodes.find(({ id }) => id === step.node)!, output);
  if (next !== undefined) step.next = next;
}

/** @throws what the job has failed with */
function outputOf({ outcome, result, error }: JobEnded, type: AgentStep['type']): Begun {
  if (outcome === 'completed') return { output: type === 'search' ? fitMemories(result) : result };
  throw new TerminalError(error?.code ?? 'AW_JOB_REMOVED', error?.message ?? `Its job was ${outcome}`);
}

function end(ctx: ActorContext, state: RunState, status: AgentRun['status'], error?: Failure): void {
  Object.assign(state, { status, graph: null, endedAt: nowOf(ctx) }, error === undefined ? {} : { error });
  tellEnd(ctx, state, status);
}

function tellEnd(ctx: ActorContext, { agentId, remembered, error }: RunState, status: AgentRun['status']): void {
  const failure = error === undefined ? {} : { error };
  ctx.cast(AGENT, agentId, 'agent.run_ended', { runId: ctx.key, status, remembered, ...failure });
}

/** There is no such run (any more), and its agent may still count it among those at work. */
function tellGone(ctx: ActorContext): void {
  const agentId = ctx.key.slice(0, ctx.key.lastIndexOf('/'));
  if (agentId !== '') {
    ctx.cast(AGENT, agentId, 'agent.run_ended', { runId: ctx.key, status: 'STOPPED', remembered: 0 });
  }
  ctx.destroy();
}

/** What paths of the graph may name. */
function scopeOf({ id, agentId, startedAt, trigger, steps }: RunState): Scope {
  const outputs = steps.map(({ node, output }) => [node, { output }] as const);
  return { ...Object.fromEntries(outputs), trigger, run: { id, agentId, startedAt } };
}

function nowOf(ctx: ActorContext): string {
  return new Date(ctx.now()).toISOString();
}
