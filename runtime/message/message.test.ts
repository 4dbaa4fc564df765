import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeHeaderValue,
  decodeMessage,
  encodeData,
  encodeHeaders,
  encodeHeaderValue,
  type Message,
} from './message.ts';

const message: Message = {
  id: '1',
  type: 'device.attached',
  source: 'test',
  subject: 'k',
  time: '2026-11-22T10:00:00.000Z',
  data: { a: 1 },
};

function without(name: string): Record<string, string> {
  const headers: Record<string, string> = { ...encodeHeaders(message) };
  delete headers[name];
  return headers;
}

for (const change of [
  {},
  { subject: '' },
  { subject: 'a b\r\nc"d%e 💡' },
  { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
  { replyTo: '_INBOX.x.1' },
  { data: null },
  { data: 'text' },
]) {
  test(`a message with ${JSON.stringify(change)} survives the wire`, () => {
    const sent = { ...message, ...change };
    assert.deepEqual(decodeMessage(encodeHeaders(sent), encodeData(sent.data)), sent);
  });
}

test('an id that is too long gets one that a message may have, and no other has', () => {
  const [first, same, other] = ['a', 'a', 'b'].map((end) => {
    const sent = { ...message, id: `${'ä'.repeat(300)}${end}` };
    return decodeMessage(encodeHeaders(sent), encodeData({})).id;
  });
  assert.equal(first, same);
  assert.notEqual(first, other);
});

test('header values are printable ASCII, whatever they say', () => {
  for (const value of ['a b', '\u0000', 'ä', '"', '%', 'a\r\nb']) {
    const encoded = encodeHeaderValue(value);
    assert.match(encoded, /^[!#-~]*$/);
    assert.equal(decodeHeaderValue(encoded), value);
  }
});

for (const [what, headers, body] of [
  ['no id', without('ce-id'), '{}'],
  ['no type', without('ce-type'), '{}'],
  ['no time', without('ce-time'), '{}'],
  ['no source', without('ce-source'), '{}'],
  ['no version', without('ce-specversion'), '{}'],
  ['another version', { ...encodeHeaders(message), 'ce-specversion': '2.0' }, '{}'],
  ['a type that is none', { ...encodeHeaders(message), 'ce-type': 'attached' }, '{}'],
  ['a time that is none', { ...encodeHeaders(message), 'ce-time': 'yesterday' }, '{}'],
  ['an id that is too long', { ...encodeHeaders(message), 'ce-id': 'x'.repeat(257) }, '{}'],
  ['broken percent-encoding', { ...encodeHeaders(message), 'ce-source': '%zz' }, '{}'],
  ['an answer to nowhere', { ...encodeHeaders(message), 'aw-reply-to': 'a b' }, '{}'],
  ['a body that is not JSON', encodeHeaders(message), '{'],
  ['an empty body', encodeHeaders(message), ''],
] as const) {
  test(`decodeMessage refuses ${what}`, () => {
    assert.throws(() => decodeMessage(headers, new TextEncoder().encode(body)), { code: 'AW_MESSAGE_MALFORMED' });
  });
}

test('decodeMessage refuses bytes that are not UTF-8, and drops a trace context that is none', () => {
  assert.throws(() => decodeMessage(encodeHeaders(message), Uint8Array.of(0x22, 0xff, 0x22)), {
    code: 'AW_MESSAGE_MALFORMED',
  });
  const headers = { ...encodeHeaders(message), traceparent: 'nonsense' };
  assert.equal(decodeMessage(headers, encodeData(1)).traceparent, undefined);
});
