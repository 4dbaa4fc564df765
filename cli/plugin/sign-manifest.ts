import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PluginManifest } from '../../proto/generated/messages.ts';
import { readManifest } from '../../runtime/plugins/manifest.ts';
import { hashPlugin } from '../../runtime/plugins/read-plugin.ts';

/**
 * Writes the hash of a plugin's files into its `plugin.json`, which gets two blanks of indent, and gives it. Who signed
 * before stays named.
 *
 * @throws AW_PLUGIN_MANIFEST_INVALID
 */
export async function signManifest(folder: string): Promise<string> {
  const path = join(folder, 'plugin.json');
  const manifest = readManifest(await readFile(path, 'utf8'), path);
  const value = hashPlugin(manifest, await readFile(join(folder, manifest.entry)));
  const { signature, ...unsigned } = manifest;
  // Who watches the folder would take it for a change.
  if (signature?.value === value) return value;
  const signed: PluginManifest = { ...unsigned, signature: { ...signature, algorithm: 'SHA-256', value } };
  const unfinished = join(folder, `.plugin.json.${process.pid}`);
  await writeFile(unfinished, `${JSON.stringify(signed, null, 2)}\n`);
  await rename(unfinished, path);
  return value;
}
