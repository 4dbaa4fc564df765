import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { generateOperations, generateSchemaTypes, generateSdl } from './graphql.ts';
import { generateMessages } from './messages.ts';
import { readSchemas } from './schemas.ts';

/** Clients with operations of their own: the file they are written in, and where their types go. */
const CLIENTS = {
  'ui/src/operations.graphql': 'ui/src/generated/operations.ts',
  'cli/operations.graphql': 'cli/generated/operations.ts',
};

const SDL_FILE = 'proto/gateway.graphql';

/**
 * Everything that is generated from the contract: content by path, paths relative to the root. The same contract
 * gives the same bytes.
 */
export async function generateOutputs(root: string): Promise<Map<string, string>> {
  const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
  const sdl = read(SDL_FILE);
  const outputs: Array<readonly [path: string, source: string, content: string]> = [
    ['proto/generated/messages.ts', 'proto/', await generateMessages(readSchemas(`${root}/proto`))],
    ['proto/generated/graphql.ts', SDL_FILE, await generateSchemaTypes(sdl)],
    ['proto/generated/sdl.ts', SDL_FILE, generateSdl(sdl)],
  ];
  for (const [source, path] of Object.entries(CLIENTS)) {
    if (existsSync(`${root}/${source}`)) outputs.push([path, source, await generateOperations(sdl, read(source))]);
  }
  const finished = outputs.map(async ([path, source, content]) => {
    return [path, await format(`// Generated from ${source} by npm run generate; do not edit.\n\n${content}`)] as const;
  });
  return new Map(await Promise.all(finished));
}

/**
 * What the contract promises and the AsyncAPI document leaves out: types of messages and jobs that it does not name.
 */
export function findUndescribed(root: string): string[] {
  const file = `${root}/proto/asyncapi.yaml`;
  const document = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const named = new Set(document.match(/[\w-]+(\.[\w-]+)+/g));
  const { messages, jobs } = readSchemas(`${root}/proto`);
  const types = [...messages.keys(), ...jobs.keys()];
  return types.filter((type) => !named.has(type));
}

/** Biome's own launcher: what is formatted may lie in a folder that has no packages. */
const BIOME = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'));
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** By the repository's own rules; under a name of no folder, since generated ones are left out there. */
async function format(content: string): Promise<string> {
  const biome = spawn(process.execPath, [BIOME, 'format', '--stdin-file-path=generated.ts'], { cwd: REPOSITORY });
  biome.stdin.end(content);
  const [output, errors, [code]] = await Promise.all([text(biome.stdout), text(biome.stderr), once(biome, 'close')]);
  if (code !== 0) throw new Error(`Cannot format generated code: ${errors}`);
  return output;
}
