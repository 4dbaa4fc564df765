import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPlugin } from '../../../cli/plugin/build-plugin.ts';
import type { PluginManifest } from '../../../proto/generated/messages.ts';
import { ROOT } from '../../../test/harness/root.ts';
import type { GuestFolders } from './guest.ts';

const SOURCES = join(ROOT, 'plugins-wasm', 'bench');
const MANIFEST: PluginManifest = {
  name: 'bench',
  version: '1.0.0',
  entry: 'plugin.wasm',
  permissions: { kv: { prefix: 'bench/' } },
};

/** Builds the two modules, as `autoweave plugin build` does, in folders below `parent`. */
export async function buildGuests(parent: string): Promise<GuestFolders> {
  return { own: await build(parent, 'own'), classic: await build(parent, 'classic') };
}

async function build(parent: string, name: string): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder);
  await copyFile(join(SOURCES, 'upper.ts'), join(folder, 'upper.ts'));
  await copyFile(join(SOURCES, `${name}.ts`), join(folder, 'index.ts'));
  await writeFile(join(folder, 'plugin.json'), JSON.stringify(MANIFEST));
  await buildPlugin(folder);
  return folder;
}
