import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { C } from './c.ts';

const SOURCE = `#include "autoweave.h"
#include "answer.h"
AW_EXPORT(answer) { aw_output(AW_TEXT(ANSWER)); }
`;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autoweave c '));
});
after(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const plugin = join(folder, name);
  await mkdir(join(plugin, 'src'), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(plugin, file), text);
  return plugin;
}

/** First of all: what was found once is not looked for again. */
test('plugins in C need a clang that builds for WebAssembly, and say what to install', async () => {
  const path = process.env['PATH'];
  const plugin = await write('first', { 'plugin.c': SOURCE, 'answer.h': '#define ANSWER "42"' });
  const poor = await write('poor', { clang: '#!/bin/sh\necho "error: no target wasm32" >&2\nexit 1\n' });
  await chmod(join(poor, 'clang'), 0o755);
  try {
    process.env['PATH'] = join(folder, 'nothing');
    await assert.rejects(C.compile(plugin), {
      code: 'AW_TOOLCHAIN_MISSING',
      message: 'Cannot build plugins in C: there is no clang',
      hint: /apt-get install clang lld/,
    });
    process.env['PATH'] = poor;
    await assert.rejects(C.compile(plugin), { message: /clang can't: error: no target wasm32/ });
    process.env['PATH'] = [poor, path].join(delimiter);
    assert.equal((await C.compile(plugin)).warnings, '', 'the next one is tried');
  } finally {
    process.env['PATH'] = path;
  }
});

test('plugins in C are the same bytes wherever they lie, of all their files', async () => {
  const files = { 'plugin.c': SOURCE, 'answer.h': 'extern const char *words;\n#define ANSWER "42"' };
  const more = { 'src/more.c': '#include "autoweave.h"\nAW_EXPORT(more) { aw_log(AW_INFO, aw_input()); }\n' };
  const one = await C.compile(await write('here', { ...files, ...more }));
  const two = await C.compile(await write('elsewhere/deeper', { ...more, ...files }));
  assert.deepEqual(one.module, two.module);
  const module = new WebAssembly.Module(new Uint8Array(one.module));
  assert.deepEqual(
    WebAssembly.Module.exports(module).map(({ name }) => name),
    ['memory', 'answer', 'more'],
  );
  const imports = WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`);
  assert.deepEqual(
    imports.sort(),
    ['input_length', 'input_read', 'log', 'output_write'].map((name) => `autoweave.${name}`),
  );
});

test('plugins in C are left alone by programs that npm puts on the path', async () => {
  const path = process.env['PATH'];
  const plugin = await write('npx', { 'plugin.c': SOURCE, 'answer.h': '#define ANSWER "42"' });
  const programs = 'node_modules/.bin';
  await write(programs, { 'wasm-opt': '#!/bin/sh\necho "error: never asked" >&2\nexit 1\n' });
  await chmod(join(folder, programs, 'wasm-opt'), 0o755);
  try {
    process.env['PATH'] = [join(folder, programs), path].join(delimiter);
    assert.equal((await C.compile(plugin)).warnings, '');
  } finally {
    process.env['PATH'] = path;
  }
});

const FAILURES: readonly { what: string; source: string; says: RegExp }[] = [
  { what: 'what is no C', source: 'int x = y;', says: /plugin\.c:1:9: error: use of undeclared identifier 'y'/ },
  { what: 'the C library', source: '#include <stdlib.h>', says: /'stdlib\.h' file not found/ },
  {
    what: 'a function that is nowhere',
    source: 'void f(void); __attribute__((export_name("g"))) void g(void) { f(); }',
    says: /undefined symbol: f/,
  },
  { what: 'the time of the build', source: 'const char *at = __TIME__;', says: /not reproducible/ },
];

for (const { what, source, says } of FAILURES) {
  test(`plugins in C can't have ${what}`, async () => {
    const plugin = await write('broken', { 'plugin.c': source });
    await assert.rejects(C.compile(plugin), { code: 'AW_PLUGIN_BUILD_FAILED', message: says });
  });
}

test('plugins in C show what the compiler warns of', async () => {
  const plugin = await write('careless', { 'plugin.c': 'static void unused(void) {}' });
  assert.match((await C.compile(plugin)).warnings, /unused function 'unused'/);
});
