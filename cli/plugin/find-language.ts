import { readdir } from 'node:fs/promises';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { PluginLanguage } from './languages/language.ts';

/**
 * The language of a name, or else of the files in a folder.
 *
 * @throws AW_PLUGIN_LANGUAGE_UNKNOWN
 */
export async function findLanguage(
  languages: readonly PluginLanguage[],
  where: { readonly name: string } | { readonly folder: string },
): Promise<PluginLanguage> {
  const names = languages.map(({ name }) => name).join(' or ');
  if ('name' in where) {
    const language = languages.find(({ name }) => name === where.name);
    if (language !== undefined) return language;
    throw new AutoWeaveError('AW_PLUGIN_LANGUAGE_UNKNOWN', `Language "${where.name}" is not known, allowed: ${names}`);
  }
  const files = await readdir(where.folder);
  const fitting = languages.filter((language) => language.matches(files));
  if (fitting.length === 1) return fitting[0]!;
  const found = fitting.length === 0 ? 'neither index.ts nor a *.c file' : 'both index.ts and a *.c file';
  throw new AutoWeaveError('AW_PLUGIN_LANGUAGE_UNKNOWN', `"${where.folder}" has ${found}`, {
    hint: fitting.length === 0 ? 'name the folder of the plugin' : `say which with --language, ${names}`,
  });
}
