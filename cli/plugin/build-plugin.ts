import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { readManifest } from '../../runtime/plugins/manifest.ts';
import { checkLoadable } from './check-loadable.ts';
import { findLanguage } from './find-language.ts';
import { ASSEMBLYSCRIPT } from './languages/assemblyscript.ts';
import { C } from './languages/c.ts';
import type { PluginLanguage } from './languages/language.ts';
import { signManifest } from './sign-manifest.ts';

export const LANGUAGES: readonly PluginLanguage[] = [ASSEMBLYSCRIPT, C];

export interface BuiltPlugin {
  /** The language's name. */
  readonly language: string;
  /** Absolute. */
  readonly modulePath: string;
  /** Bytes of the module. */
  readonly size: number;
  readonly durationMs: number;
  /** Of the compiler, as it says them; empty when all is well. */
  readonly warnings: string;
  /** SHA-256 as it stands in `plugin.json` now. */
  readonly hash?: string;
}

export interface BuildOptions {
  /** By name; found by the files of the folder when absent. */
  readonly language?: string;
  /** Writes the hash into `plugin.json`; one that has a hash already gets the new one anyway. */
  readonly isHashed?: boolean;
}

/** What a plugin's folder compiles to, before any file is written. */
export interface CompiledPlugin extends Omit<BuiltPlugin, 'hash'> {
  readonly folder: string;
  readonly module: Uint8Array;
  readonly hasSignature: boolean;
}

/**
 * Compiles a plugin's folder and writes the module where the manifest's `entry` says, where the two can be loaded
 * together. The old module stays until the new one is there.
 *
 * @throws what {@link compilePlugin} and {@link checkLoadable} throw
 */
export async function buildPlugin(folder: string, options: BuildOptions = {}): Promise<BuiltPlugin> {
  const compiled = await compilePlugin(folder, options);
  await checkLoadable(compiled.folder, compiled.module);
  const hash = await writeModule(compiled, options);
  const { language, modulePath, size, durationMs, warnings } = compiled;
  return { language, modulePath, size, durationMs, warnings, ...(hash === undefined ? {} : { hash }) };
}

/** @throws AW_PLUGIN_UNREADABLE, AW_PLUGIN_LANGUAGE_UNKNOWN, AW_TOOLCHAIN_MISSING, AW_PLUGIN_BUILD_FAILED */
export async function compilePlugin(
  folder: string,
  { language: name }: Pick<BuildOptions, 'language'> = {},
): Promise<CompiledPlugin> {
  const startMs = performance.now();
  const root = resolve(folder);
  const { entry, hasSignature } = await readEntry(root);
  const language = await findLanguage(LANGUAGES, name === undefined ? { folder: root } : { name });
  const { module, warnings } = await language.compile(root);
  return {
    folder: root,
    language: language.name,
    modulePath: join(root, entry),
    module,
    size: module.byteLength,
    durationMs: performance.now() - startMs,
    warnings,
    hasSignature,
  };
}

/** Gives the hash, where `plugin.json` has one now. */
export async function writeModule(
  { folder, modulePath, module, hasSignature }: CompiledPlugin,
  { isHashed = false }: Pick<BuildOptions, 'isHashed'> = {},
): Promise<string | undefined> {
  await mkdir(dirname(modulePath), { recursive: true });
  // In one step: who watches the folder never sees half of a module.
  const unfinished = `${modulePath}.${process.pid}`;
  await writeFile(unfinished, module);
  await rename(unfinished, modulePath);
  return isHashed || hasSignature ? await signManifest(folder) : undefined;
}

/**
 * The whole manifest as a load checks it, for who wants to know before a compiler runs.
 *
 * @throws AW_PLUGIN_UNREADABLE, AW_PLUGIN_MANIFEST_INVALID
 */
export async function checkManifest(folder: string): Promise<void> {
  const path = join(folder, 'plugin.json');
  readManifest(await reading(path, () => readFile(path, 'utf8')), path);
}

/** Only what is needed here; whether the rest is sound is seen when it is loaded. */
async function readEntry(folder: string): Promise<{ entry: string; hasSignature: boolean }> {
  const path = join(folder, 'plugin.json');
  type Entry = { entry?: unknown; signature?: unknown } | null;
  const text = await reading(path, () => readFile(path, 'utf8'));
  const manifest = parse(text, path) as Entry;
  const entry = manifest?.entry;
  if (typeof entry === 'string' && ENTRY.test(entry)) return { entry, hasSignature: manifest?.signature !== undefined };
  throw new AutoWeaveError('AW_PLUGIN_MANIFEST_INVALID', `"${path}" has no entry such as "plugin.wasm"`, {
    hint: 'correct the plugin.json',
  });
}

/** @throws AW_PLUGIN_MANIFEST_INVALID with the line of what is no JSON */
function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return readManifest(text, path);
  }
}

async function reading<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(String((cause as NodeJS.ErrnoException).code));
    const why = isMissing ? 'there is no such file' : (cause as Error).message;
    throw new AutoWeaveError('AW_PLUGIN_UNREADABLE', `Cannot read "${path}": ${why}`, {
      hint: 'name the folder of the plugin, with its plugin.json',
      cause,
    });
  }
}

/** As the manifest's schema has it: nothing outside of the folder. */
const ENTRY = /^(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9_./-]*\.wasm$/;
