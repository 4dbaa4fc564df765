import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsAfter, type FeedPosition, formatCursor, parseCursor, wholeUpTo } from './feed-cursor.ts';

test('a cursor is read back as it was written', () => {
  for (const position of [
    { incarnation: '0a1b2c3d4e5f6071', sequence: 0 },
    { incarnation: 'one', sequence: 1 },
    { incarnation: 'one', sequence: 1, index: 0 },
    { incarnation: '2026-01-02T03:04:05.006Z', sequence: 12, index: 63 },
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
    'one-1.',
    'one-1.05',
    'one-1.5.2',
    'one-1.99999999',
    'one--',
    'one-1e3',
    'one-9999999999999999',
    'o ne-5',
  ];
  for (const cursor of [...table, `${'x'.repeat(65)}-5`, 'one-5\n']) {
    assert.throws(() => parseCursor(cursor), { code: 'AW_CURSOR_INVALID' }, JSON.stringify(cursor));
  }
});

test('eventsAfter gives what is left of a message, and the cursor of its last event is that of the message', () => {
  const position = (sequence: number, index?: number): FeedPosition => ({
    incarnation: 'one',
    sequence,
    ...(index === undefined ? {} : { index }),
  });
  const table: [FeedPosition, string[]][] = [
    [position(4), ['a one-5.0', 'b one-5.1', 'c one-5']],
    [position(4, 7), ['a one-5.0', 'b one-5.1', 'c one-5']],
    [position(5, 0), ['b one-5.1', 'c one-5']],
    [position(5, 1), ['c one-5']],
    [position(5, 2), []],
    [position(5, 9), []],
  ];
  for (const [from, expected] of table) {
    const found = [...eventsAfter(from, 5, ['a', 'b', 'c'])];
    assert.deepEqual(
      found.map(({ event, place }) => `${event} ${formatCursor(place)}`),
      expected,
    );
  }
  assert.deepEqual([wholeUpTo(position(5)), wholeUpTo(position(5, 0))], [5, 4]);
});
