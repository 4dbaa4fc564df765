import type { Agent } from '../../proto/generated/graphql.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { findNamesakes, readAgentFile, tellNamesakes } from './agent-file.ts';
import { tellingState } from './agent-refused.ts';
import { findAgent, tellingPlaces } from './agent-unknown.ts';
import { AGENT, agentText, tellWarnings } from './agent-view.ts';

/** `agent update ID FILE` */
export async function run(ctx: CommandContext): Promise<number> {
  const input = await readAgentFile('autoweave agent update', ctx.arguments['FILE']!);
  const client = await openClient(ctx);
  const given = ctx.arguments['ID']!;
  const id = await findAgent(client, given);
  const namesakes = (await findNamesakes(client, input.name)).filter((other) => other !== id);
  const ask = () =>
    client.query<{ updateAgent: Agent }>(
      `mutation UpdateAgent($id: ID!, $input: UpdateAgentInput!, $runs: Int) { updateAgent(id: $id, input: $input) { ${AGENT} } }`,
      { id, input, runs: 1 },
    );
  const { updateAgent: agent } = await tellingState(given, id, 'stop', () => tellingPlaces(client, ask));
  if (ctx.isJson) ctx.output.json(agent);
  else ctx.output.line(agentText(agent));
  tellWarnings(ctx.output, agent);
  if (namesakes.length > 0) ctx.output.note(sanitize(tellNamesakes(agent, namesakes)));
  return OK;
}
