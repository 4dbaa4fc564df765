import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesText, pluginLineText } from './plugin-text.ts';

test('bytesText gives a size in the unit that fits', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [20 * 1024, '20 KiB'],
    [16 * 1024 ** 2, '16 MiB'],
    [3 * 1024 ** 4, '3072 GiB'],
  ];
  for (const [bytes, text] of cases) assert.equal(bytesText(bytes), text);
});

test('pluginLineText leaves out what there is nothing to say of', () => {
  const none = { calls: 0, denials: 0, p99Ms: null };
  assert.equal(pluginLineText({ integrity: 'HASHED', stats: none }), 'hashed · 0 calls');
  const some = { calls: 1, denials: 2, p99Ms: 1.234 };
  assert.equal(pluginLineText({ integrity: 'UNSIGNED', stats: some }), 'unsigned · 1 call · 2 denied · p99 1.23 ms');
});
