import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, searchWords, together } from './search-words.ts';

const CASES: readonly (readonly [query: string, all: string | undefined])[] = [
  ['', undefined],
  ['  \n ', undefined],
  ['"*()^:-+', undefined],
  ['🎉🎉', undefined],
  ['tea', '"tea"*'],
  ['t', '"t"'],
  ['green TEA', '"green" "tea"*'],
  ['tea Tea tea', '"tea"*'],
  ['te green te', '"green" "te"*'],
  ['NEAR(tea, 5) AND NOT "x" OR text:*', '"near" "tea" "5" "and" "not" "x" "or" "text"*'],
  ['SN-4711/b', '"sn" "4711" "b"'],
  ['Tür', '"tür"*'],
  ['東京都', '"東\u200b京\u200b都"*'],
  ['iPhoneを買う', '"iphone\u200bを\u200b買\u200bう"*'],
];

test('searchWords quotes each word and lets the last one go on', () => {
  assert.deepEqual(
    CASES.map(([query]) => [query, searchWords(query)?.all]),
    CASES.map(([query, all]) => [query, all]),
  );
  assert.equal(searchWords('green tea')?.any, '"green" OR "tea"*');
});

test('searchWords takes the first words of a long text', () => {
  const words = Array.from({ length: 2_000 }, (_, index) => `w${index}`).join(' ');
  assert.equal(searchWords(words)?.all.split(' ').length, 32);
  assert.equal(searchWords('x'.repeat(20_000))?.all.length, 10_003);
});

test('together undoes apart', () => {
  for (const text of ['', 'plain text', '東京 tower タワー', '中文English混合', ' 東 '])
    assert.equal(together(apart(text)), text);
  assert.equal(apart('plain text'), 'plain text');
});
