import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAULT_KINDS } from './faults.ts';
import { describeFailures, describeTally } from './report.ts';
import { runMany } from './run-many.ts';
import { runSeed } from './run-seed.ts';

const SEEDS = 1_000;

test('actors keep their promises under every kind of fault, many times over', async (t) => {
  const tally = await runMany({ job: 'seeds', first: 1, count: SEEDS });
  for (const line of describeTally(tally)) t.diagnostic(line);
  assert.equal(tally.failures.length, 0, describeFailures('seeds', tally.failures));
  assert.equal(tally.runs, SEEDS);
  assert.deepEqual(
    FAULT_KINDS.filter((kind) => (tally.faults.get(kind) ?? 0) < SEEDS / 20),
    [],
  );
  assert.deepEqual(
    [...tally.deeds].filter(([, count]) => count < SEEDS / 50),
    [],
  );
});

test('a seed repeats its run to the last call', async () => {
  const first = await runSeed(7);
  assert.ok(first.faults.length >= 3);
  assert.deepEqual(await runSeed(7), first);
  assert.notEqual((await runSeed(8)).fingerprint, first.fingerprint);
});
