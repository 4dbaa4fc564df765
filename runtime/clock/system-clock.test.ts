import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from './system-clock.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Node's own timers wait for less than 25 days; with more they fire at once. */
const LONG: readonly number[] = [30 * DAY_MS, 400 * DAY_MS, Number.POSITIVE_INFINITY];

describe('the clock of the machine', () => {
  for (const delayMs of LONG) {
    test(`waits when it is told to for ${delayMs / DAY_MS} days`, async () => {
      const fired: string[] = [];
      const cancel = systemClock.schedule(delayMs, () => fired.push('long'));
      const end = new AbortController();
      const slept = systemClock.sleep(delayMs, end.signal).then(
        () => fired.push('slept'),
        () => fired.push('woken'),
      );
      await systemClock.sleep(20);
      assert.deepEqual(fired, []);
      cancel();
      end.abort(new Error('enough'));
      await slept;
      assert.deepEqual(fired, ['woken']);
    });
  }

  test('calls once, after the time, and not when it was cancelled', async () => {
    const from = systemClock.monotonic();
    const cancel = systemClock.schedule(1, () => assert.fail('cancelled'));
    cancel();
    const at = await new Promise<number>((resolve) => systemClock.schedule(10, () => resolve(systemClock.monotonic())));
    assert.ok(at - from >= 9, `${at - from} ms`);
  });
});
