import { readFile, writeFile } from 'node:fs/promises';
import { text as readText } from 'node:stream/consumers';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openClient } from '../client.ts';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { sanitize } from '../text.ts';
import { readJsonArgument } from './json-argument.ts';

/** `actor export NAME KEY [FILE]` */
export async function exportKey(ctx: CommandContext): Promise<number> {
  const { NAME: name, KEY: key, FILE: file } = ctx.arguments;
  const client = await openClient(ctx);
  const { actorExport } = await client.query<{ actorExport: unknown }>(
    'query Export($name: String!, $key: String!) { actorExport(name: $name, key: $key) }',
    { name, key },
  );
  if (file === undefined) {
    ctx.output.json(actorExport);
    return OK;
  }
  try {
    // A state may hold what is nobody else's business; and what is there is not ours to replace.
    await writeFile(file, `${JSON.stringify(actorExport, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw fileFailed('write', file, cause);
  }
  if (ctx.isJson) ctx.output.json({ actor: name, key, file });
  else ctx.output.line(sanitize(`${name} ${key}: written to ${file}`));
  return OK;
}

/** `actor import FILE` */
export async function importKey(ctx: CommandContext): Promise<number> {
  const { FILE: path = '' } = ctx.arguments;
  const file = await readJsonArgument('autoweave actor import', 'FILE', await contentOf(path));
  const client = await openClient(ctx);
  const { importActor: key } = await client.query<{ importActor: string }>(
    `mutation Import($file: JSON!, $key: String, $replace: Boolean) {
      importActor(file: $file, key: $key, replace: $replace)
    }`,
    { file, key: ctx.options.text('key') ?? null, replace: ctx.options.flag('replace') },
  );
  // The gateway has taken it, so it has an actor.
  const { actor } = file as { readonly actor: string };
  if (ctx.isJson) ctx.output.json({ actor, key });
  else ctx.output.line(sanitize(`${actor} ${key}: imported`));
  return OK;
}

async function contentOf(path: string): Promise<string> {
  if (path === '-') return await readText(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw fileFailed('read', path, cause);
  }
}

function fileFailed(what: 'read' | 'write', path: string, cause: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_FILE_FAILED', `Cannot ${what} "${path}": ${(cause as Error).message}`, {
    hint: what === 'read' ? 'give a file that this user may read' : 'give a file that is not there yet',
    cause,
  });
}
