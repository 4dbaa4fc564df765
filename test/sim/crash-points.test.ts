import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listCrashes } from './crash-run.ts';
import { describeFailures, describeTally } from './report.ts';
import { runMany } from './run-many.ts';

/** Steps of the protocol that must be among those a process is killed at. */
const STEPS = [
  'bus.read MAILBOX',
  'bus.read EVENTS',
  'bus.read STATE',
  'bus.last STATE',
  'bus.page STATE',
  'bus.commit STATE',
  'bus.commit EVENTS',
  'bus.commit MAILBOX',
  'bus.commit DEAD',
  'bus.trim MAILBOX',
  'bus.ask member',
];

test('a process may be killed at every step, before its effect and after it', async (t) => {
  const crashes = await listCrashes(1);
  const tally = await runMany({ job: 'crashes', first: 0, count: crashes.length });
  for (const line of describeTally(tally)) t.diagnostic(line);
  assert.equal(tally.failures.length, 0, describeFailures('crashes', tally.failures));
  assert.equal(tally.runs, crashes.length);
  for (const step of STEPS) {
    const row = tally.coverage.find(({ name }) => name === step);
    assert.ok(row !== undefined && row.before > 0 && row.after > 0, `nobody was killed at ${step}`);
  }
});
