import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote } from './quote.ts';

test('quote keeps a text in its quotes and its line', () => {
  const table: readonly (readonly [text: string, quoted: string])[] = [
    ['', '""'],
    ['label-printer', '"label-printer"'],
    ['Größe 大', '"Größe 大"'],
    ['a" b\\', '"a\\" b\\\\"'],
    ['a\nb\u001b[2J', '"a\\u{a}b\\u{1b}[2J"'],
    ['\u202eright\u2028\u00ad', '"\\u{202e}right\\u{2028}\\u{ad}"'],
    ['\ud800', '"\\u{d800}"'],
    ['x'.repeat(65), `"${'x'.repeat(64)}…"`],
  ];
  for (const [text, quoted] of table) assert.equal(quote(text), quoted);
});
