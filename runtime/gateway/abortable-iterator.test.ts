import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abortableIterator } from './abortable-iterator.ts';

/** Yields numbers up to a bound, then waits until it is aborted. */
function count(upTo: number, ended: () => void) {
  return async function* (signal: AbortSignal) {
    try {
      for (let n = 1; n <= upTo; n++) yield n;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    } finally {
      ended();
    }
  };
}

test('abortableIterator gives what its generator gives, and frees it when left', async () => {
  let ends = 0;
  const seen: number[] = [];
  for await (const n of abortableIterator(count(3, () => ends++))) {
    seen.push(n);
    if (n === 3) break;
  }
  assert.deepEqual([seen, ends], [[1, 2, 3], 1]);
});

test('abortableIterator ends by return while it waits', async () => {
  let ends = 0;
  const iterator = abortableIterator(count(0, () => ends++));
  const waiting = iterator.next();
  await iterator.return(undefined);
  assert.deepEqual([(await waiting).done, ends], [true, 1]);
  assert.equal((await iterator.next()).done, true);
});

test('abortableIterator ends by the outer signal, before and while it runs', async () => {
  let ends = 0;
  const outer = new AbortController();
  const waiting = abortableIterator(
    count(0, () => ends++),
    outer.signal,
  ).next();
  outer.abort();
  assert.equal((await waiting).done, true);
  const late = abortableIterator(
    count(0, () => ends++),
    outer.signal,
  );
  outer.signal.dispatchEvent(new Event('abort'));
  await late.return(undefined);
  assert.equal(ends, 1);
});

test('abortableIterator passes a failure on and is over', async () => {
  const iterator = abortableIterator(async function* () {
    yield 1;
    throw new Error('broken');
  });
  await iterator.next();
  await assert.rejects(iterator.next(), /broken/);
  assert.equal((await iterator.next()).done, true);
});
