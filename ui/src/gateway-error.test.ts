import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromGraphqlErrors, GatewayError, hintSentence, toGatewayError } from './gateway-error.ts';

test('fromGraphqlErrors reads code and hint, and survives what has none', () => {
  const table: ReadonlyArray<readonly [errors: unknown, code: string, hint: string | null]> = [
    [[{ message: 'No', extensions: { code: 'AW_DEVICE_UNKNOWN', hint: 'Look' } }], 'AW_DEVICE_UNKNOWN', 'Look'],
    [[{ message: 'No', extensions: { code: 7, hint: null } }], 'AW_UNEXPECTED', null],
    [[{ message: 'No' }], 'AW_UNEXPECTED', null],
    [{ message: 'No' }, 'AW_UNEXPECTED', null],
    [[], 'AW_GATEWAY_ANSWER', 'Reload the page; it may be older than the gateway'],
    ['No', 'AW_GATEWAY_ANSWER', 'Reload the page; it may be older than the gateway'],
    [null, 'AW_GATEWAY_ANSWER', 'Reload the page; it may be older than the gateway'],
  ];
  for (const [errors, code, hint] of table) {
    const error = fromGraphqlErrors(errors);
    assert.equal(error.code, code);
    assert.equal(error.hint, hint);
  }
});

test('hintSentence begins as a sentence does, unless a command begins it', () => {
  assert.equal(hintSentence('look at the file'), 'Look at the file');
  assert.equal(hintSentence('"next" is the place'), '"next" is the place');
  assert.equal(hintSentence('autoweave backup makes one'), 'autoweave backup makes one');
});

test('toGatewayError keeps what is one, and keeps the cause of what is not', () => {
  const error = new GatewayError('AW_X', 'No');
  assert.equal(toGatewayError(error), error);
  const cause = new TypeError('Load failed');
  assert.equal(toGatewayError(cause).cause, cause);
  assert.equal(toGatewayError('text').message, 'text');
});
