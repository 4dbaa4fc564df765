import type { Agent } from '../../proto/generated/graphql.ts';
import type { CommandContext } from '../command.ts';
import type { GatewayClient } from '../gateway-client.ts';

/**
 * Ids as tables on a terminal show them: that of an agent is cut to its beginning, alone or where it stands in another
 * one, as far as commands find by that what it stands for (`agent-unknown.ts`, `whole-id.ts`). All others are whole.
 */
export interface ShortIds {
  /** Of an agent. */
  agent(id: string): string;
  /** Of a run of an agent, or of what a run has made: a job, a memory. Of anything else, too. */
  made(id: string): string;
}

type Named = Pick<Agent, 'id' | 'name'>;

/** Of ids that are made, and not given by somebody. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const OF_AGENT = /^(agent-)?([0-9a-f-]{36})(\/.*)$/;
const SHOWN = 8;

/** For these ids. Agents are looked at only when one of them may be cut, on a terminal; where they can't be, none is. */
export async function readShortIds(
  { output }: CommandContext,
  client: GatewayClient,
  { agents: ofAgents = [], made }: { readonly agents?: readonly (string | null)[]; readonly made: readonly string[] },
): Promise<ShortIds> {
  const isCut = ofAgents.some((id) => id !== null && UUID.test(id)) || made.some((id) => OF_AGENT.test(id));
  if (output.columns === undefined || !isCut) return shortIds([]);
  const asked = client.query<{ agents: readonly Named[] }>('{ agents { id name } }');
  return asked.then(
    ({ agents }) => shortIds(agents),
    () => shortIds([]),
  );
}

/** With all the agents that there are. */
export function shortIds(agents: readonly Named[]): ShortIds {
  const agent = (id: string) => {
    if (!UUID.test(id)) return id;
    const short = id.slice(0, SHOWN);
    const meant = agents.filter((each) => each.id.startsWith(short) || each.name === short);
    return meant.length === 1 && meant[0]!.id === id ? short : id;
  };
  return {
    agent,
    made(id) {
      const [, before = '', agentId, rest] = OF_AGENT.exec(id) ?? [];
      return agentId === undefined ? id : `${before}${agent(agentId)}${rest}`;
    },
  };
}
