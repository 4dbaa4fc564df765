import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createData, SMALL_BYTES, USUAL_BYTES } from './job-data.ts';

for (const bytes of [SMALL_BYTES, USUAL_BYTES]) {
  test(`createData makes ${bytes} bytes of any job of a million, whatever the time`, () => {
    for (const i of [0, 9, 4_095, 999_999]) {
      for (const t of [0, 123_456_789, 99_999_999_999]) {
        assert.equal(JSON.stringify(createData(i, t, bytes)).length, bytes);
      }
    }
  });
}

test('createData gives neighbours nothing in common that a compressor would find', () => {
  const seen = new Set(Array.from({ length: 1_000 }, (_, i) => createData(i, 0, USUAL_BYTES).pad.slice(0, 8)));
  assert.equal(seen.size, 1_000);
});
