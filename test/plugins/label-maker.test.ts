import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildPlugin } from '../../cli/plugin/build-plugin.ts';
import { testPlugin } from '../../cli/plugin/test-plugin.ts';
import { ROOT } from '../harness/root.ts';

test('the example in C builds without a warning, and passes its tests in the sandbox', async () => {
  const folder = join(ROOT, 'plugins-wasm/label-maker');
  const { language, warnings } = await buildPlugin(folder);
  assert.deepEqual({ language, warnings }, { language: 'c', warnings: '' });
  const results = await testPlugin(folder);
  assert.deepEqual(
    results.filter(({ problem }) => problem !== undefined),
    [],
  );
  assert.ok(results.length >= 10);
});
