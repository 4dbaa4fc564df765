import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyText, valueText } from './json-text.ts';

test('bodyText indents JSON and leaves everything else as it came', () => {
  const table: ReadonlyArray<readonly [body: string, expected: string]> = [
    ['{"a":1}', '{\n  "a": 1\n}'],
    ['{"a":', '{"a":'],
    ['not json', 'not json'],
    ['', '(empty)'],
    ['{"seq":9007199254740993}', '{"seq":9007199254740993}'],
  ];
  for (const [body, expected] of table) assert.equal(bodyText(body), expected);
});

test('bodyText and valueText shorten what is too long, and say by how much', () => {
  assert.match(bodyText('x'.repeat(20_100)), /x\n… 100 more characters$/);
  assert.match(valueText('y'.repeat(20_098)), /… 100 more characters$/);
  assert.equal(valueText(undefined), 'undefined');
  assert.equal(valueText(null), 'null');
});
