import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth, sanitize, truncate, wrap } from './text.ts';

test('sanitize leaves nothing that a terminal would obey', () => {
  const cases: [string, string][] = [
    ['Label printer', 'Label printer'],
    ['Étiquette 打印机 🖨️', 'Étiquette 打印机 🖨️'],
    ['\u001b[31mred', '\ufffd[31mred'],
    ['two\nlines\r', 'two\ufffdlines\ufffd'],
    ['\u009b2Jgone', '\ufffd2Jgone'],
    ['abc\u202etxt.exe', 'abc\ufffdtxt.exe'],
  ];
  for (const [text, expected] of cases) assert.equal(sanitize(text), expected, JSON.stringify(text));
});

test('displayWidth counts columns', () => {
  const cases: [string, number][] = [
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['打印机', 6],
    ['🖨️', 2],
  ];
  for (const [text, expected] of cases) assert.equal(displayWidth(text), expected, JSON.stringify(text));
});

test('truncate cuts by columns', () => {
  const cases: [string, number, string][] = [
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['打印机', 5, '打印…'],
    ['打印机', 4, '打…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ];
  for (const [text, width, expected] of cases) assert.equal(truncate(text, width), expected, `${text} to ${width}`);
});

test('wrap breaks at blanks', () => {
  assert.equal(wrap('one two three', 7), 'one two\nthree');
  assert.equal(wrap('one two three', 7, '  '), 'one two\n  three');
  assert.equal(wrap('unbreakable', 4), 'unbreakable');
});
