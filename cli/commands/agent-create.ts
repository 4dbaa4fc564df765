import type { Agent, CreateAgentInput } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { sanitize } from '../text.ts';
import { deleteAgent } from './agent-orders.ts';
import { tellingPlaces } from './agent-unknown.ts';
import { AGENT, agentText } from './agent-view.ts';
import { readJobData } from './job-data.ts';

const COMMAND = 'autoweave agent create';
const FIELDS: readonly (keyof CreateAgentInput)[] = ['name', 'description', 'config'];

/** `agent create FILE` */
export async function run(ctx: CommandContext): Promise<number> {
  const file = ctx.arguments['FILE']!;
  const input = checkInput(file, await readJobData(COMMAND, file === '-' ? file : `@${file}`));
  const client = await openClient(ctx);
  const namesakes = await findNamesakes(client, input.name);
  const { createAgent: draft } = await tellingPlaces(() =>
    client.query<{ createAgent: Agent }>(
      `mutation CreateAgent($input: CreateAgentInput!, $runs: Int) { createAgent(input: $input) { ${AGENT} } }`,
      { input, runs: 1 },
    ),
  );
  const agent = ctx.options.flag('deploy') ? await deploy(client, draft) : draft;
  if (ctx.isJson) ctx.output.json(agent);
  else ctx.output.line(sanitize(`${agentText(agent)} (${agent.id})`));
  if (namesakes.length > 0) ctx.output.note(sanitize(tellNamesakes(agent, namesakes)));
  return OK;
}

/** One that can't be deployed is deleted again, so that it can be made anew once the reason is gone. */
async function deploy(client: GatewayClient, { id, name }: Agent): Promise<Agent> {
  try {
    const { deployAgent } = await tellingPlaces(() =>
      client.query<{ deployAgent: Agent }>(
        `mutation DeployAgent($id: ID!, $runs: Int) { deployAgent(id: $id) { ${AGENT} } }`,
        { id, runs: 1 },
      ),
    );
    return deployAgent;
  } catch (error) {
    if (!(error instanceof AutoWeaveError)) throw error;
    const isGone = await isDeletedAgain(client, id);
    const what = isGone ? 'was not deployed, and its draft is deleted again' : 'was made, but not deployed';
    const next = isGone ? error.hint : `autoweave agent show ${id} shows it, autoweave agent deploy ${id} tries again`;
    const message = `Agent "${name}" ${what}: ${error.message}`.replace(` Cannot deploy agent "${id}":`, '');
    throw new AutoWeaveError(error.code, message, {
      cause: error,
      ...(next === undefined ? {} : { hint: next }),
    });
  }
}

/** False also when it is not known: the gateway is away, or it was deployed all the same. */
async function isDeletedAgain(client: GatewayClient, id: string): Promise<boolean> {
  try {
    await deleteAgent(client, id);
    return true;
  } catch (error) {
    if (error instanceof AutoWeaveError) return false;
    throw error;
  }
}

/** Ids of the agents that have this name already. */
async function findNamesakes(client: GatewayClient, name: string): Promise<readonly string[]> {
  const { agents } = await client.query<{ agents: readonly Pick<Agent, 'id' | 'name'>[] }>('{ agents { id name } }');
  return agents.filter((agent) => agent.name === name).map(({ id }) => id);
}

function tellNamesakes({ id, name }: Agent, [first, ...more]: readonly string[]): string {
  const others = more.length === 0 ? `Agent ${first} is` : `Agent ${first} and ${more.length} more are`;
  return `${others} called "${name}", too: commands on this one need its id, ${id}`;
}

function checkInput(file: string, value: unknown): CreateAgentInput {
  const wrong = (what: string) =>
    new AutoWeaveError('AW_CLI_USAGE', `${COMMAND}: "${file}" ${what}`, {
      hint: 'write {"name":…,"description":…,"config":{"graph":{"triggers":[…],"nodes":[…]}}}',
    });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('holds no object');
  const unknown = Object.keys(value).find((field) => !FIELDS.includes(field as keyof CreateAgentInput));
  if (unknown !== undefined) {
    const meant = didYouMean(unknown, FIELDS);
    throw wrong(`has an unknown field "${unknown}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`);
  }
  const { name } = value as { readonly name?: unknown };
  if (typeof name !== 'string' || name === '') throw wrong('has no name');
  return value as CreateAgentInput;
}
