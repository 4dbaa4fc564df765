import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { createSeededRandom } from '../../../runtime/clock/seeded-random.ts';
import { shuffle } from '../faults.ts';
import { QUEUE_FAULTS } from './queue-faults.ts';
import { runQueueRound } from './queue-round.ts';

/** Each fault once, in an order and at moments that the seed decides, while two processes add jobs of every kind. */

test('workers and broker killed, stopped and restarted under load: all that was acknowledged is done, once', async (t) => {
  const seed = process.env['CHAOS_SEED'] ?? systemRandom.hex(4);
  const repeat = `Seed ${seed}; to repeat: CHAOS_SEED=${seed} npm test -- test/chaos/queue/queue-storm.test.ts`;
  const faults = shuffle(QUEUE_FAULTS, createSeededRandom(seed));
  const { acknowledged, complaints } = await runQueueRound({ seed, faults });
  t.diagnostic(`${faults.join(', ')}: ${acknowledged} adds acknowledged; seed ${seed}`);
  assert.deepEqual(complaints, [], repeat);
  assert.ok(acknowledged > 500, `there was a load: ${acknowledged} adds`);
});
