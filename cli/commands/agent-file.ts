import type { Agent, CreateAgentInput, UpdateAgentInput } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { readJobData } from './job-data.ts';

export type AgentInput = CreateAgentInput & UpdateAgentInput;

const FIELDS: readonly (keyof AgentInput)[] = ['name', 'description', 'config'];

/**
 * An agent as a file has it; `-` is the standard input.
 *
 * @throws AW_CLI_USAGE, AW_FILE_FAILED
 */
export async function readAgentFile(command: string, file: string): Promise<AgentInput> {
  const value = await readJobData(command, file === '-' ? file : `@${file}`);
  const wrong = (what: string) =>
    new AutoWeaveError('AW_CLI_USAGE', `${command}: "${file}" ${what}`, {
      hint: 'write {"name":…,"description":…,"config":{"graph":{"triggers":[…],"nodes":[…]}}}',
    });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('holds no object');
  const unknown = Object.keys(value).find((field) => !FIELDS.includes(field as keyof AgentInput));
  if (unknown !== undefined) {
    const meant = didYouMean(unknown, FIELDS);
    throw wrong(`has an unknown field "${unknown}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`);
  }
  const { name } = value as { readonly name?: unknown };
  if (typeof name !== 'string' || name === '') throw wrong('has no name');
  return value as AgentInput;
}

/** Ids of the agents that have this name already. */
export async function findNamesakes(client: GatewayClient, name: string): Promise<readonly string[]> {
  const { agents } = await client.query<{ agents: readonly Pick<Agent, 'id' | 'name'>[] }>('{ agents { id name } }');
  return agents.filter((agent) => agent.name === name).map(({ id }) => id);
}

export function tellNamesakes({ id, name }: Agent, [first, ...more]: readonly string[]): string {
  const others = more.length === 0 ? `Agent ${first} is` : `Agent ${first} and ${more.length} more are`;
  return `${others} called "${name}", too: commands on this one need its id, ${id}`;
}
