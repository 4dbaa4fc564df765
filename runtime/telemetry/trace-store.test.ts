import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTraceStore, type TraceStep } from './trace-store.ts';

const step = (traceId: string, name: string, startedAt: number): Omit<TraceStep, 'offsetUs'> => ({
  traceId,
  spanId: `${name}-span`,
  parentSpanId: undefined,
  name,
  startedAt,
  durationUs: 10,
  ok: true,
  file: undefined,
  attributes: {},
});

test('trace store orders steps by start and counts from the first start, finished or not', () => {
  const store = createTraceStore();
  store.started('t', 1_000);
  store.ended(step('t', 'second', 1_000.5));
  store.ended(step('t', 'first', 1_000));
  assert.deepEqual(
    store.get('t')?.map(({ name, offsetUs }) => [name, offsetUs]),
    [
      ['first', 0],
      ['second', 500],
    ],
  );
});

test('trace store does not know a trace that nobody began', () => {
  assert.equal(createTraceStore().get('t'), undefined);
});

test('trace store tells its listeners, until they leave', () => {
  const store = createTraceStore();
  const heard: string[] = [];
  const leave = store.subscribe('t', ({ name }) => heard.push(name));
  store.subscribe('t', ({ name }) => heard.push(`also ${name}`));
  store.ended(step('other', 'x', 1));
  store.ended(step('t', 'a', 1));
  leave();
  leave();
  store.ended(step('t', 'b', 2));
  assert.deepEqual(heard, ['a', 'also a', 'also b']);
});

test('trace store keeps the newest traces', () => {
  const store = createTraceStore({ traces: 2, stepsPerTrace: 10, stepsPerName: 10, steps: 100 });
  for (const id of ['a', 'b', 'c']) store.ended(step(id, 'x', 1));
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => store.get(id)?.length),
    [undefined, 1, 1],
  );
});

test('trace store takes no more steps than a trace may have', () => {
  const store = createTraceStore({ traces: 2, stepsPerTrace: 3, stepsPerName: 3, steps: 100 });
  for (let at = 0; at < 5; at++) store.ended(step('a', `${at}`, at));
  assert.equal(store.get('a')?.length, 3);
});

test('trace store takes only so many steps of one name, whatever else comes', () => {
  const store = createTraceStore({ traces: 2, stepsPerTrace: 10, stepsPerName: 2, steps: 100 });
  for (let at = 0; at < 5; at++) store.ended(step('a', 'push', at));
  store.ended(step('a', 'root', 9));
  assert.deepEqual(
    store.get('a')?.map(({ name }) => name),
    ['push', 'push', 'root'],
  );
});

test('trace store drops the oldest traces when all steps together are too many', () => {
  const store = createTraceStore({ traces: 10, stepsPerTrace: 10, stepsPerName: 10, steps: 4 });
  for (const id of ['a', 'b', 'c']) for (let at = 0; at < 2; at++) store.ended(step(id, `${at}`, at));
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => store.get(id)?.length),
    [undefined, 2, 2],
  );
});
