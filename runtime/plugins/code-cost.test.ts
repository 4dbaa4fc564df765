import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardModule } from './module-guard.ts';
import { functionType, I32, leb, limits, list, moduleOf, section } from './test-module.ts';

/** A module of such functions, without parameters and results, and of one more that gives 1,000 results. */
function withCode(code: Uint8Array | readonly number[], locals = 0, functions = 1): Uint8Array {
  const groups = locals === 0 ? [0] : [1, ...leb(locals), I32];
  const one = join(leb(groups.length + code.length + 1), groups, code, [0x0b]);
  const bodies = join(leb(functions + 1), ...new Array(functions).fill(one), [3, 0, 0x00, 0x0b]);
  const before = moduleOf(
    section(1, list(functionType(), functionType([], new Array(1_000).fill(I32)))),
    section(3, [...leb(functions + 1), ...new Array(functions).fill(0), 1]),
    section(4, list([0x70, ...limits(1)])),
    section(5, list(limits(1))),
  );
  return join(before, [10, ...leb(bodies.length)], bodies);
}

function repeat(times: number, ...code: number[]): Uint8Array {
  const bytes = new Uint8Array(times * code.length);
  for (let index = 0; index < times; index++) bytes.set(code, index * code.length);
  return bytes;
}

function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

const guard = (module: Uint8Array): Uint8Array<ArrayBuffer> => guardModule(module, { maxPages: 1 });
const BLOCK = [0x02, 0x40, 0x41, 0, 0x0d, 0, 0x0b];
const PUSH = [0x41, 0];
const DROP = [0x1a];

/** What holds a compiler up, and beside it as much code that doesn't. */
const BOMBS: Readonly<Record<string, readonly [bomb: Uint8Array, harmless: Uint8Array]>> = {
  'locals at each join': [withCode(repeat(1_000, ...BLOCK), 49_000), withCode(repeat(1_000, ...BLOCK), 900)],
  'operands at each join': [
    withCode(join(repeat(20_000, ...PUSH), repeat(1_000, ...BLOCK), repeat(20_000, ...DROP))),
    withCode(join(repeat(20_000, ...PUSH, ...DROP), repeat(1_000, ...BLOCK))),
  ],
  'operands that calls give': [
    withCode(repeat(25_000, 0x02, 0x40, 0x10, 1, 0x00, 0x0b)),
    withCode(repeat(25_000, 0x02, 0x40, 0x10, 0, 0x00, 0x0b)),
  ],
  'labels of jump tables': [
    withCode(repeat(100, 0x02, 0x40, ...PUSH, 0x0e, ...leb(6_000), ...new Array(6_001).fill(0), 0x0b), 100),
    withCode(repeat(100, 0x02, 0x40, ...PUSH, 0x0e, ...leb(600), ...new Array(601).fill(0), 0x0b), 100),
  ],
  'blocks in each other': [
    withCode(join(repeat(20_000, 0x02, 0x40), repeat(20_000, 0x0b))),
    withCode(join(repeat(5_000, 0x02, 0x40), repeat(5_000, 0x0b), repeat(15_000, 0x02, 0x40, 0x0b))),
  ],
  'a function of more than a MiB': [
    withCode(repeat(600_000, ...PUSH, ...DROP)),
    withCode(repeat(300_000, ...PUSH, ...DROP)),
  ],
  'locals of many functions': [withCode([], 49_000, 500), withCode([], 490, 500)],
};

for (const [what, [bomb, harmless]] of Object.entries(BOMBS)) {
  test(`checkCode refuses ${what}`, () => {
    assert.throws(() => guard(bomb), {
      code: 'AW_PLUGIN_MODULE_INVALID',
      message: /too much to compile|blocks in each other|1800002 bytes of at most/,
    });
    assert.ok(new WebAssembly.Module(guard(harmless)));
  });
}

const VECTOR = [0xfd, 12, ...new Array(16).fill(0)];

test('checkCode walks over what the engine takes', () => {
  const table: Readonly<Record<string, readonly number[]>> = {
    'numbers of each size': [
      0x41,
      ...leb(127, 2),
      0x1a,
      0x42,
      0x7f,
      0x1a,
      0x43,
      0,
      0,
      0,
      0,
      0x1a,
      0x44,
      ...new Array(8).fill(0x0b),
      0x1a,
    ],
    'memory and tables': [
      ...PUSH,
      ...PUSH,
      ...PUSH,
      0xfc,
      10,
      0,
      0,
      ...PUSH,
      ...PUSH,
      ...PUSH,
      0xfc,
      11,
      0,
      0xfc,
      16,
      0,
      0x1a,
    ],
    addresses: [...PUSH, 0x28, 2, ...leb(2 ** 31, 5), 0x1a, ...PUSH, ...PUSH, 0x36, 2, 0],
    vectors: [
      ...VECTOR,
      ...VECTOR,
      0xfd,
      13,
      ...new Array(16).fill(1),
      0xfd,
      21,
      3,
      0x1a,
      ...VECTOR,
      0xfd,
      0xe0,
      1,
      0x1a,
    ],
    'lanes in memory': [...PUSH, ...VECTOR, 0xfd, 84, 0, 0, 1, 0x1a, ...PUSH, ...VECTOR, 0xfd, 88, 0, 0, 1],
    'a choice with types': [...PUSH, ...PUSH, ...PUSH, 0x1c, 1, I32, 0x1a],
    references: [0xd0, 0x70, 0xd1, 0x1a],
    'blocks of each type': [0x02, 0x40, 0x0b, 0x02, I32, ...PUSH, 0x0b, 0x1a, 0x03, 0x00, 0x0b, 0x02, 0x80, 0x00, 0x0b],
    'both branches': [...PUSH, 0x04, I32, ...PUSH, 0x05, ...PUSH, 0x0b, 0x1a],
    'what is never reached': [0x00, 0x6a, 0x6a, 0x1a, 0x1a],
    'calls of each kind': [0x10, 0, ...PUSH, 0x11, 0, 0, ...PUSH, 0x13, 0, 0],
  };
  for (const [what, code] of Object.entries(table)) assert.ok(new WebAssembly.Module(guard(withCode(code))), what);
});

test('checkCode refuses what it does not know, and what is cut', () => {
  const table: readonly (readonly [code: readonly number[], message: RegExp])[] = [
    [[0x06, 0x40, 0x0b], /instruction that is not allowed, 0x6 /],
    [[0x08, 0], /not allowed, 0x8 /],
    [[0x1f, 0x40, 0, 0x0b], /not allowed, 0x1f /],
    [[0x14, 0], /not allowed, 0x14 /],
    [[0xd3], /not allowed, 0xd3 /],
    [[0xfb, 7, 0], /not allowed, 0xfb /],
    [[0xfe, 3, 0], /not allowed, 0xfe /],
    [[0xff], /not allowed, 0xff /],
    [[0xfc, 18], /not allowed, 0x12 /],
    [[0xfd, ...leb(276)], /not allowed, 0x114 /],
    [[0xfd, ...leb(2 ** 32 - 1)], /not allowed, 0xffffffff /],
    [[0x10, 9], /calls a function without a type/],
    [[0x11, 9, 0], /calls a function without a type/],
    [[0x02, 9, 0x0b], /block without a type/],
    [[0x02, 0x63, 0, 0x0b], /block without a type/],
    [[0x02, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0b], /block without a type/],
    [[0x02, 0x40], /ends within its code/],
    [[0x41], /ends within its code|bytes are left/],
    [[0x44, 1, 2], /a number needs 8 bytes, 3 are left/],
    [[0x42, ...new Array(10).fill(0x80)], /more than 64 bits/],
    [[0x0e, ...leb(2 ** 32 - 1)], /ends within a label/],
    [[0x1c, ...leb(2 ** 32 - 1)], /ends within a type/],
    [[0x0b], /1 bytes are left after a function/],
  ];
  for (const [code, message] of table) {
    assert.throws(() => guard(withCode(code)), { code: 'AW_PLUGIN_MODULE_INVALID', message }, code.join(' '));
  }
  const TYPES = section(1, list(functionType()));
  assert.throws(() => guard(moduleOf(TYPES, section(10, list([4, 1, ...leb(50_001), I32])))), /function 0 has no type/);
  const own = section(3, [1, 0]);
  const many = [1, ...leb(2 ** 32 - 1), I32, 0x0b];
  assert.throws(() => guard(moduleOf(TYPES, own, section(10, list([many.length, ...many])))), /more than 50000 locals/);
  assert.throws(() => guard(moduleOf(TYPES, own, section(10, [1, 100, 0]))), /function 0 needs 100 bytes, 1 are left/);
  assert.throws(() => guard(moduleOf(TYPES, own, section(10, [2, 2, 0, 0x0b]))), /ends within the size of a function/);
});
