import type { Agent, AgentRun } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { Column } from '../output.ts';
import { findAgent } from './agent-unknown.ts';
import { AGENT, agentColour, RUN, SHOWN_RUNS, showAgent, showRun, showRuns, standingError } from './agent-view.ts';
import { numberOption } from './job-values.ts';
import { shortIds } from './short-id.ts';
import { wholeId } from './whole-id.ts';

/** What the gateway gives at most. */
const MOST_RUNS = 100;
const DEFAULT_RUNS = 20;

/** Fields of a query's root, at most. */
const AGENTS_AT_ONCE = 20;
/** What a row of the table needs. */
const ROW = 'id name status error { code message } memory { count } runs(first: $runs) { startedAt status }';

const COLUMNS: readonly Column[] = [
  { title: 'name', shrinksTo: 10 },
  { title: 'status', colour: agentColour },
  { title: 'last run' },
  { title: 'ended', colour: agentColour },
  { title: 'memories' },
  { title: 'id' },
  { title: 'error', shrinksTo: 16 },
];

/** `agent ls` */
export async function list(ctx: CommandContext): Promise<number> {
  const agents = await listAgents(await openClient(ctx), ctx.isJson ? AGENT : ROW);
  if (ctx.isJson) ctx.output.json(agents);
  else if (agents.length === 0) ctx.output.advise('No agents. Make one: autoweave agent create FILE');
  else {
    const short = shortIds(ctx.output.columns === undefined ? [] : agents);
    const rows = agents.map((agent) => {
      const { id, name, status, runs, memory } = agent;
      const [last] = runs;
      return [
        name,
        status.toLowerCase(),
        last?.startedAt,
        last?.status.toLowerCase(),
        memory.count,
        short.agent(id),
        standingError(agent),
      ];
    });
    ctx.output.table(COLUMNS, rows);
  }
  return OK;
}

/**
 * All agents, by name. What belongs to each is asked for in steps: one operation reads no more than the runs of a
 * thousand of them.
 */
async function listAgents(client: GatewayClient, fields: string): Promise<readonly Agent[]> {
  const { agents: names } = await client.query<{ agents: readonly Pick<Agent, 'id'>[] }>('{ agents { id } }');
  const found: Agent[] = [];
  for (let at = 0; at < names.length; at += AGENTS_AT_ONCE) {
    const step = names.slice(at, at + AGENTS_AT_ONCE);
    const declared = step.map((_, n) => `$id${n}: ID!`).join(' ');
    const selected = step.map((_, n) => `agent${n}: agent(id: $id${n}) { ...Listed }`).join(' ');
    const agents = await client.query<Readonly<Record<string, Agent | null>>>(
      `query Agents($runs: Int ${declared}) { ${selected} } fragment Listed on Agent { ${fields} }`,
      { runs: 1, ...Object.fromEntries(step.map(({ id }, n) => [`id${n}`, id])) },
    );
    // One that was deleted meanwhile is null.
    found.push(...step.map((_, n) => agents[`agent${n}`]).filter((agent) => agent != null));
  }
  return found;
}

/** `agent show ID` */
export async function show(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  await showAgent(ctx, client, await readAgent(client, ctx.arguments['ID']!, SHOWN_RUNS));
  return OK;
}

/** `agent runs ID` */
export async function runs(ctx: CommandContext): Promise<number> {
  const wanted = numberOption(ctx, 'limit', { from: 1, to: MOST_RUNS }) ?? DEFAULT_RUNS;
  const client = await openClient(ctx);
  const agent = await readAgent(client, ctx.arguments['ID']!, wanted);
  if (ctx.isJson) ctx.output.json(agent.runs);
  else await showRuns(ctx, client, agent.runs);
  return OK;
}

/** `agent steps RUN` */
export async function steps(ctx: CommandContext): Promise<number> {
  const client = await openClient(ctx);
  const id = await wholeId(client, ctx.arguments['RUN']!);
  const run = await readRun(client, id);
  if (run === null) {
    throw new AutoWeaveError('AW_AGENT_RUN_UNKNOWN', `There is no run "${id}", or it is not kept any more`, {
      hint: 'autoweave agent runs ID shows those of an agent',
    });
  }
  await showRun(ctx, client, run);
  return OK;
}

export async function readRun(client: GatewayClient, id: string): Promise<AgentRun | null> {
  const { agentRun } = await client.query<{ agentRun: AgentRun | null }>(
    `query Run($id: ID!) { agentRun(id: $id) { ${RUN} } }`,
    { id },
  );
  return agentRun;
}

/** @throws AW_AGENT_UNKNOWN */
async function readAgent(client: GatewayClient, given: string, runs: number): Promise<Agent> {
  const document = `query Agent($id: ID!, $runs: Int) { agent(id: $id) { ${AGENT} } }`;
  const { agent } = await client.query<{ agent: Agent | null }>(document, { id: given, runs });
  if (agent !== null) return agent;
  const id = await findAgent(client, given);
  const found = await client.query<{ agent: Agent | null }>(document, { id, runs });
  if (found.agent !== null) return found.agent;
  throw new AutoWeaveError('AW_AGENT_UNKNOWN', `There is no agent "${given}" any more`);
}
