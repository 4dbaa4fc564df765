import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readTestCases } from '../../cli/plugin/test-case.ts';
import { OWN_IMPORTS } from '../../runtime/plugins/import-audit.ts';
import { readManifest } from '../../runtime/plugins/manifest.ts';
import { ROOT } from '../harness/root.ts';

/** The guide to plugins prints what `plugin new` writes, and what the runtime takes. */

const GUIDE = read('docs/guide/plugins.md');
const TEMPLATE = join('plugins-wasm', 'templates', 'assemblyscript');

describe('the guide to plugins', () => {
  test('prints the manifest and the code that plugin new writes', () => {
    const manifest = block('json', '"entry"');
    assert.deepEqual(readManifest(manifest, 'plugin.json'), asHello(join(TEMPLATE, 'plugin.json'), JSON.parse));
    const code = block('ts', 'on_attach');
    assert.ok(asHello(join(TEMPLATE, 'index.ts'), String).startsWith(code), code);
  });

  test('prints a test case that can be run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'autoweave guide '));
    try {
      await mkdir(join(folder, 'tests'));
      await writeFile(join(folder, 'tests', 'case.json'), block('json', '"effects"'));
      const [found] = await readTestCases(folder);
      assert.equal(found?.case.expect?.effects?.length, 3);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('has a row for each function that a module can import', () => {
    const rows = [...GUIDE.matchAll(/^\| `(\w+)\([^|]*`[^|]*\|([^|]*)\|/gm)];
    assert.deepEqual(
      Object.fromEntries(rows.map(([, name, need]) => [name, /`(\w+)`/.exec(need!)?.[1] ?? 'nothing'])),
      OWN_IMPORTS,
    );
  });
});

/** The first of its blocks in this language with these words in it. */
function block(language: string, words: string): string {
  const blocks = [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
  const found = blocks.map(([, text]) => text!).find((text) => text.includes(words));
  assert.ok(found !== undefined, `no ${language} block with ${words}`);
  return found;
}

function asHello<Result>(file: string, parse: (text: string) => Result): Result {
  return parse(read(file).replaceAll('my-plugin', 'hello'));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
