import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { faultOfText, wordsOf } from './text-words.ts';

test('wordsOf has words for each pattern of a manifest', () => {
  const schemas = Object.values(SHARED_SCHEMAS).filter(({ $id }) => /plugin-(manifest|permissions)/.test($id));
  assert.equal(schemas.length, 2);
  const patterns: string[] = [];
  JSON.stringify(schemas, (key, value) => {
    if (key === 'pattern') patterns.push(value);
    return value;
  });
  assert.ok(patterns.length > 10);
  for (const pattern of patterns) assert.doesNotMatch(wordsOf(pattern), /matches/);
});

test('faultOfText tells lengths', () => {
  const name = { pattern: '^[a-z0-9-]+$', minLength: 3, maxLength: 50 };
  for (const text of ['ab', 'a'.repeat(51)]) assert.match(faultOfText(text, name)!, / 3 to 50 lower-case/);
  assert.equal(faultOfText('abc', name), undefined);
  assert.equal(faultOfText('', { minLength: 1 }), 'is empty');
  assert.equal(faultOfText('abc', { maxLength: 2 }), 'is longer than 2 characters');
  assert.equal(faultOfText('a b', { format: 'uri' }), 'is "a b", and should be an address with its scheme');
});
