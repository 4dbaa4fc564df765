import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { makeTraceContext } from './traceparent.ts';

test('makeTraceContext writes a sampled version 00 header', () => {
  const context = makeTraceContext((bytes) => bytes.map((_, index) => index + 10));
  assert.equal(context.traceId, '0a0b0c0d0e0f10111213141516171819');
  assert.equal(context.spanId, '0a0b0c0d0e0f1011');
  assert.equal(context.traceparent, `00-${context.traceId}-${context.spanId}-01`);
});

test('makeTraceContext never gives the invalid id of zeros', () => {
  const context = makeTraceContext((bytes) => bytes.fill(0));
  assert.equal(context.traceId, '00000000000000000000000000000001');
  assert.equal(context.spanId, '0000000000000001');
});

test('makeTraceContext gives different ids', () => {
  const next = () => makeTraceContext((bytes) => randomFillSync(bytes)).traceId;
  assert.notEqual(next(), next());
});
