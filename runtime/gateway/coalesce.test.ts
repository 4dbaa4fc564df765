import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abortableIterator } from './abortable-iterator.ts';
import { coalesce, type LastTold } from './coalesce.ts';

type Told = LastTold<number> | 'nothing' | Error;

/** A source that gives, and throws, what a test says. */
function createSource() {
  const queue: Told[] = [];
  let wake = () => {};
  let isEnded = false;
  const source = abortableIterator<LastTold<number> | 'nothing'>(async function* (signal) {
    signal.addEventListener('abort', () => wake());
    try {
      while (!signal.aborted) {
        const next = queue.shift();
        if (next instanceof Error) throw next;
        if (next !== undefined) yield next;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      isEnded = true;
    }
  });
  return {
    all: coalesce(source, (told) => (told === 'nothing' ? undefined : told)),
    tell(...told: readonly Told[]) {
      queue.push(...told);
      wake();
    },
    get isEnded() {
      return isEnded;
    },
  };
}

test('coalesce gives a busy reader the last of each key, in the order of the first', async () => {
  const source = createSource();
  const { all } = source;
  source.tell({ key: 'a', value: 1 });
  assert.deepEqual((await all.next()).value, { key: 'a', value: 1 });
  const later = ['b1', 'a2', 'b2', 'c1', 'b3'].map((told) => ({ key: told[0]!, value: Number(told[1]) }));
  source.tell(...later, 'nothing');
  await new Promise<void>((resolve) => setImmediate(resolve));
  const given = [await all.next(), await all.next(), await all.next()].map(({ value }) => value);
  assert.deepEqual(given, [
    { key: 'b', value: 3 },
    { key: 'a', value: 2 },
    { key: 'c', value: 1 },
  ]);
  // Also while its source waits.
  await all.return();
  assert.ok(source.isEnded);
});

test('coalesce throws what its source throws, after what came before', async () => {
  const source = createSource();
  source.tell({ key: 'a', value: 1 }, new Error('broken'));
  assert.deepEqual((await source.all.next()).value, { key: 'a', value: 1 });
  await assert.rejects(source.all.next(), /broken/);
});
