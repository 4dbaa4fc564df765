import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeats } from './seats.ts';

test('seats let so much happen at a time, all of it in order, also after what fails', async () => {
  const sit = createSeats(2);
  let busy = 0;
  let busiest = 0;
  const begun: number[] = [];
  const work = (n: number) =>
    sit(async () => {
      begun.push(n);
      busiest = Math.max(busiest, ++busy);
      await new Promise(setImmediate);
      busy--;
      if (n === 1) throw new Error('no');
      return n;
    });
  const done = await Promise.allSettled([0, 1, 2, 3, 4].map(work));
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  assert.equal(busiest, 2);
  assert.deepEqual(
    done.map((each) => (each.status === 'fulfilled' ? each.value : 'failed')),
    [0, 'failed', 2, 3, 4],
  );
});
