import type { Agent } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { sanitize } from '../text.ts';
import { findNamesakes, readAgentFile, tellNamesakes } from './agent-file.ts';
import { deleteAgent } from './agent-orders.ts';
import { tellingPlaces } from './agent-unknown.ts';
import { AGENT, agentText, tellWarnings } from './agent-view.ts';

/** `agent create FILE` */
export async function run(ctx: CommandContext): Promise<number> {
  const input = await readAgentFile('autoweave agent create', ctx.arguments['FILE']!);
  const client = await openClient(ctx);
  const namesakes = await findNamesakes(client, input.name);
  const { createAgent: draft } = await tellingPlaces(client, () =>
    client.query<{ createAgent: Agent }>(
      `mutation CreateAgent($input: CreateAgentInput!, $runs: Int) { createAgent(input: $input) { ${AGENT} } }`,
      { input, runs: 1 },
    ),
  );
  const agent = ctx.options.flag('deploy') ? await deploy(client, draft) : draft;
  if (ctx.isJson) ctx.output.json(agent);
  else ctx.output.line(sanitize(`${agentText(agent)} (${agent.id})`));
  tellWarnings(ctx.output, agent);
  if (namesakes.length > 0) ctx.output.note(sanitize(tellNamesakes(agent, namesakes)));
  return OK;
}

/** One that can't be deployed is deleted again, so that it can be made anew once the reason is gone. */
async function deploy(client: GatewayClient, { id, name }: Agent): Promise<Agent> {
  try {
    const { deployAgent } = await tellingPlaces(client, () =>
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
