import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { cleanString, createStringReader } from './device-strings.ts';
import { createManualClock } from './manual-clock.ts';

const absent = () => Object.assign(new Error('no such file'), { code: 'ENOENT' });
const refused = () => Object.assign(new Error('refused'), { code: 'EACCES' });

test('createStringReader reads what is there, once per session', async () => {
  const read: string[] = [];
  const reader = createStringReader(createManualClock(), {
    readText: async (path) => {
      read.push(path);
      if (basename(path) === 'serial') throw absent();
      return `${basename(path)} of Acme\n`;
    },
  });
  const expected = { manufacturer: 'manufacturer of Acme', product: 'product of Acme', partial: false };
  assert.deepEqual(await reader.read('1:2:3', '/e'), expected);
  assert.deepEqual(await reader.read('1:2:3', '/e'), expected);
  assert.deepEqual(read, ['/e/manufacturer', '/e/product', '/e/serial']);

  reader.retain(new Set(['1:2:4']));
  await reader.read('1:2:3', '/e');
  assert.equal(read.length, 6);
});

test('createStringReader marks what is refused, and tries again at the next look', async () => {
  let isAllowed = false;
  const reader = createStringReader(createManualClock(), {
    readText: async (path) => {
      if (basename(path) !== 'serial') throw absent();
      if (!isAllowed) throw refused();
      return 'S1\n';
    },
  });
  assert.deepEqual(await reader.read('s', '/e'), { partial: true });
  isAllowed = true;
  assert.deepEqual(await reader.read('s', '/e'), { serial: 'S1', partial: false });
});

test('createStringReader waits for a locked device once, and has its strings when it is free', async () => {
  const clock = createManualClock();
  const locked = Promise.withResolvers<string>();
  const reader = createStringReader(clock, {
    timeoutMs: 250,
    readText: (path) => (path.startsWith('/stuck') ? locked.promise : Promise.reject(absent())),
  });
  const stuck = reader.read('stuck', '/stuck');
  assert.deepEqual(await reader.read('other', '/other'), { partial: false });
  clock.advance(250);
  assert.deepEqual(await stuck, { partial: true });
  // No clock moves: it does not wait again.
  assert.deepEqual(await reader.read('stuck', '/stuck'), { partial: true });
  locked.resolve('free\n');
  await new Promise(setImmediate);
  assert.equal((await reader.read('stuck', '/stuck')).serial, 'free');
});

test('cleanString keeps any Unicode, and cuts only what no device can say', () => {
  const table: [name: string, text: string, expected: { text?: string; isCut: boolean }][] = [
    ['plain', 'SN-1', { text: 'SN-1', isCut: false }],
    ['blanks, slashes, dots', ' a/b.c ', { text: ' a/b.c ', isCut: false }],
    ['control characters and NUL', 'a\u0000\t\u001bb', { text: 'a\u0000\t\u001bb', isCut: false }],
    ['beyond the first plane', '漢🖨', { text: '漢🖨', isCut: false }],
    ['empty', '', { isCut: false }],
    ['half of a pair', 'a\ud83d', { text: 'a\ufffd', isCut: false }],
    ['the longest', 'x'.repeat(126), { text: 'x'.repeat(126), isCut: false }],
    ['longer', 'x'.repeat(4_000), { text: 'x'.repeat(126), isCut: true }],
    ['a pair at the cut', `${'x'.repeat(125)}🖨`, { text: 'x'.repeat(125), isCut: true }],
  ];
  for (const [name, text, expected] of table) assert.deepEqual(cleanString(text), expected, name);
});
