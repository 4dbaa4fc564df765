import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { essence, findNpm } from './npm.mjs';

test('findNpm prefers the npm that runs us, then the one on PATH, and calls a shim as it is', (context) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'aw-npm-')));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['own', 'linked', 'shim']) mkdirSync(join(folder, name));
  const [own, onPath, shim] = [join(folder, 'own/npm-cli.js'), join(folder, 'npm-cli.js'), join(folder, 'shim/npm')];
  for (const file of [own, onPath, shim]) writeFileSync(file, '');
  chmodSync(shim, 0o755);
  symlinkSync('../npm-cli.js', join(folder, 'linked/npm'));
  const PATH = `${join(folder, 'nowhere')}:${join(folder, 'linked')}`;

  assert.equal(findNpm({ npm_execpath: own, PATH }), own);
  assert.equal(findNpm({ npm_execpath: join(folder, 'pnpm.cjs'), PATH }), onPath);
  assert.equal(findNpm({ PATH: join(folder, 'shim') }), shim);
  assert.equal(findNpm({ PATH: '' }), 'npm');
});

test('essence keeps what npm says went wrong and drops its usage page', () => {
  const lines = [
    'code EUSAGE',
    '',
    'Missing: a@1 from lock file',
    'Clean install a project',
    'Usage:',
    'npm ci',
    'A complete log of this run: x',
  ];
  const output = lines.map((line) => `npm error ${line}`.trimEnd()).join('\n');
  assert.equal(essence(output), 'code EUSAGE\nMissing: a@1 from lock file\nA complete log of this run: x');
});
