import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cursorText, isUpTo } from './cursor.ts';

test('isUpTo compares sequences of one history', () => {
  const table: ReadonlyArray<readonly [cursor: string, limit: string, expected: boolean]> = [
    ['9', '10', true],
    ['10', '9', false],
    ['a-9', 'a-10', true],
    ['a-10', 'a-10', true],
    ['a-11', 'a-10', false],
    ['a-1', 'b-10', false],
    ['1', 'a-10', false],
    ['2026-11-22T10:00:00.5Z-7', '2026-11-22T10:00:00.5Z-12', true],
    ['2026-11-22T10:00:00.5Z-7', '2026-11-23T10:00:00.5Z-12', false],
    ['odd', 'odd', false],
  ];
  for (const [cursor, limit, expected] of table) assert.equal(isUpTo(cursor, limit), expected, `${cursor} ${limit}`);
});

test('cursorText shows the sequence', () => {
  const table: ReadonlyArray<readonly [cursor: string, expected: string]> = [
    ['17', '17'],
    ['a1-17', '17'],
    ['2026-11-22T10:00:00.5Z-0', '0'],
    ['odd', 'odd'],
  ];
  for (const [cursor, expected] of table) assert.equal(cursorText(cursor), expected);
});
