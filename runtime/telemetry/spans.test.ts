import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carriedSpan, formatTraceparent, isSampled, noTracer, parseTraceparent } from './spans.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

test('parseTraceparent takes what W3C allows and nothing else', () => {
  const table: [string | undefined, boolean][] = [
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, true],
    [`00-${TRACE}-${SPAN}-ff`, true],
    [undefined, false],
    ['', false],
    [`01-${TRACE}-${SPAN}-01`, false],
    [`00-${'0'.repeat(32)}-${SPAN}-01`, false],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, false],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, false],
    [`00-${TRACE}-${SPAN}-1`, false],
    [`00-${TRACE}-${SPAN}-01-more`, false],
  ];
  for (const [traceparent, isValid] of table) {
    const parsed = parseTraceparent(traceparent);
    assert.equal(parsed !== undefined, isValid, traceparent ?? 'undefined');
    if (parsed !== undefined) assert.equal(formatTraceparent(parsed), traceparent);
  }
});

test('isSampled reads the last flag, for every digit', () => {
  for (const digit of '0123456789abcdef') {
    const expected = Number.parseInt(digit, 16) % 2 === 1;
    assert.equal(isSampled(`00-${TRACE}-${SPAN}-0${digit}`), expected, digit);
  }
  for (const traceparent of [undefined, '', '1', `00-${TRACE}-${SPAN}-011`])
    assert.equal(isSampled(traceparent), false);
});

test('carriedSpan hands its parent on and survives every call', () => {
  const parent = `00-${TRACE}-${SPAN}-00`;
  const span = carriedSpan(parent);
  span.set({ a: 1 });
  span.fail(new Error('no'));
  span.end();
  assert.deepEqual([span.traceparent, span.traceId, span.isRecording], [parent, TRACE, false]);
  assert.deepEqual([carriedSpan(undefined).traceparent, carriedSpan('').traceId], ['', '']);
});

test('noTracer carries on what it is given', () => {
  const parent = `00-${TRACE}-${SPAN}-01`;
  assert.equal(noTracer.startSpan('a', { parent }).traceparent, parent);
  assert.equal(noTracer.continueSpan('a', { parent: undefined }).traceparent, '');
});
