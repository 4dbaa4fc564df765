import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeText, isRefusal } from './close-reason.ts';

test('closeText prefers what the gateway said', () => {
  const table: ReadonlyArray<readonly [cause: unknown, expected: string]> = [
    [{ code: 1013, reason: 'Dropped: too slow' }, 'Dropped: too slow'],
    [{ code: 4499, reason: 'Terminated' }, 'no sign of life'],
    [{ code: 1001, reason: '' }, 'the gateway is going away'],
    [{ code: 1006, reason: '' }, 'the connection broke'],
    [{ code: 1011, reason: '' }, 'close code 1011'],
    [{ type: 'error' }, 'the gateway does not answer'],
    [null, 'the gateway does not answer'],
  ];
  for (const [cause, expected] of table) assert.equal(closeText(cause), expected);
});

test('isRefusal tells a refused token from any other end', () => {
  const table: ReadonlyArray<readonly [cause: unknown, expected: boolean]> = [
    [{ code: 4401 }, true],
    [{ code: 4403, reason: 'Token is wrong' }, true],
    [{ code: 4400 }, false],
    [{ type: 'error' }, false],
    [undefined, false],
  ];
  for (const [cause, expected] of table) assert.equal(isRefusal(cause), expected);
});
