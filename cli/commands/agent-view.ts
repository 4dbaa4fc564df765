import type { Agent, AgentRun, AgentRunStatus, AgentStatus, AgentStep } from '../../proto/generated/graphql.ts';
import type { AgentGraph } from '../../proto/generated/messages.ts';
import type { CommandContext } from '../command.ts';
import { durationText } from '../duration-text.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { Colour, Column, Output } from '../output.ts';
import { sanitize } from '../text.ts';
import { describeTrigger, NODE_COLUMNS, nodeRows } from './agent-graph-text.ts';
import { readShortIds, type ShortIds } from './short-id.ts';

/** What the gateway tells of a run, as the selection of a query. */
export const RUN = `
  id agentId status trigger startedAt endedAt traceId error { code message }
  steps { node type status startedAt endedAt output next error { code message } job { queue id } }
`;
/** Likewise of an agent, in a query that has `$runs`. */
export const AGENT = `
  id name description status tenantId createdAt updatedAt config
  error { code message } warnings memory { count } runs(first: $runs) { ${RUN} }
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
  { title: 'run' },
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
  { title: 'job' },
];

/** `greeter: deployed`, with what went wrong. */
export function agentText(agent: Pick<Agent, 'name' | 'status' | 'error'>): string {
  const why = standingError(agent);
  return sanitize(`${agent.name}: ${lower(agent.status)}${why === '' ? '' : `, ${why}`}`);
}

/** What an agent is in error for; empty where its error is only that of a run before. */
export function standingError({ status, error }: Pick<Agent, 'status' | 'error'>): string {
  return error === null || status !== 'ERROR' ? '' : `${error.code}: ${error.message}`;
}

/** Notes of what its steps would fail at or wait for. */
export function tellWarnings(output: Output, { warnings }: Pick<Agent, 'warnings'>): void {
  for (const warning of warnings) output.note(sanitize(`Warning: ${warning}`));
}

export async function showAgent(ctx: CommandContext, client: GatewayClient, agent: Agent): Promise<void> {
  const { isJson, output } = ctx;
  if (isJson) {
    output.json(agent);
    return;
  }
  const line = (field: string, value: unknown) => output.line(`${field.padEnd(10)}${sanitize(String(value))}`);
  const { id, name, description, status, tenantId, createdAt, updatedAt, config, error, warnings, memory, runs } =
    agent;
  line('id', id);
  line('name', name);
  if (description !== null) line('for', description);
  line('status', lower(status));
  if (error !== null) {
    const of = status === 'ERROR' ? '' : 'of the last run that failed, ';
    line('error', `${of}${error.code}: ${error.message}`);
  }
  for (const warning of warnings) line('warning', warning);
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
  await showRuns(ctx, client, runs);
}

export async function showRuns(ctx: CommandContext, client: GatewayClient, runs: readonly AgentRun[]): Promise<void> {
  if (runs.length === 0) {
    ctx.output.line('No runs');
    return;
  }
  const short = await readShortIds(ctx, client, { made: runs.map(({ id }) => id) });
  const rows = runs.map((run) => rowOfRun(run, short));
  ctx.output.table(RUN_COLUMNS, rows);
}

export async function showRun(ctx: CommandContext, client: GatewayClient, run: AgentRun): Promise<void> {
  const { isJson, output } = ctx;
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
  const short = await readShortIds(ctx, client, { made: steps.flatMap(({ job }) => job?.id ?? []) });
  const rows = steps.map((step) => rowOfStep(step, short));
  output.table(STEP_COLUMNS, rows);
  for (const step of steps) showOutcome(output, step);
}

function showOutcome(output: Output, { node, output: given, error }: AgentStep): void {
  if (given === null && error === null) return;
  output.line();
  output.line(output.paint('bold', sanitize(node)));
  const lines = error === null ? JSON.stringify(given, null, 2).split('\n') : [`${error.code}: ${error.message}`];
  for (const text of lines) output.line(`  ${sanitize(text)}`);
}

function rowOfRun(run: AgentRun, short: ShortIds): readonly unknown[] {
  const { id, status, trigger, startedAt, endedAt, steps, error } = run;
  const { type } = trigger as { readonly type: string };
  const why = error === null ? '' : `${error.code}: ${error.message}`;
  return [short.made(id), lower(status), type, startedAt, tookText(startedAt, endedAt), steps.length, why];
}

function rowOfStep(step: AgentStep, short: ShortIds): readonly unknown[] {
  const { node, type, status, startedAt, endedAt, next, job } = step;
  const at = job === null ? '' : `${job.queue} ${short.made(job.id)}`;
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
