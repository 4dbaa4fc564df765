import type { Agent } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { suggesting } from './job-unknown.ts';

/**
 * The id of an agent that a command line names, by its id or by a name that only it has.
 *
 * @throws AW_AGENT_UNKNOWN, AW_CLI_USAGE for a name that several have
 */
export async function findAgent(client: GatewayClient, given: string): Promise<string> {
  const { agents } = await client.query<{ agents: readonly Pick<Agent, 'id' | 'name'>[] }>('{ agents { id name } }');
  if (agents.some(({ id }) => id === given)) return given;
  const named = agents.filter(({ name }) => name === given);
  const [only] = named;
  if (only === undefined) {
    const known = agents.flatMap(({ id, name }) => [name, id]);
    const message = `There is no agent "${given}"`;
    throw suggesting('AW_AGENT_UNKNOWN', message, given, known, 'autoweave agent ls shows all');
  }
  if (named.length === 1) return only.id;
  throw new AutoWeaveError('AW_CLI_USAGE', `${named.length} agents are called "${given}"`, {
    hint: `give its id: ${named.map(({ id }) => id).join(' or ')}`,
  });
}

const PLACES: readonly string[] = ['AW_AGENT_GRAPH_INVALID', 'AW_AGENT_PLUGIN_MISSING'];

/** Resolves as `ask` does; an error about places of a graph has each of them on a line of its own. */
export async function tellingPlaces<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AutoWeaveError) || !PLACES.includes(error.code)) throw error;
    const { code, message, hint } = error;
    const at = message.indexOf(': ');
    const [what, places] = at < 0 ? ['', message] : [message.slice(0, at + 1), message.slice(at + 2)];
    const lines = [what, ...places.split('; ').map((place) => `  ${place}`)];
    throw new AutoWeaveError(code, lines.join('\n').trimStart(), hint === undefined ? {} : { hint });
  }
}
