import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { auditImports, exportedFunctions, OWN_IMPORTS } from './import-audit.ts';
import { body, exportOf, FUNCTION, functionType, importOf, list, moduleOf, section } from './test-module.ts';

const CLASSIC = 'extism:host/env';

function importing(...imports: readonly number[][]): WebAssembly.Module {
  return new WebAssembly.Module(moduleOf(section(1, list(functionType())), section(2, list(...imports))));
}

function importingFunctions(...names: readonly (readonly [namespace: string, name: string])[]): WebAssembly.Module {
  return importing(...names.map(([namespace, name]) => importOf(namespace, name, FUNCTION, 0)));
}

test('auditImports names what is to be linked, each once', () => {
  const module = importingFunctions(
    ['autoweave', 'log'],
    ['autoweave', 'log'],
    ['autoweave', 'kv_get'],
    [CLASSIC, 'alloc'],
    [CLASSIC, 'input_length'],
  );
  assert.deepEqual(auditImports(module, { kv: { prefix: 'a' } }), {
    own: ['log', 'kv_get'],
    classic: ['alloc', 'input_length'],
  });
  assert.deepEqual(auditImports(importingFunctions(), {}), { own: [], classic: [] });
});

const GRANTS: Readonly<Record<string, readonly PluginPermissions[]>> = {
  kv: [{ kv: { prefix: 'a' } }],
  queue: [{ queue: ['q'] }, { queue: [{ name: 'q', mode: 'add' }] }, { queue: [{ name: 'q', mode: 'both' }] }],
  events: [{ events: ['a.b'] }],
};
const NO_GRANTS: readonly PluginPermissions[] = [
  {},
  { kv: { prefix: '' }, queue: [], events: [] },
  { queue: [{ name: 'q', mode: 'work' }], usb: { vendor_ids: ['*'] }, network: { outbound: ['http://x'] } },
];

for (const [name, need] of Object.entries(OWN_IMPORTS)) {
  test(`auditImports lets a plugin import ${name} with ${need}`, () => {
    const module = importingFunctions(['autoweave', name]);
    for (const granted of GRANTS[need] ?? NO_GRANTS) assert.deepEqual(auditImports(module, granted).own, [name]);
    if (need === 'nothing') return;
    for (const granted of NO_GRANTS) {
      assert.throws(() => auditImports(module, granted), {
        code: 'AW_PLUGIN_IMPORT_DENIED',
        message: new RegExp(`"${name}" of "autoweave"; it needs \`${need}\`.* in permissions`),
      });
    }
    assert.throws(() => auditImports(module, {}, GRANTS[need]![0]), {
      code: 'AW_PLUGIN_IMPORT_DENIED',
      message: new RegExp(`its permission \`${need}\`.* is not granted`),
    });
  });
}

test('auditImports refuses everything else', () => {
  const table: readonly (readonly [namespace: string, name: string, hint: RegExp])[] = [
    ['autoweave', 'exec', /import from/],
    ['autoweave', 'constructor', /import from/],
    ['autoweave', '__proto__', /import from/],
    ['autoweave', '', /import from/],
    ['autoweave ', 'log', /import from/],
    ['Autoweave', 'log', /import from/],
    ['', 'log', /import from/],
    ['autoweave', 'alloc', /import from/],
    [CLASSIC, 'log', /import from/],
    [CLASSIC, 'http_request', /no network/],
    [CLASSIC, 'http_status_code', /no network/],
    ['extism:host/user', 'log', /import from/],
    ['env', 'abort', /--use abort/],
    ['wasi_snapshot_preview1', 'fd_write', /without WASI/],
    ['wasm:js-string', 'length', /import from/],
  ];
  for (const [namespace, name, hint] of table) {
    assert.throws(
      () => auditImports(importingFunctions([namespace, name]), { kv: { prefix: 'a' }, queue: ['q'], events: ['a.b'] }),
      (error: Error & { code: string; hint: string }) => {
        assert.equal(error.code, 'AW_PLUGIN_IMPORT_DENIED');
        assert.match(error.hint, hint);
        return true;
      },
      `${namespace} ${name}`,
    );
  }
});

test('auditImports refuses what is no function, whatever its name', () => {
  const table = { memory: [2, 0, 1], table: [1, 0x70, 0, 1], global: [3, 0x7f, 0] };
  for (const [kind, [code, ...type]] of Object.entries(table)) {
    assert.throws(() => auditImports(importing(importOf('autoweave', 'log', code!, ...type)), {}), {
      code: 'AW_PLUGIN_IMPORT_DENIED',
      message: new RegExp(`the ${kind} "log" of "autoweave"; only functions`),
    });
  }
});

test('auditImports shows a name in one line, whatever it holds', () => {
  const module = importingFunctions(['env', `\u001b[2J\n"\u202e${'x'.repeat(1_000)}`]);
  assert.throws(
    () => auditImports(module, {}),
    (error: Error) => {
      assert.match(error.message, /"\\u\{1b\}\[2J\\u\{a\}\\"\\u\{202e\}x+…" of "env"/);
      return error.message.length < 300;
    },
  );
});

test('exportedFunctions names what a host may call', () => {
  const names = ['describe', '_private', 'a1', '_start', '_initialize', '__new', '', '1a', 'a b', 'ä', 'a'.repeat(101)];
  const module = new WebAssembly.Module(
    moduleOf(
      section(1, list(functionType())),
      section(3, list([0])),
      section(5, list([0, 1])),
      section(7, list(exportOf('memory', 2, 0), ...names.map((name) => exportOf(name, FUNCTION, 0)))),
      section(10, list(body())),
    ),
  );
  assert.deepEqual(exportedFunctions(module), ['describe', '_private', 'a1']);
});
