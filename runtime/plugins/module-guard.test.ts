import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AutoWeaveError } from '../errors/errors.ts';
import { guardModule } from './module-guard.ts';
import {
  body,
  exportOf,
  FUNCREF,
  FUNCTION,
  functionType,
  I32,
  importOf,
  leb,
  limits,
  list,
  MEMORY,
  moduleOf,
  section,
  smallModule,
  text,
} from './test-module.ts';

const MAX_PAGES = 8;
const IMPORTS = { autoweave: { log() {} } };

function guard(...sections: readonly number[][]): Uint8Array<ArrayBuffer> {
  return guardModule(moduleOf(...sections), { maxPages: MAX_PAGES });
}

function instantiate(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), IMPORTS).exports;
}

test('guardModule leaves a module as it works, and the engine then refuses to grow beyond the cap', () => {
  for (const memory of [limits(1), limits(1, 2), limits(1, 65_536), limits(MAX_PAGES)]) {
    const { memory: exported, run } = instantiate(guard(...smallModule(memory)));
    assert.ok(exported instanceof WebAssembly.Memory);
    let before = 0;
    for (let call = 0; call < 20; call++) before = Math.max(before, (run as () => number)());
    assert.ok(before < MAX_PAGES);
    assert.throws(() => exported.grow(MAX_PAGES), RangeError);
    const isSmaller = memory.length === 3 && memory[2] === 2;
    assert.equal(exported.buffer.byteLength, (isSmaller ? 2 : MAX_PAGES) * 65_536, String(memory));
  }
});

test('guardModule shares the slots among the tables', () => {
  const tables = [limits(3), limits(1, 5), limits(2, 2), limits(0)];
  const module = moduleOf(
    section(4, list(...tables.map((table) => [FUNCREF, ...table]))),
    section(7, list(...tables.map((_, index) => exportOf(`t${index}`, 1, index)))),
  );
  const grown = (maxTableSlots: number) =>
    Object.values(instantiate(guardModule(module, { maxPages: 1, maxTableSlots }))).map((table) => {
      assert.ok(table instanceof WebAssembly.Table);
      for (let more = 64; more > 0; more >>= 1) {
        try {
          table.grow(more);
        } catch {}
      }
      return table.length;
    });
  assert.deepEqual(grown(6), [3, 1, 2, 0]);
  assert.deepEqual(grown(8), [5, 1, 2, 0]);
  assert.throws(() => grown(5), {
    code: 'AW_PLUGIN_MODULE_INVALID',
    message: /need 6 slots of at most 5 \(at byte 11\)/,
  });
});

const TYPES = section(1, list(functionType()));
const MANY = 100_000;

const REFUSED: Readonly<Record<string, readonly [module: Uint8Array, message: RegExp]>> = {
  nothing: [new Uint8Array(0), /ends within its first bytes/],
  'no module': [new TextEncoder().encode('(module)'), /no WebAssembly module/],
  'half a header': [moduleOf().slice(0, 6), /ends within its version/],
  'a component': [Uint8Array.of(0, 97, 115, 109, 0x0d, 0, 1, 0), /not a core module: it is a component \(at byte 4\)/],
  'another version': [Uint8Array.of(0, 97, 115, 109, 2, 0, 0, 0), /not a core module: its version is 2\.0\.0\.0/],
  'an unknown section': [moduleOf(section(14, [])), /section 14 is unknown \(at byte 8\)/],
  'a section beyond the end': [moduleOf([1, 100, 0]), /section 1 needs 100 bytes, 1 are left/],
  'a section of 4 GiB': [moduleOf([1, ...leb(2 ** 32 - 1)]), /needs 4294967295 bytes, 0 are left/],
  'a size of six bytes': [moduleOf([0, ...leb(1, 6), 0]), /a number of more than 32 bits \(at byte 9\)/],
  'a size of 33 bits': [moduleOf([0, 0x80, 0x80, 0x80, 0x80, 0x10]), /a number of more than 32 bits/],
  'a size that does not end': [moduleOf([0, 0x80]), /ends within the size of a section/],
  'a section twice': [moduleOf(TYPES, TYPES), /section 1 is there twice/],
  'a second memory section': [
    moduleOf(section(5, list(limits(1))), section(0, text('x')), section(5, list(limits(1)))),
    /section 5 is there twice/,
  ],
  'sections out of order': [
    moduleOf(section(5, list(limits(1))), section(4, list())),
    /section 4 comes after section 5/,
  ],
  'many sections': [moduleOf(...Array.from({ length: MANY }, () => [0, 1, 0])), /more than 1000 sections/],
  'a custom section without a name': [moduleOf([0, 0]), /ends within the name of a custom section/],
  'a custom section with a name beyond its end': [moduleOf([0, 2, 5, 97], TYPES), /needs 5 bytes, 1 are left/],
  'a custom section with a name that is not UTF-8': [moduleOf([0, 3, 2, 0xc3, 0x28]), /is not UTF-8/],

  'a memory that is too large': [
    moduleOf(section(5, list(limits(17)))),
    /its memory needs 1\.1 MiB, its limit is 0\.5 MiB \(at byte 11\)/,
  ],
  'a memory of 4 GiB': [moduleOf(section(5, list(limits(65_536)))), /needs 4096 MiB/],
  'a memory of 2^32 - 1 pages': [moduleOf(section(5, list(limits(2 ** 32 - 1, 2 ** 32 - 1)))), /its limit is 0.5 MiB/],
  'a memory that is larger than its maximum': [
    moduleOf(section(5, list(limits(2, 1)))),
    /has 2 at first and 1 at most/,
  ],
  'two memories': [moduleOf(section(5, list(limits(1), limits(1)))), /2 memories of at most 1/],
  'a memory that is missing': [moduleOf(section(5, [1])), /ends within the limits of a memory/],
  'bytes after the memory': [moduleOf(section(5, [...list(limits(1)), 0])), /1 bytes are left after its memory/],
  'shared memory': [moduleOf(section(5, list([3, 1, 1]))), /is shared between threads/],
  '64-bit memory': [moduleOf(section(5, list([4, 1]))), /has 64-bit addresses/],
  'shared 64-bit memory': [moduleOf(section(5, list([7, 1, 1]))), /has 64-bit addresses/],
  'memory with small pages': [moduleOf(section(5, list([8, 1, 0]))), /pages of another size/],
  'memory of an unknown kind': [moduleOf(section(5, list([0x40, 1]))), /an unknown kind, 64/],
  'flags that are padded': [moduleOf(section(5, list([0x81, 0, 1, 1]))), /an unknown kind, 129/],

  'many tables': [moduleOf(section(4, [...leb(MANY)])), /100000 tables of at most 16/],
  'a table that is too large': [moduleOf(section(4, list([FUNCREF, ...limits(65_537)]))), /need 65537 slots/],
  'tables whose sizes overflow': [
    moduleOf(section(4, list(...Array.from({ length: 16 }, () => [FUNCREF, ...limits(2 ** 32 - 1)])))),
    /need 68719476720 slots/,
  ],
  'a table with an initial value': [moduleOf(section(4, list([0x40, 0, FUNCREF, ...limits(1)]))), /of type 0x40/],
  'a table of typed references': [moduleOf(section(4, list([0x63, 0, ...limits(1)]))), /of type 0x63/],
  'a 64-bit table': [moduleOf(section(4, list([FUNCREF, 4, 1]))), /its table has 64-bit addresses/],

  'an imported memory': [moduleOf(section(2, list(importOf('env', 'memory', MEMORY, 0, 1)))), /imports a memory/],
  'an imported table': [moduleOf(section(2, list(importOf('env', 't', 1, FUNCREF, 0, 1)))), /imports a table/],
  'an imported global': [moduleOf(section(2, list(importOf('env', 'g', 3, I32, 0)))), /imports a global/],
  'an imported tag': [moduleOf(section(2, list(importOf('env', 'e', 4, 0, 0)))), /imports a tag/],
  'an import of another kind': [moduleOf(section(2, list(importOf('env', 'x', 0x7f, 0)))), /a thing of kind 127/],
  'a memory after imported functions': [
    moduleOf(
      section(2, list(importOf('autoweave', 'log', FUNCTION, 0), importOf('env', 'memory', MEMORY, ...limits(1)))),
    ),
    /imports a memory/,
  ],
  'an import that is not UTF-8': [moduleOf(section(2, [1, 1, 0xff, 0, 0, 0])), /namespace of an import is not UTF-8/],
  'imports that are missing': [moduleOf(section(2, leb(1_000))), /ends within the namespace of an import/],
  'many imports': [moduleOf(section(2, leb(MANY))), /100000 imports of at most 1000/],
  'many exports': [moduleOf(section(7, leb(MANY))), /100000 exports of at most 1000/],

  'types that are missing': [moduleOf(section(1, leb(2 ** 32 - 1))), /ends within a type/],
  'parameters that are missing': [moduleOf(section(1, [1, 0x60, ...leb(2 ** 32 - 1)])), /ends within a parameter/],
  'types that would take long': [
    moduleOf(
      section(
        1,
        Array.from({ length: 1_500_000 }, () => 0x60),
      ),
    ),
    /section 1 has 1500000 bytes of at most 1048576/,
  ],
  'elements that fill the heap': [
    moduleOf(
      section(
        9,
        Array.from({ length: 1_500_000 }, () => 0),
      ),
    ),
    /section 9 has 1500000 bytes of at most 1048576/,
  ],
  'an array type': [moduleOf(section(1, list([0x5e, 0x78, 1]))), /type 0 is not of a function \(at byte 11\)/],
  'a struct type': [moduleOf(section(1, list(functionType(), [0x5f, 0]))), /type 1 is not of a function/],
  'recursive types': [moduleOf(section(1, list([0x4e, 1, 0x5f, 0]))), /type 0 is not of a function/],
  'a type with references to a type': [moduleOf(section(1, list(functionType([0x63, 0])))), /of type 0x63/],
  exceptions: [moduleOf(TYPES, section(13, list([0, 0]))), /uses exceptions/],
};

for (const [what, [module, message]] of Object.entries(REFUSED)) {
  test(`guardModule refuses ${what}`, () => {
    assert.throws(() => guardModule(module, { maxPages: MAX_PAGES }), {
      name: 'TerminalError',
      code: 'AW_PLUGIN_MODULE_INVALID',
      message,
    });
  });
}

test('guardModule takes padded numbers, and custom sections anywhere, of which it keeps the names of functions', () => {
  const custom = section(0, [...text('metadata.code.branch_hint'), 1, 2, 3]);
  const padded = [5, ...leb(11, 5), ...leb(1, 5), 1, ...leb(1, 1), ...leb(2, 4)];
  const sections = smallModule().map((bytes) => (bytes[0] === 5 ? padded : bytes));
  const guarded = guard(custom, ...sections.flatMap((bytes) => [bytes, custom]), section(0, text('name')));
  assert.equal(new TextDecoder('latin1').decode(guarded).includes('branch_hint'), false);
  const module = new WebAssembly.Module(guarded);
  assert.equal(WebAssembly.Module.customSections(module, 'name').length, 1);
  const { memory } = new WebAssembly.Instance(module, IMPORTS).exports as { memory: WebAssembly.Memory };
  memory.grow(1);
  assert.throws(() => memory.grow(1), RangeError);
});

test('guardModule leaves to the engine what only the engine can tell', () => {
  const startless = section(8, [9]);
  const farData = section(11, list([0, 0x41, ...leb(0x0f_ff_ff), 0x0b, ...text('x')]));
  const replace = (id: number, bytes: number[]) => smallModule().map((old) => (old[0] === id ? bytes : old));
  assert.throws(() => instantiate(guard(...replace(8, startless))), WebAssembly.CompileError);
  assert.throws(() => instantiate(guard(...replace(11, farData))), WebAssembly.RuntimeError);
  const loop = section(10, list(body(0x41, 0), body(0x03, 0x40, 0x0c, 0, 0x0b)));
  // Not instantiated: its start function does not end.
  assert.ok(new WebAssembly.Module(guard(...replace(10, loop))));
});

test('guardModule gives a copy, and reads a view as what it shows', () => {
  const module = moduleOf(...smallModule());
  const buffer = new Uint8Array(module.length + 20).fill(0xff);
  buffer.set(module, 10);
  const guarded = guardModule(buffer.subarray(10, 10 + module.length), { maxPages: MAX_PAGES });
  buffer.fill(0);
  instantiate(guarded);
  assert.equal(guarded.buffer.byteLength, guarded.length);
});

/** True when it was refused, or can't be compiled, or can't be linked with what plugins get. */
function staysWithin(bytes: Uint8Array): boolean {
  let guarded: Uint8Array<ArrayBuffer>;
  try {
    guarded = guardModule(bytes, { maxPages: MAX_PAGES });
  } catch (error) {
    assert.ok(error instanceof AutoWeaveError && error.code === 'AW_PLUGIN_MODULE_INVALID', String(error));
    return true;
  }
  let exports: WebAssembly.Exports;
  try {
    exports = instantiate(guarded);
  } catch (error) {
    assert.ok(!(error instanceof AutoWeaveError));
    return true;
  }
  for (const value of Object.values(exports)) {
    if (value instanceof WebAssembly.Memory) {
      const pages = value.buffer.byteLength / 65_536;
      assert.throws(() => value.grow(MAX_PAGES - pages + 1), RangeError);
    }
    if (value instanceof WebAssembly.Table) assert.throws(() => value.grow(65_537 - value.length), RangeError);
  }
  return false;
}

test('guardModule keeps every truncation of a module, and each change of a byte, within its bounds', () => {
  const module = moduleOf(...smallModule());
  assert.equal(staysWithin(module), false);
  for (let length = 0; length < module.length; length++) staysWithin(module.subarray(0, length));
  let survivors = 0;
  for (let offset = 0; offset < module.length; offset++) {
    for (const mask of [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x7f, 0xff]) {
      const changed = module.slice();
      changed[offset]! ^= mask;
      if (!staysWithin(changed)) survivors++;
    }
  }
  assert.ok(survivors > 50, `only ${survivors} of them could be tried`);
});
