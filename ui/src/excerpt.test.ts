import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excerptParts } from './excerpt.ts';

test('excerptParts tells found words from the text around them', () => {
  const cases: [excerpt: string, marked: string][] = [
    ['', ''],
    ['no word', 'no word'],
    ['a [label] printer', 'a |label| printer'],
    ['[Label] [printer]…', '|Label| |printer|…'],
    ['an [open one', 'an [open one'],
    ['empty [] pair', 'empty [] pair'],
  ];
  for (const [excerpt, marked] of cases) {
    const parts = excerptParts(excerpt).map(({ text, isFound }) => (isFound ? `|${text}|` : text));
    assert.equal(parts.join(''), marked);
  }
});
