import type { Agent } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext, RunCommand } from '../command.ts';
import { OK } from '../exit-code.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { sanitize } from '../text.ts';
import { tellingState } from './agent-refused.ts';
import { findAgent, tellingPlaces } from './agent-unknown.ts';
import { AGENT, agentText, tellWarnings } from './agent-view.ts';
import { confirm } from './confirm.ts';

/** `agent deploy ID` and `agent stop ID`, answered with what it is then. */
export const deploy: RunCommand = (ctx) => order(ctx, 'deployAgent');
export const stop: RunCommand = (ctx) => order(ctx, 'stopAgent');

async function order(ctx: CommandContext, field: 'deployAgent' | 'stopAgent'): Promise<number> {
  const client = await openClient(ctx);
  const given = ctx.arguments['ID']!;
  const id = await findAgent(client, given);
  const ask = () =>
    client.query<Record<typeof field, Agent>>(
      `mutation Order($id: ID!, $runs: Int) { ${field}(id: $id) { ${AGENT} } }`,
      { id, runs: 1 },
    );
  const { [field]: agent } = await tellingState(given, id, undefined, () => tellingPlaces(client, ask));
  if (ctx.isJson) ctx.output.json(agent);
  else ctx.output.line(agentText(agent));
  if (field === 'deployAgent') tellWarnings(ctx.output, agent);
  return OK;
}

/**
 * False when there is none (any more).
 *
 * @throws AW_AGENT_STATE while it is deployed
 */
export async function deleteAgent(client: GatewayClient, id: string): Promise<boolean> {
  const { deleteAgent: isDeleted } = await client.query<{ deleteAgent: boolean }>(
    'mutation DeleteAgent($id: ID!) { deleteAgent(id: $id) }',
    { id },
  );
  return isDeleted;
}

/** `agent delete ID` */
export async function remove(ctx: CommandContext): Promise<number> {
  const given = ctx.arguments['ID']!;
  const client = await openClient(ctx);
  const id = await findAgent(client, given);
  await confirm(ctx, `Deletes agent ${sanitize(given)} with its runs`, sanitize(given));
  const isDeleted = await tellingState(given, id, 'stop', () => deleteAgent(client, id));
  if (!isDeleted) throw new AutoWeaveError('AW_AGENT_UNKNOWN', `There is no agent "${given}" any more`);
  if (ctx.isJson) ctx.output.json({ id, deleted: true });
  else ctx.output.line(sanitize(`${given}: deleted`));
  return OK;
}
