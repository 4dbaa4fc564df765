import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findManifests, fingerprint } from './plugin-folders.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autoweave folders '));
});
after(() => rm(folder, { recursive: true, force: true }));

const path = (...names: string[]) => join(folder, ...names);
async function write(...names: string[]): Promise<string> {
  await mkdir(path(...names.slice(0, -1)), { recursive: true });
  await writeFile(path(...names), '{}');
  return path(...names);
}

test('findManifests finds what lies in a folder of its own, sorted, and nothing deeper', async () => {
  await write('a', 'plugin.json');
  await write('a', 'zebra', 'plugin.json');
  await write('a', 'ant', 'plugin.json');
  await write('a', 'ant', 'deeper', 'plugin.json');
  await write('a', 'other', 'package.json');
  await mkdir(path('a', 'strange', 'plugin.json'), { recursive: true });
  await write('b', 'bee', 'plugin.json');
  const found = await findManifests([path('b'), path('a'), path('missing'), path('a', 'plugin.json')]);
  assert.deepEqual(found, [
    path('a', 'ant', 'plugin.json'),
    path('a', 'zebra', 'plugin.json'),
    path('b', 'bee', 'plugin.json'),
  ]);
  assert.deepEqual(await findManifests([]), []);
});

test('fingerprint is another one after each change of manifest or module, and empty while one is missing', async () => {
  const manifest = path('p', 'plugin.json');
  assert.equal(await fingerprint(manifest, 'plugin.wasm'), '');
  await write('p', 'plugin.json');
  assert.equal(await fingerprint(manifest, 'plugin.wasm'), '');
  const module = await write('p', 'plugin.wasm');
  const first = await fingerprint(manifest, 'plugin.wasm');
  assert.equal(await fingerprint(manifest, 'plugin.wasm'), first);
  const seen = new Set([first]);
  for (const file of [manifest, module]) {
    await writeFile(file, 'longer than before');
    seen.add(await fingerprint(manifest, 'plugin.wasm'));
    // Of the same length, a moment later.
    await utimes(file, 2_000_000_000, 2_000_000_000);
    seen.add(await fingerprint(manifest, 'plugin.wasm'));
  }
  assert.equal(seen.size, 5);
  await rm(module);
  assert.equal(await fingerprint(manifest, 'plugin.wasm'), '');
  await symlink(manifest, module);
  assert.notEqual(await fingerprint(manifest, 'plugin.wasm'), '');
});
