import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Msg } from '@nats-io/transport-node';
import { readHeaders, UNREADABLE_HEADERS } from './nats-headers.ts';

/** A message as the client keeps it: the header block stands before the body. */
function messageWith(block: string | Uint8Array): Msg {
  const header = typeof block === 'string' ? Buffer.from(block, 'utf8') : block;
  const data = Buffer.concat([header, Buffer.from('{"body":1}')]);
  return { _msg: { hdr: header.length }, _rdata: data } as unknown as Msg;
}

const READABLE: readonly (readonly [string, string, object])[] = [
  ['no headers', 'NATS/1.0\r\n\r\n', {}],
  ['some', 'NATS/1.0\r\nce-id: a b\r\nce-type:x.y\r\n\r\n', { 'ce-id': 'a b', 'ce-type': 'x.y' }],
  ['an empty value, and one with a colon', 'NATS/1.0\r\na:\r\nb: c:d\r\n\r\n', { a: '', b: 'c:d' }],
  ['of a repeated one the first', 'NATS/1.0\r\na: 1\r\na: 2\r\n\r\n', { a: '1' }],
  ['more than ASCII', 'NATS/1.0\r\nname: Grüße 🌍\r\n\r\n', { name: 'Grüße 🌍' }],
  ['names of what objects have', 'NATS/1.0\r\nconstructor: x\r\n\r\n', { constructor: 'x' }],
];

const UNREADABLE: readonly (readonly [string, string | Uint8Array])[] = [
  ['not UTF-8', Buffer.from([...Buffer.from('NATS/1.0\r\na: '), 0xff, ...Buffer.from('\r\n\r\n')])],
  ['another beginning', 'HTTP/1.0\r\na: b\r\n\r\n'],
  ['no end', 'NATS/1.0\r\na: b\r\n'],
  ['a line without a colon', 'NATS/1.0\r\nab\r\n\r\n'],
  ['a line without a colon before one that has it', 'NATS/1.0\r\nab\r\nc: d\r\n\r\n'],
  ['no name', 'NATS/1.0\r\n: b\r\n\r\n'],
  ['a blank in a name', 'NATS/1.0\r\na b: c\r\n\r\n'],
  ['a lone line feed', 'NATS/1.0\r\na: b\nc\r\n\r\n'],
  ['a lone carriage return', 'NATS/1.0\r\na: b\rc\r\n\r\n'],
  ['an empty line between', 'NATS/1.0\r\na: b\r\n\r\nc: d\r\n\r\n'],
];

describe('readHeaders', () => {
  for (const [what, block, headers] of READABLE) {
    test(`reads ${what}`, () => {
      assert.deepEqual(readHeaders(messageWith(block)), { status: 0, description: '', headers });
    });
  }

  test('reads the status of the server', () => {
    const read = readHeaders(messageWith('NATS/1.0 409 Exceeded MaxWaiting\r\nNats-Pending-Messages: 3\r\n\r\n'));
    assert.deepEqual(read, {
      status: 409,
      description: 'Exceeded MaxWaiting',
      headers: { 'Nats-Pending-Messages': '3' },
    });
  });

  for (const [what, block] of UNREADABLE) {
    test(`says so of ${what}, and throws nothing`, () => {
      const { status, headers } = readHeaders(messageWith(block));
      assert.equal(status, 0);
      assert.deepEqual(Object.keys(headers), [UNREADABLE_HEADERS]);
    });
  }
});
