import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOrders } from './orders.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Work that begins when its turn comes, and ends when a test says so. */
function open() {
  const orders = createOrders();
  const begun: string[] = [];
  const begin = (name: string, label: string) => {
    const work = Promise.withResolvers<string>();
    const result = orders.run(name, () => {
      begun.push(label);
      return work.promise;
    });
    return { ...work, result };
  };
  return { orders, begun, begin };
}

describe('orders', () => {
  test('of one name wait for each other, also when one fails; those of different names do not', async () => {
    const { begun, begin } = open();
    const [first, second, third] = [begin('a', 'a1'), begin('a', 'a2'), begin('a', 'a3')];
    const other = begin('b', 'b1');
    await turn();
    assert.deepEqual(begun, ['a1', 'b1']);
    const failed = assert.rejects(first.result, /no/);
    first.reject(new Error('no'));
    await failed;
    await turn();
    assert.deepEqual(begun, ['a1', 'b1', 'a2']);
    second.resolve('two');
    assert.equal(await second.result, 'two');
    third.resolve('three');
    other.resolve('other');
    assert.deepEqual(await Promise.all([third.result, other.result]), ['three', 'other']);
    assert.deepEqual(begun, ['a1', 'b1', 'a2', 'a3']);
  });

  test('have ended when nothing is under way any more, what came meanwhile included', async () => {
    const { orders, begin } = open();
    await orders.ended();
    const first = begin('a', 'a1');
    let hasEnded = false;
    const ending = orders.ended().then(() => (hasEnded = true));
    const second = begin('a', 'a2');
    first.reject(new Error('no'));
    await assert.rejects(first.result);
    await turn();
    assert.equal(hasEnded, false);
    second.resolve('');
    await ending;
  });
});
