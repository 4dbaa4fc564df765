import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const PASSES = "test('passes', () => {});";
const CASES: ReadonlyArray<{
  name: string;
  source: string;
  args?: string[];
  env?: object;
  status: number;
  prints: RegExp;
}> = [
  { name: 'a pass', source: PASSES, status: 0, prints: /ℹ tests 1\n.*ℹ pass 1\n/s },
  { name: 'a failure', source: "test('fails', () => { throw new Error('no'); });", status: 1, prints: /ℹ fail 1\n/ },
  {
    name: 'a skipped test',
    source: `${PASSES} test('skips', { skip: true }, () => {});`,
    status: 0,
    prints: /ℹ skipped 1\n/,
  },
  {
    name: 'a skipped test under --no-skip',
    source: `${PASSES} test('skips', { skip: 'no bus' }, () => {});`,
    args: ['--no-skip'],
    status: 1,
    prints: /not run \(skipped\): skips \(a\.test\.ts:1\)\nℹ tests 2\n/,
  },
  {
    name: 'a skipped subtest in CI',
    source: "test('outer', (t) => t.test('skips', { skip: true }, () => {}));",
    env: { CI: 'true' },
    status: 1,
    prints: /not run \(skipped\): skips/,
  },
  {
    name: 'a test to do under --no-skip',
    source: "test.todo('later');",
    args: ['--no-skip'],
    status: 1,
    prints: /not run \(todo\): later/,
  },
  { name: 'no skip under --no-skip', source: PASSES, args: ['--no-skip'], status: 0, prints: /ℹ pass 1\n/ },
  { name: 'a file that breaks', source: 'process.exit(3);', status: 1, prints: /ℹ fail 1\n/ },
  { name: 'a filter that matches', source: PASSES, args: ['a.test'], status: 0, prints: /ℹ tests 1\n/ },
  { name: 'a filter that matches nothing', source: PASSES, args: ['b.test'], status: 1, prints: /AW_TEST_NONE/ },
  {
    name: 'one test by name',
    source: `${PASSES} test('fails', () => { throw 1; });`,
    args: ['--only', 'passes'],
    status: 0,
    prints: /ℹ pass 1\n/,
  },
];

for (const { name, source, args = [], env = {}, status, prints } of CASES) {
  test(`npm test ends with ${status} for ${name}`, (context) => {
    const root = mkdtempSync(join(tmpdir(), 'aw-test-'));
    context.after(() => rmSync(root, { recursive: true, force: true }));
    writeFileSync(join(root, 'a.test.ts'), `import { test } from 'node:test'; ${source}\n`);

    const { NODE_TEST_CONTEXT: _inner, CI: _ci, ...outer } = process.env;
    const script = join(import.meta.dirname, 'test.ts');
    const result = spawnSync(process.execPath, [script, '--root', root, ...args], {
      encoding: 'utf8',
      env: { ...outer, NO_COLOR: '1', ...env },
    });
    assert.match(result.stdout + result.stderr, prints);
    assert.equal(result.status, status, result.stdout);
  });
}
