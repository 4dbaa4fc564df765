import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Facts } from './facts.mjs';
import { plugins } from './plugins.mjs';

test('example plugins are built once, those without a compiler are left out until one comes', async () => {
  const root = await mkdtemp(join(tmpdir(), 'autoweave setup '));
  try {
    const bin = join(root, 'bin');
    const env = { PATH: bin };
    const facts: Facts = { node: '/node', stamps: {} };
    const isDone = () => plugins.isDone({ root, facts, env });
    assert.ok(isDone(), 'a checkout without examples needs none');

    await mkdir(bin);
    for (const name of ['described', 'printed']) {
      await mkdir(join(root, 'plugins-wasm', name), { recursive: true });
      await writeFile(join(root, 'plugins-wasm', name, 'plugin.json'), '{"entry":"plugin.wasm"}');
    }
    assert.ok(!isDone());
    const built: string[][] = [];
    const provide = (problem?: string) =>
      plugins.provide({
        root,
        facts,
        env,
        report: () => {},
        async run(_node, args) {
          built.push(args.slice(2));
          await writeFile(join(root, 'plugins-wasm', 'described', 'plugin.wasm'), 'built');
          if (problem === undefined) await writeFile(join(root, 'plugins-wasm', 'printed', 'plugin.wasm'), 'built');
          return JSON.stringify([{ name: 'described' }, { name: 'printed', ...(problem && { problem }) }]);
        },
      });
    assert.equal(await provide('there is no clang'), 'described; without printed (there is no clang)');
    assert.deepEqual(built, [[join('plugins-wasm', 'described'), join('plugins-wasm', 'printed')]]);
    assert.ok(isDone());

    await writeFile(join(bin, 'clang-14'), '');
    assert.ok(!isDone(), 'a compiler has come');
    assert.equal(await provide(), 'described, printed');
    assert.ok(isDone());

    await writeFile(join(root, 'plugins-wasm', 'described', 'plugin.wasm'), 'built by hand');
    assert.ok(isDone(), 'what is built is no source');
    await writeFile(join(root, 'plugins-wasm', 'described', 'index.ts'), '');
    assert.ok(!isDone());
    await provide();
    await rm(join(root, 'plugins-wasm', 'printed', 'plugin.wasm'));
    assert.ok(!isDone(), 'a module is gone');
  } finally {
    await rm(root, { recursive: true });
  }
});
