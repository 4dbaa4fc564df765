import { createHash, timingSafeEqual } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { PluginManifest } from '../../proto/generated/messages.ts';
import { AutoWeaveError, TerminalError } from '../errors/errors.ts';
import type { PluginFiles } from './host-api.ts';
import { MAX_MANIFEST_LENGTH, readManifest } from './manifest.ts';
import { findManifests } from './plugin-folders.ts';
import { readBounded } from './read-bounded.ts';

const MANIFEST = 'plugin.json';
const MAX_SHOWN = 10;
const MAX_MODULE_BYTES = 32 * 1024 * 1024;

/**
 * Reads a plugin and checks it: manifest, place and size of the module, hash. Nothing of it is compiled or run.
 *
 * @param path the plugin's folder, or the `plugin.json` in it
 * @throws AW_PLUGIN_UNREADABLE, AW_PLUGIN_MANIFEST_INVALID, AW_PLUGIN_HASH_WRONG
 */
export async function readPlugin(path: string): Promise<PluginFiles> {
  const manifestPath = await findManifest(path);
  const folder = dirname(manifestPath);
  // A link to elsewhere would have the message about what is no JSON show the beginning of any file.
  const text = await readText(await findWithin(folder, MANIFEST, () => whatIsBelow(folder)));
  const manifest = readManifest(text, manifestPath);
  const module = await readModule(folder, manifest.entry);
  checkHash(manifest, module, manifestPath);
  const sha256 = createHash('sha256').update(module).digest('hex');
  return { manifest, manifestPath, module, sha256, isHashed: manifest.signature !== undefined };
}

/**
 * What stands as `signature.value`, in hex: the SHA-256 of the manifest without its signature, as JSON with two blanks of
 * indent, followed by the module. The order of the manifest's fields counts. It tells a damaged copy, and nothing about
 * who made it: whoever changes the plugin can write a new one.
 */
export function hashPlugin(manifest: PluginManifest, module: Uint8Array): string {
  const { signature: _, ...unsigned } = manifest;
  return createHash('sha256')
    .update(JSON.stringify(unsigned, null, 2))
    .update(module)
    .digest('hex');
}

async function findManifest(path: string): Promise<string> {
  const absolute = resolve(path);
  const isFolder = await attempt(absolute, async () => (await stat(absolute)).isDirectory());
  const manifestPath = isFolder ? join(absolute, MANIFEST) : absolute;
  if (basename(manifestPath) !== MANIFEST) {
    throw unreadable(manifestPath, `it is not named ${MANIFEST}`, `name a plugin's folder, or the ${MANIFEST} in it`);
  }
  return manifestPath;
}

async function readText(manifestPath: string): Promise<string> {
  const bytes = await attempt(manifestPath, () => readBounded(manifestPath, MAX_MANIFEST_LENGTH));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TerminalError('AW_PLUGIN_MANIFEST_INVALID', `Cannot use manifest ${manifestPath}: it is not UTF-8`, {
      hint: 'save it as UTF-8',
      cause,
    });
  }
}

async function readModule(folder: string, entry: string): Promise<Uint8Array> {
  const file = await findWithin(folder, entry, () => `build it: npx autoweave plugin build ${folder}`);
  return attempt(file, () => readBounded(file, MAX_MODULE_BYTES));
}

type Hint = () => string | undefined | Promise<string | undefined>;

/** A folder of plugins is easily taken for one. */
async function whatIsBelow(folder: string): Promise<string | undefined> {
  const below = (await findManifests([folder])).map(dirname);
  return below.length === 0 ? undefined : `name one of the plugins below: ${below.slice(0, MAX_SHOWN).join(', ')}`;
}

/** Where a file of the folder really lies: within it, also when there are links on the way. */
async function findWithin(folder: string, name: string, hintIfMissing?: Hint): Promise<string> {
  const named = join(folder, name);
  const [realFolder, realFile] = await attempt(
    named,
    () => Promise.all([realpath(folder), realpath(named)]),
    hintIfMissing,
  );
  const way = relative(realFolder, realFile);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw unreadable(named, `it lies outside of the plugin's folder, at ${realFile}`, 'put the file itself there');
  }
  return realFile;
}

function checkHash(manifest: PluginManifest, module: Uint8Array, manifestPath: string): void {
  if (manifest.signature === undefined) return;
  const stated = manifest.signature.value.toLowerCase();
  const found = hashPlugin(manifest, module);
  if (!timingSafeEqual(Buffer.from(stated, 'hex'), Buffer.from(found, 'hex'))) {
    throw new TerminalError(
      'AW_PLUGIN_HASH_WRONG',
      `Cannot use plugin "${manifest.name}" of ${manifestPath}: its SHA-256 is ${found}, \`signature\` says ${stated}`,
      { hint: 'get the plugin anew, or build it again if it is yours' },
    );
  }
}

async function attempt<Result>(path: string, act: () => Promise<Result>, hintIfMissing?: Hint): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof AutoWeaveError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw unreadable(path, 'there is no such file', await hintIfMissing?.(), cause);
    }
    throw unreadable(path, (cause as Error).message, undefined, cause);
  }
}

function unreadable(path: string, problem: string, hint?: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_UNREADABLE', `Cannot read ${path}: ${problem}`, {
    hint: hint ?? 'look at the file, and at who may read it',
    ...(cause === undefined ? {} : { cause }),
  });
}
