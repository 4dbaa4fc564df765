import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExportedKey } from './exported-key.ts';

const FILE = { format: 1, actor: 'a', key: '', version: 2, state: null, exportedAt: '2026-01-01T00:00:00Z' };

test('readExportedKey takes what was exported, and leaves out what it does not know', () => {
  assert.deepEqual(readExportedKey({ ...FILE, more: 1 }), FILE);
});

test('readExportedKey names the first thing that is wrong', () => {
  const { state: _state, ...stateless } = FILE;
  const cases: [unknown, RegExp][] = [
    [null, /no object/],
    [[FILE], /no object/],
    ['text', /no object/],
    [{}, /"format" is undefined/],
    [{ ...FILE, format: 2 }, /"format" is 2/],
    [{ ...FILE, actor: 1 }, /"actor"/],
    [{ ...FILE, key: null }, /"key"/],
    [{ ...FILE, version: 1.5 }, /"version"/],
    [stateless, /"state"/],
    [{ ...FILE, exportedAt: 1 }, /"exportedAt"/],
  ];
  for (const [file, message] of cases)
    assert.throws(() => readExportedKey(file), { code: 'AW_IMPORT_INVALID', message });
});
