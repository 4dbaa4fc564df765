import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bus } from '../bus/bus.ts';
import { systemClock } from '../clock/system-clock.ts';
import { areEffectsSent } from './effects-sent.ts';
import type { OneQueue } from './queue-parts.ts';

/** A log whose newest record with effects is at 7, and a forwarder that goes on by one each time it is looked at. */
function partsOf(at: number, limit = Number.POSITIVE_INFINITY) {
  const closing = new AbortController();
  let position = at;
  const bus = {
    last: async (stream: string, subject: string) => {
      if (stream === 'JOBLOG') return { sequence: 7, subject };
      if (position < limit) position++;
      else closing.abort();
      return {
        sequence: 1,
        subject,
        body: Buffer.from(JSON.stringify({ writer: 'a', at: position, incarnation: 'i' })),
      };
    },
    streamStatus: async () => ({ incarnation: 'i' }),
  } as unknown as Bus;
  const parts = { bus, clock: systemClock, tenant: 'test', queue: 'q', signal: closing.signal } as OneQueue;
  return { parts, position: () => position };
}

test('areEffectsSent waits until the forwarder has come to the last outcome', async () => {
  const { parts, position } = partsOf(4);
  assert.equal(await areEffectsSent(parts), true);
  assert.equal(position(), 7);
});

test('areEffectsSent says so when it does not come there', async () => {
  assert.equal(await areEffectsSent(partsOf(4, 6).parts), false);
});
