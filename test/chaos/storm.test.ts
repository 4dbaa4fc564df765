import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../runtime/clock/random.ts';
import { createSeededRandom } from '../../runtime/clock/seeded-random.ts';
import { type FaultName, shuffle } from './faults.ts';
import { describeRound, runRound, slowestCall } from './round.ts';

/** The short form of `npm run test:chaos`: each fault once, in an order and at moments that the seed decides. */

const FAULTS: readonly FaultName[] = ['kill', 'broker', 'rolling', 'everything'];
/** Of a machine that is busy with other tests; docs/operations/chaos.md has what was measured. */
const ROLLING_CALL_MS = 15_000;

test('three runtimes and their broker, killed, restarted and stopped under load: nothing is lost, nothing happens twice', async (t) => {
  const seed = process.env['CHAOS_SEED'] ?? systemRandom.hex(4);
  const round = await runRound({ seed, kind: 'worker', faults: shuffle(FAULTS, createSeededRandom(seed)) });
  t.diagnostic(`seed ${seed}: ${describeRound(round)}`);
  assert.deepEqual(
    round.complaints,
    [],
    `Seed ${seed}; to repeat: CHAOS_SEED=${seed} npm test -- test/chaos/storm.test.ts\n${round.complaints.join('\n')}`,
  );
  assert.ok(round.commands > 500, `there was a load: ${round.commands} commands`);
  const slowest = slowestCall(round, 'rolling');
  assert.ok(slowest !== undefined && slowest < ROLLING_CALL_MS, `a rolling restart held a call up for ${slowest} ms`);
});
