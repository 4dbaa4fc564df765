import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJson } from './json-input.ts';

test('readJson takes JSON of any kind, and nothing for an empty object', () => {
  const cases: [string, unknown][] = [
    ['', {}],
    [' \n', {}],
    ['{"add": 1}', { add: 1 }],
    ['[]', []],
    ['null', null],
    ['"text"', 'text'],
  ];
  for (const [text, value] of cases) assert.deepEqual(readJson(text), { ok: true, value }, text);
});

test('readJson says why something is no JSON', () => {
  for (const text of ['{add: 1}', '{"add": 1', 'undefined', "{'a': 1}"]) {
    const read = readJson(text);
    assert.equal(read.ok, false, text);
    assert.ok(!read.ok && read.problem.length > 0);
  }
});
