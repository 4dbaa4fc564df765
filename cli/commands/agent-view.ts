import type { Agent, AgentRun, AgentRunStatus, AgentStatus, AgentStep } from '../../proto/generated/graphql.ts';
import type { AgentGraph } from '../../proto/generated/messages.ts';
import type { CommandContext } from '../command.ts';
import { durationText } from '../duration-text.ts';
import type { Colour, Column, Output } from '../output.ts';
import { sanitize } from '../text.ts';
import { describeTrigger, NODE_COLUMNS, nodeRows } from './agent-graph-text.ts';

/** What the gateway tells of a run, as the selection of a query. */
export const RUN = `
  id agentId status trigger startedAt endedAt traceId error { code message }
  steps { node type status startedAt endedAt output next error { code message } job { queue id } }
`;
/** Likewise of an agent, in a query that has `$runs`. */
export const AGENT = `
  id name description status tenantId createdAt updatedAt config
  error { code message } memory { count } runs(first: $runs) { ${RUN} }
`;
/** How many runs `agent show` brings. */
export const SHOWN_RUNS = 5;

const COLOURS: Readonly<Record<string, Colour>> = {
  deployed: 'green',
  running: 'cyan',
  stopped: 'yellow',
  error: 'red',
  done: 'green',
  failed: 'red',
  waiting: 'cyan',
};

/** The colour of the status of an agent, a run or a step, in lower case. */
export function agentColour(text: string): Colour | undefined {
  return COLOURS[text];
}

const RUN_COLUMNS: readonly Column[] = [
  { title: 'run', shrinksTo: 8 },
  { title: 'status', colour: agentColour },
  { title: 'by' },
  { title: 'started' },
  { title: 'took' },
  { title: 'steps' },
  { title: 'error', shrinksTo: 16 },
];
const STEP_COLUMNS: readonly Column[] = [
  { title: 'node', shrinksTo: 8 },
  { title: 'type' },
  { title: 'status', colour: agentColour },
  { title: 'took' },
  { title: 'then', shrinksTo: 8 },
  { title: 'job', shrinksTo: 12 },
];

/** `greeter: deployed`, with what went wrong. */
export function agentText({ name, status, error }: Pick<Agent, 'name' | 'status' | 'error'>): string {
  const why = error === null ? '' : `, ${error.code}: ${error.message}`;
  return sanitize(`${name}: ${lower(status)}${why}`);
}

export function showAgent({ isJson, output }: CommandContext, agent: Agent): void {
  if (isJson) {
    output.json(agent);
    return;
  }
  const line = (field: string, value: unknown) => output.line(`${field.padEnd(10)}${sanitize(String(value))}`);
  const { id, name, description, status, tenantId, createdAt, updatedAt, config, error, memory, runs } = agent;
  line('id', id);
  line('name', name);
  if (description !== null) line('for', description);
  line('status', lower(status));
  if (error !== null) line('error', `${error.code}: ${error.message}`);
  line('tenant', tenantId);
  line('created', createdAt);
  line('changed', updatedAt);
  line('memories', memory.count);
  // The gateway has checked it when the agent was made.
  const graph = (config as { readonly graph?: AgentGraph } | null)?.graph;
  for (const trigger of graph?.triggers ?? []) line('starts', describeTrigger(trigger));
  if (graph !== undefined) {
    output.line();
    output.table(NODE_COLUMNS, nodeRows(graph));
  }
  output.line();
  showRuns(output, runs);
}

export function showRuns(output: Output, runs: readonly AgentRun[]): void {
  if (runs.length === 0) output.line('No runs');
  else output.table(RUN_COLUMNS, runs.map(rowOfRun));
}

export function showRun({ isJson, output }: CommandContext, run: AgentRun): void {
  if (isJson) {
    output.json(run);
    return;
  }
  const line = (field: string, value: unknown) => output.line(`${field.padEnd(10)}${sanitize(String(value))}`);
  const { id, agentId, status, trigger, startedAt, endedAt, steps, error, traceId } = run;
  line('run', id);
  line('agent', agentId);
  line('status', lower(status));
  if (error !== null) line('error', `${error.code}: ${error.message}`);
  line('started', startedAt);
  if (endedAt !== null) line('ended', `${endedAt}, after ${tookText(startedAt, endedAt)}`);
  if (traceId !== null) line('trace', traceId);
  line('trigger', JSON.stringify(trigger));
  if (steps.length === 0) return;
  output.line();
  output.table(STEP_COLUMNS, steps.map(rowOfStep));
  for (const step of steps) showOutcome(output, step);
}

function showOutcome(output: Output, { node, output: given, error }: AgentStep): void {
  if (given === null && error === null) return;
  output.line();
  output.line(output.paint('bold', sanitize(node)));
  const lines = error === null ? JSON.stringify(given, null, 2).split('\n') : [`${error.code}: ${error.message}`];
  for (const text of lines) output.line(`  ${sanitize(text)}`);
}

function rowOfRun({ id, status, trigger, startedAt, endedAt, steps, error }: AgentRun): readonly unknown[] {
  const { type } = trigger as { readonly type: string };
  const why = error === null ? '' : `${error.code}: ${error.message}`;
  return [id, lower(status), type, startedAt, tookText(startedAt, endedAt), steps.length, why];
}

function rowOfStep({ node, type, status, startedAt, endedAt, next, job }: AgentStep): readonly unknown[] {
  const at = job === null ? '' : `${job.queue} ${job.id}`;
  const then = next ?? (status === 'DONE' ? 'end' : '');
  return [node, type, lower(status), tookText(startedAt, endedAt), then, at];
}

/** Nothing for what goes on. */
function tookText(startedAt: string, endedAt: string | null): string {
  return endedAt === null ? '' : durationText(Date.parse(endedAt) - Date.parse(startedAt)) || '0 ms';
}

function lower(status: AgentStatus | AgentRunStatus | AgentStep['status']): string {
  return status.toLowerCase();
}
