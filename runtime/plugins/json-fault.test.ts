import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJsonFault } from './json-fault.ts';

const FAULTS: readonly (readonly [text: string, fault: string])[] = [
  ['', 'at line 1, column 1 it ends where a value should be'],
  ['{\n  "a": 1,\n}', 'at line 3, column 1 there is "}" where the name of a field in double quotes should be'],
  ['{\n  "a": 1\n  "b": 2 }', 'at line 3, column 3 there is "\\"" where a comma or "}" should be'],
  ["{'a': 1}", 'at line 1, column 2 there is "\'" where the name of a field in double quotes should be'],
  ['{"a" 1}', 'at line 1, column 6 there is "1" where a colon should be'],
  ['{"a": b}', 'at line 1, column 7 there is "b" where a value should be'],
  ['[1, 2', 'at line 1, column 6 it ends where a comma or "]" should be'],
  ['[1,]', 'at line 1, column 4 there is "]" where a value should be'],
  ['[1}', 'at line 1, column 3 there is "}" where a comma or "]" should be'],
  ['{} x', 'at line 1, column 4 there is "x" where the end should be'],
  ['["a\n"]', 'at line 1, column 4 there is "\\u{a}" where the end of the text, a " should be'],
  ['["a\\q"]', 'at line 1, column 4 there is "\\\\" where an escape of JSON should be'],
  ['\ufeff{}', 'at line 1, column 1 there is "\\u{feff}" where a value should be'],
];

test('findJsonFault says where, and what should be there', () => {
  for (const [text, fault] of FAULTS) {
    assert.throws(() => JSON.parse(text));
    assert.equal(findJsonFault(text), fault, text);
  }
});

test('findJsonFault agrees with the parser about each beginning of a text, and each text with a character less', () => {
  const text = '{"a": [1, -2.5e+3, {"b\\u00e9\\n": null}, [], {}], "c": {"d": true, "e": "\\"x"}, "f": 0}';
  for (let at = 0; at <= text.length; at++) {
    for (const other of [text.slice(0, at), text.slice(0, at) + text.slice(at + 1)]) {
      let isJson = true;
      try {
        JSON.parse(other);
      } catch {
        isJson = false;
      }
      assert.equal(findJsonFault(other) === undefined, isJson, other);
    }
  }
});

test('findJsonFault takes long and deep texts', () => {
  assert.match(findJsonFault('['.repeat(250_000))!, /column 250001 it ends/);
  assert.match(findJsonFault(`"${'\\n'.repeat(120_000)}`)!, /it ends/);
  assert.match(findJsonFault(`"${'a'.repeat(250_000)}`)!, /it ends/);
});
