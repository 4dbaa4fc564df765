import type { Agent, Plugin } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { suggesting } from './job-unknown.ts';
import { onlyBeginning } from './whole-id.ts';

/** Fewer characters are rather a name that was misspelt. */
const LEAST_BEGINNING = 4;
const SHOWS_ALL = 'autoweave agent ls shows all';

/**
 * The id of an agent that a command line names, by its id, by a name that only it has, or by the beginning of its id.
 *
 * @throws AW_AGENT_UNKNOWN, AW_CLI_USAGE for a name or a beginning that several have
 */
export async function findAgent(client: GatewayClient, given: string): Promise<string> {
  const { agents } = await client.query<{ agents: readonly Pick<Agent, 'id' | 'name'>[] }>('{ agents { id name } }');
  if (agents.some(({ id }) => id === given)) return given;
  const named = agents.filter(({ name }) => name === given);
  const [only] = named;
  if (only === undefined) {
    const begun = given.length < LEAST_BEGINNING ? undefined : onlyBeginning(agents, given);
    if (begun !== undefined) return begun;
    const whole = onlyNameBegun(agents, given);
    const message = `There is no agent "${given}"`;
    if (whole !== undefined) {
      throw new AutoWeaveError('AW_AGENT_UNKNOWN', message, { hint: `did you mean "${whole}"? ${SHOWS_ALL}` });
    }
    const known = agents.flatMap(({ id, name }) => [name, id]);
    throw suggesting('AW_AGENT_UNKNOWN', message, given, known, SHOWS_ALL);
  }
  if (named.length === 1) return only.id;
  throw new AutoWeaveError('AW_CLI_USAGE', `${named.length} agents are called "${given}"`, {
    hint: `give its id: ${named.map(({ id }) => id).join(' or ')}`,
  });
}

/** The one name that begins so, capitals aside. */
function onlyNameBegun(agents: readonly Pick<Agent, 'name'>[], beginning: string): string | undefined {
  const plain = beginning.toLowerCase();
  const names = new Set(agents.map(({ name }) => name).filter((name) => name.toLowerCase().startsWith(plain)));
  return names.size === 1 ? [...names][0] : undefined;
}

const PLACES: readonly string[] = ['AW_AGENT_GRAPH_INVALID', 'AW_AGENT_PLUGIN_MISSING'];

/**
 * Resolves as `ask` does; an error about places of a graph has each of them on a line of its own, with the plugin that
 * was meant where one is not loaded.
 */
export async function tellingPlaces<Answer>(client: GatewayClient, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AutoWeaveError) || !PLACES.includes(error.code)) throw error;
    const { code, message, hint } = error;
    const at = message.indexOf(': ');
    const [what, places] = at < 0 ? ['', message] : [message.slice(0, at + 1), message.slice(at + 2)];
    const meant = await findMeant(client, places);
    const lines = [what, ...places.split('; ').map((place) => `  ${place}${meant(place)}`)];
    throw new AutoWeaveError(code, lines.join('\n').trimStart(), hint === undefined ? {} : { hint });
  }
}

const NOT_LOADED = / names "([^"]+)", which is not loaded: load it first$/;

/** What to say behind a place for the plugin that its name is like. */
async function findMeant(client: GatewayClient, places: string): Promise<(place: string) => string> {
  if (!places.split('; ').some((place) => NOT_LOADED.test(place))) return () => '';
  const { plugins } = await client.query<{ plugins: readonly Pick<Plugin, 'name'>[] }>('{ plugins { name } }');
  const names = plugins.map(({ name }) => name);
  return (place) => {
    const word = NOT_LOADED.exec(place)?.[1];
    const meant = word === undefined ? undefined : didYouMean(word, names);
    return meant === undefined || meant === word ? '' : ` (did you mean "${meant}"?)`;
  };
}
