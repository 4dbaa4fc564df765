import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeKey, encodeKey, MAX_KEY_BYTES } from './key.ts';

for (const [key, token] of [
  ['abc', 'abc'],
  ['1209:0001@1-4', '1209:0001@1-4'],
  ['', '='],
  ['a.b', 'a=2Eb'],
  ['a b', 'a=20b'],
  ['*', '=2A'],
  ['>', '=3E'],
  ['=', '=3D'],
  ['a/b', 'a=2Fb'],
  ['ä', '=C3=A4'],
  ['💡', '=F0=9F=92=A1'],
  ['\u0000', '=00'],
  ['\ufeff', '=EF=BB=BF'],
] as const) {
  test(`encodeKey turns ${JSON.stringify(key)} into "${token}", and decodeKey back`, () => {
    assert.equal(encodeKey(key), token);
    assert.equal(decodeKey(token), key);
  });
}

test('encodeKey gives each of many keys a token of its own, without what subjects reserve', () => {
  const tokens = new Set<string>();
  for (let code = 0; code < 0x800; code++) {
    const token = encodeKey(String.fromCharCode(code));
    assert.match(token, /^[A-Za-z0-9_:@+~=-]+$/);
    tokens.add(token);
  }
  assert.equal(tokens.size, 0x800);
});

test('encodeKey refuses what is too long, and half of a surrogate pair', () => {
  assert.equal(decodeKey(encodeKey('x'.repeat(MAX_KEY_BYTES))), 'x'.repeat(MAX_KEY_BYTES));
  assert.throws(() => encodeKey('x'.repeat(MAX_KEY_BYTES + 1)), { code: 'AW_KEY_INVALID' });
  assert.throws(() => encodeKey('ä'.repeat(MAX_KEY_BYTES / 2 + 1)), { code: 'AW_KEY_INVALID' });
  assert.throws(() => encodeKey('\ud800'), { code: 'AW_KEY_INVALID' });
});

for (const token of ['=41', '=2e', '=2', '=ZZ', 'a=', '=C3', '==', '=ED=A0=80']) {
  test(`decodeKey knows no key for "${token}"`, () => {
    assert.equal(decodeKey(token), undefined);
  });
}

for (const key of [undefined, null, 7, {}]) {
  test(`encodeKey refuses ${JSON.stringify(key)}, which is no string`, () => {
    assert.throws(() => encodeKey(key as unknown as string), { code: 'AW_KEY_INVALID' });
  });
}
