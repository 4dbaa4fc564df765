import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The manifests that lie in these folders, each in a folder of its own; what can't be read has none. */
export async function findManifests(folders: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      const inside = entries.filter((entry) => entry.isDirectory()).slice(0, MAX_PLUGINS);
      const paths = await Promise.all(
        inside.map(async ({ name }) => {
          const path = join(folder, name, MANIFEST);
          return (await isThere(path)) ? path : undefined;
        }),
      );
      return paths.filter((path) => path !== undefined);
    }),
  );
  return found.flat().sort();
}

export const MANIFEST = 'plugin.json';
/** Looked at in one folder. */
const MAX_PLUGINS = 500;

/** What changes when a plugin's files do: sizes and times of its manifest and module; empty when one is missing. */
export async function fingerprint(manifestPath: string, entry: string): Promise<string> {
  const files = [manifestPath, join(dirname(manifestPath), entry)];
  const found = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => undefined)));
  if (found.some((one) => one === undefined)) return '';
  return found.map((one) => `${one!.mtimeNs}/${one!.size}`).join(' ');
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
