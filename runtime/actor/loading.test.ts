import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLoading, type Loading, MOST_STATE_BYTES } from './loading.ts';

/** Asks so often for entry, and counts who has got it. */
async function askOften(loading: Loading, times: number): Promise<{ inside: number }> {
  const count = { inside: 0 };
  for (let time = 0; time < times; time++) void loading.enter().then(() => count.inside++);
  await turn();
  return count;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Reads entries of one size until the average knows it. */
async function learn(loading: Loading, bytes: number): Promise<void> {
  for (let time = 0; time < 200; time++) {
    await loading.enter();
    loading.leave(bytes);
  }
}

describe('loading', () => {
  test('lets in no more than there is room for by the first guess, then by what entries were large', async () => {
    const loading = createLoading({ stateBytes: 0 });
    assert.equal((await askOften(loading, 2_000)).inside, Math.ceil(MOST_STATE_BYTES / 2 ** 20));
    const small = createLoading({ stateBytes: 0 });
    await learn(small, 100);
    assert.equal((await askOften(small, 2_000)).inside, 1_000);
    const large = createLoading({ stateBytes: 0 });
    await learn(large, MOST_STATE_BYTES / 10.5);
    assert.equal((await askOften(large, 2_000)).inside, 11);
  });

  test('lets a few in however little room there is, so that none waits for ever', async () => {
    const loading = createLoading({ stateBytes: 10 * MOST_STATE_BYTES });
    const count = await askOften(loading, 10);
    assert.equal(count.inside, 4);
    for (let left = 9; left >= 0; left--) {
      loading.leave(1_000);
      await turn();
    }
    assert.equal(count.inside, 10);
  });

  test('lets more in when there is more room', async () => {
    const held = { stateBytes: MOST_STATE_BYTES };
    const loading = createLoading(held);
    const count = await askOften(loading, 10);
    assert.equal(count.inside, 4);
    held.stateBytes = 0;
    loading.look();
    await turn();
    assert.equal(count.inside, 10);
  });
});
