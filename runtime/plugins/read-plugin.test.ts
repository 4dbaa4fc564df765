import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import type { PluginManifest } from '../../proto/generated/messages.ts';
import { hashPlugin, readPlugin } from './read-plugin.ts';

const ROOT = mkdtempSync(join(tmpdir(), 'autoweave-read-plugin-'));
after(() => rmSync(ROOT, { recursive: true, force: true }));

const MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const MANIFEST: PluginManifest = {
  name: 'label-printer',
  version: '1.0.0',
  entry: 'build/plugin.wasm',
  permissions: {},
};
let folders = 0;

function makePlugin(manifest: PluginManifest = MANIFEST, text = JSON.stringify(manifest)): string {
  const folder = join(ROOT, `plugin-${++folders}`);
  mkdirSync(join(folder, 'build'), { recursive: true });
  writeFileSync(join(folder, 'plugin.json'), text);
  writeFileSync(join(folder, 'build', 'plugin.wasm'), MODULE);
  return folder;
}

test('readPlugin reads a folder, or the manifest in it', async () => {
  const folder = makePlugin();
  const expected = {
    manifest: MANIFEST,
    manifestPath: join(folder, 'plugin.json'),
    module: MODULE,
    sha256: createHash('sha256').update(MODULE).digest('hex'),
    isHashed: false,
  };
  for (const path of [folder, `${folder}/`, join(folder, 'plugin.json'), relative(process.cwd(), folder)]) {
    assert.deepEqual(await readPlugin(path), expected);
  }
  const link = join(ROOT, 'link');
  symlinkSync(folder, link);
  assert.deepEqual(await readPlugin(link), { ...expected, manifestPath: join(link, 'plugin.json') });
});

test('readPlugin takes links that stay within the folder', async () => {
  const folder = makePlugin({ ...MANIFEST, entry: 'latest.wasm' });
  symlinkSync('build/plugin.wasm', join(folder, 'latest.wasm'));
  assert.deepEqual((await readPlugin(folder)).module, MODULE);
});

test('readPlugin refuses a module that lies outside of the folder', async () => {
  const other = makePlugin();
  const file = makePlugin({ ...MANIFEST, entry: 'latest.wasm' });
  symlinkSync(join(other, 'build', 'plugin.wasm'), join(file, 'latest.wasm'));
  const directory = makePlugin({ ...MANIFEST, entry: 'elsewhere/plugin.wasm' });
  symlinkSync(join(other, 'build'), join(directory, 'elsewhere'));
  // Its name begins like that of the folder.
  const sibling = makePlugin({ ...MANIFEST, entry: 'latest.wasm' });
  writeFileSync(`${sibling}.wasm`, MODULE);
  symlinkSync(`${sibling}.wasm`, join(sibling, 'latest.wasm'));
  for (const folder of [file, directory, sibling]) {
    await assert.rejects(readPlugin(folder), {
      code: 'AW_PLUGIN_UNREADABLE',
      message: /outside of the plugin's folder/,
    });
  }
});

test('readPlugin refuses a manifest that lies elsewhere, and shows nothing of it', async () => {
  const secret = join(ROOT, 'secret');
  writeFileSync(secret, 'hunter2');
  const folder = makePlugin();
  rmSync(join(folder, 'plugin.json'));
  symlinkSync(secret, join(folder, 'plugin.json'));
  for (const path of [folder, secret]) {
    await assert.rejects(readPlugin(path), (error: Error & { code: string }) => {
      assert.equal(error.code, 'AW_PLUGIN_UNREADABLE');
      return !error.message.includes('hunter2');
    });
  }
});

test('readPlugin says what is missing, and how to build a module', async () => {
  const folder = makePlugin();
  rmSync(join(folder, 'build'), { recursive: true });
  await assert.rejects(readPlugin(folder), {
    code: 'AW_PLUGIN_UNREADABLE',
    message: `Cannot read ${join(folder, 'build', 'plugin.wasm')}: there is no such file`,
    hint: `build it: npx autoweave plugin build ${folder}`,
  });
  rmSync(join(folder, 'plugin.json'));
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_UNREADABLE', message: /plugin\.json: there is no such/ });
  await assert.rejects(readPlugin(join(ROOT, 'nowhere')), { code: 'AW_PLUGIN_UNREADABLE', message: /nowhere: there/ });
  await assert.rejects(readPlugin(ROOT), { hint: /^name one of the plugins below: .*plugin-1, .*plugin-\d+$/ });
  await assert.rejects(readPlugin(''), { code: 'AW_PLUGIN_UNREADABLE' });
  await assert.rejects(readPlugin('a\0b'), { code: 'AW_PLUGIN_UNREADABLE' });
});

test('readPlugin refuses what is no file, or too large, without waiting for it', async () => {
  const folder = makePlugin();
  const module = join(folder, 'build', 'plugin.wasm');
  truncateSync(module, 32 * 1024 * 1024 + 1);
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_UNREADABLE', message: /33554433 bytes of at most/ });
  rmSync(module);
  execFileSync('mkfifo', [module]);
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_UNREADABLE', message: /it is no file/ });
  rmSync(module);
  mkdirSync(module);
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_UNREADABLE', message: /it is no file/ });
  truncateSync(join(folder, 'plugin.json'), 300_000);
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_UNREADABLE', message: /300000 bytes of at most/ });
});

test('readPlugin refuses a manifest that is wrong', async () => {
  for (const text of ['', '{', 'null', JSON.stringify({ ...MANIFEST, entry: '../plugin.wasm' })]) {
    await assert.rejects(readPlugin(makePlugin(MANIFEST, text)), { code: 'AW_PLUGIN_MANIFEST_INVALID' }, text);
  }
  const folder = makePlugin();
  writeFileSync(join(folder, 'plugin.json'), Uint8Array.of(0x22, 0xff, 0x22));
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_MANIFEST_INVALID', message: /it is not UTF-8/ });
});

const SIGNED: PluginManifest = {
  ...MANIFEST,
  signature: { algorithm: 'SHA-256', value: hashPlugin(MANIFEST, MODULE), signer: 'somebody' },
};

test('hashPlugin hashes the manifest without its signature, and then the module', () => {
  const text = JSON.stringify(MANIFEST, null, 2);
  const expected = createHash('sha256').update(text).update(MODULE).digest('hex');
  assert.equal(hashPlugin(MANIFEST, MODULE), expected);
  assert.equal(hashPlugin(SIGNED, MODULE), expected);
  const view = new Uint8Array([1, ...MODULE, 1]).subarray(1, -1);
  assert.equal(hashPlugin(MANIFEST, view), expected);
});

test('readPlugin takes a plugin whose hash is right, however its manifest is laid out', async () => {
  const upper = { ...SIGNED.signature!, value: SIGNED.signature!.value.toUpperCase() };
  const first = { signature: SIGNED.signature, ...MANIFEST };
  for (const text of [
    JSON.stringify(SIGNED, null, 4),
    JSON.stringify({ ...SIGNED, signature: upper }),
    JSON.stringify(first),
  ]) {
    assert.equal((await readPlugin(makePlugin(MANIFEST, text))).isHashed, true);
  }
});

test('readPlugin refuses a plugin whose hash is wrong, and says both', async () => {
  const stated = SIGNED.signature!.value;
  const more = { ...SIGNED, permissions: { kv: { prefix: 'a' } } };
  await assert.rejects(readPlugin(makePlugin(more)), (error: Error & { code: string }) => {
    assert.equal(error.code, 'AW_PLUGIN_HASH_WRONG');
    return error.message.includes(stated) && error.message.includes(hashPlugin(more, MODULE));
  });
  const folder = makePlugin(SIGNED);
  const changed = MODULE.slice();
  changed[7] = 1;
  writeFileSync(join(folder, 'build', 'plugin.wasm'), changed);
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_HASH_WRONG' });
});
