import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { LANGUAGES } from './build-plugin.ts';
import { findLanguage } from './find-language.ts';

const PLUGINS = join(import.meta.dirname, '..', '..', 'plugins-wasm');
const TEMPLATES = join(PLUGINS, 'templates');
const SDK = join(PLUGINS, 'sdk');
/** What stands in the templates, which are plugins themselves, in place of what is known only now. */
const NAME = /my-plugin/g;
const SDK_IN_TEMPLATE = '../../sdk';

export interface NewPlugin {
  readonly name: string;
  readonly language: string;
  /** Absolute. */
  readonly folder: string;
  /** From the folder on, sorted. */
  readonly files: readonly string[];
}

/**
 * Writes a small plugin that builds and passes its tests.
 *
 * @throws AW_PLUGIN_NAME_INVALID, AW_PLUGIN_LANGUAGE_UNKNOWN, AW_PLUGIN_FOLDER_TAKEN
 */
export async function newPlugin(
  name: string,
  { folder, language: languageName }: { readonly folder: string; readonly language: string },
): Promise<NewPlugin> {
  if (!/^[a-z0-9-]{3,50}$/.test(name)) {
    throw new AutoWeaveError('AW_PLUGIN_NAME_INVALID', `A plugin can't be called "${name}"`, {
      hint: 'take 3 to 50 lower-case letters, digits and hyphens, such as label-printer',
    });
  }
  const language = await findLanguage(LANGUAGES, { name: languageName });
  const target = resolve(folder);
  await takeFolder(target);
  const template = join(TEMPLATES, language.name);
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.wasm'))
    .map((entry) => relative(template, join(entry.parentPath, entry.name)))
    .sort();
  const sdk = relative(target, SDK).replaceAll('\\', '/');
  for (const file of files) {
    const text = await readFile(join(template, file), 'utf8');
    await mkdir(dirname(join(target, file)), { recursive: true });
    await writeFile(join(target, file), text.replace(NAME, name).replace(SDK_IN_TEMPLATE, sdk));
  }
  return { name, language: language.name, folder: target, files };
}

/** Makes it; one that is there must be empty. */
async function takeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length === 0) return;
  } catch (cause) {
    throw new AutoWeaveError('AW_PLUGIN_FOLDER_TAKEN', `Cannot write into "${folder}": ${(cause as Error).message}`, {
      hint: 'choose another with --folder DIR',
      cause,
    });
  }
  throw new AutoWeaveError('AW_PLUGIN_FOLDER_TAKEN', `"${folder}" has files in it, nothing was written`, {
    hint: 'choose another with --folder DIR',
  });
}
