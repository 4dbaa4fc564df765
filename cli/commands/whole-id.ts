import type { Agent } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { GatewayClient } from '../gateway-client.ts';

/** A run of an agent, or what a run has made: a job, a memory. */
const OF_AGENT = /^(agent-)?([0-9a-f]{8}[0-9a-f-]{0,27})(\/.*)$/;

/**
 * The whole of an id in which that of an agent is only begun, as tables show it: `3e37578e/09f9bdf3dff1`. Any other
 * stays as it is.
 *
 * @throws AW_CLI_USAGE for a beginning that several agents have
 */
export async function wholeId(client: GatewayClient, given: string): Promise<string> {
  const [, before = '', beginning, rest] = OF_AGENT.exec(given) ?? [];
  if (beginning === undefined) return given;
  const { agents } = await client.query<{ agents: readonly Pick<Agent, 'id'>[] }>('{ agents { id } }');
  if (agents.some(({ id }) => id === beginning)) return given;
  const id = onlyBeginning(agents, beginning);
  return id === undefined ? given : `${before}${id}${rest}`;
}

/**
 * The id that begins so; undefined when none does.
 *
 * @throws AW_CLI_USAGE when several do
 */
export function onlyBeginning(agents: readonly Pick<Agent, 'id'>[], beginning: string): string | undefined {
  const found = agents.filter(({ id }) => id.startsWith(beginning));
  if (found.length < 2) return found[0]?.id;
  throw new AutoWeaveError('AW_CLI_USAGE', `${found.length} agents have ids that begin with "${beginning}"`, {
    hint: `give more of it: ${found.map(({ id }) => id).join(' or ')}`,
  });
}
