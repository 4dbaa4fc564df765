import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Autoweave } from './autoweave.ts';
import { ROOT } from './root.ts';

/** The example plugin and the example agent, as they ship. */

export const DESCRIBER = join(ROOT, 'plugins-wasm', 'device-describer');
const EXAMPLE = join(ROOT, 'actors', 'agent', 'examples', 'device-notes.json');

const LOAD = `mutation ($path: String!, $grant: JSON) { loadPlugin(manifestPath: $path, grant: $grant) { state } }`;
const CREATE = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { id } }`;
const DEPLOY = `mutation ($id: ID!) { deployAgent(id: $id) { status } }`;

/** Loads a plugin and grants it all that it asks for. */
export async function loadPlugin(autoweave: Autoweave, path: string): Promise<void> {
  const { permissions } = JSON.parse(await readFile(join(path, 'plugin.json'), 'utf8')) as { permissions: unknown };
  await autoweave.query(LOAD, { path, grant: permissions });
}

/** Gives the id of the deployed example agent. */
export async function deployExample(autoweave: Autoweave): Promise<string> {
  const input = JSON.parse(await readFile(EXAMPLE, 'utf8')) as object;
  const { createAgent } = await autoweave.query<{ createAgent: { id: string } }>(CREATE, { input });
  await autoweave.query(DEPLOY, { id: createAgent.id });
  return createAgent.id;
}
