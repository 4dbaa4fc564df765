import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCursor, parseCursor } from './feed-cursor.ts';

test('a cursor is read back as it was written', () => {
  for (const position of [
    { incarnation: '0a1b2c3d4e5f6071', sequence: 0 },
    { incarnation: 'one', sequence: 1 },
    { incarnation: '2026-01-02T03:04:05.006Z', sequence: Number.MAX_SAFE_INTEGER },
  ]) {
    assert.deepEqual(parseCursor(formatCursor(position)), position);
  }
});

test('parseCursor refuses what is none', () => {
  const table = [
    '',
    '5',
    'one',
    'one-',
    '-5',
    'one-05',
    'one-1.5',
    'one--',
    'one-1e3',
    'one-9999999999999999',
    'o ne-5',
  ];
  for (const cursor of [...table, `${'x'.repeat(65)}-5`, 'one-5\n']) {
    assert.throws(() => parseCursor(cursor), { code: 'AW_CURSOR_INVALID' }, JSON.stringify(cursor));
  }
});
