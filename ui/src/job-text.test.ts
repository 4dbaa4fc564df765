import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from './job-feed.ts';
import {
  actionsOf,
  attemptText,
  backoffText,
  bulkOperationsOf,
  countsText,
  dueText,
  firstState,
  happenedText,
  jobsText,
  jobText,
  partialsText,
  progressText,
  retentionText,
  workersText,
} from './job-text.ts';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');
const NONE = { waiting: 0, active: 0, delayed: 0, completed: 0, failed: 0, isPaused: false, workers: 0 };
const JOB: Job = {
  id: '1a-0',
  type: 'mail.send',
  state: 'WAITING',
  priority: 0,
  attemptsMade: 0,
  attempts: 3,
  addedAt: '2026-01-02T03:03:05.000Z',
  dueAt: null,
  finishedAt: null,
  durationMs: null,
  error: null,
};

test('actionsOf allows what the state allows', () => {
  assert.deepEqual(actionsOf('FAILED'), ['retry', 'remove']);
  assert.deepEqual(actionsOf('ACTIVE'), ['cancel'], 'what runs is not removed');
  assert.deepEqual(actionsOf('DELAYED'), ['promote', 'cancel', 'remove']);
  assert.deepEqual(actionsOf('REMOVED'), []);
  assert.deepEqual(bulkOperationsOf('FAILED'), ['RETRY', 'REMOVE']);
});

test('countsText names what there is, and says when there is nothing', () => {
  assert.equal(countsText(NONE), 'empty');
  assert.equal(countsText({ ...NONE, waiting: 3, failed: 1 }), '3 waiting · 1 failed');
  assert.deepEqual(
    [0, 1, 3].map((workers) => workersText({ ...NONE, workers })),
    ['no workers', '1 worker', '3 workers'],
  );
  assert.equal(jobsText(1, 'FAILED'), '1 failed job');
  assert.equal(jobsText(12, 'WAITING'), '12 waiting jobs');
});

test('firstState prefers what runs, then what waits, then what failed', () => {
  assert.equal(firstState(NONE), 'WAITING');
  assert.equal(firstState({ ...NONE, completed: 9 }), 'COMPLETED');
  assert.equal(firstState({ ...NONE, completed: 9, delayed: 1, failed: 1 }), 'FAILED');
  assert.equal(firstState({ ...NONE, waiting: 9, active: 1 }), 'ACTIVE');
});

test('jobText says of a job what its state makes interesting', () => {
  assert.equal(jobText(JOB, undefined, NOW_MS), 'added 1 min ago');
  assert.equal(jobText({ ...JOB, priority: 5 }, undefined, NOW_MS), 'priority 5 · added 1 min ago');
  const running: Job = { ...JOB, state: 'ACTIVE', attemptsMade: 2 };
  assert.equal(jobText(running, 42.4, NOW_MS), 'attempt 2 of 3 · 42 % · added 1 min ago');
  const delayed: Job = { ...JOB, state: 'DELAYED', dueAt: '2026-01-02T03:04:17.000Z' };
  assert.equal(jobText(delayed, undefined, NOW_MS), 'due in 12 s · added 1 min ago');
  const failed: Job = { ...JOB, state: 'FAILED', attemptsMade: 1, durationMs: 12.5, finishedAt: JOB.addedAt };
  assert.equal(jobText(failed, undefined, NOW_MS), 'attempt 1 of 3 · took 12.5 ms');
  const quick: Job = { ...JOB, state: 'COMPLETED', attemptsMade: 1, durationMs: 0, finishedAt: JOB.addedAt };
  assert.equal(jobText(quick, undefined, NOW_MS), 'took less than 1 ms');
});

test('attemptText never says that more were made than there may be', () => {
  assert.equal(attemptText({ attemptsMade: 4, attempts: 3 }), 'attempt 4 of 4');
});

test('dueText, progressText, backoffText and retentionText', () => {
  assert.equal(dueText(NOW_MS, NOW_MS - 5000), 'due now');
  assert.equal(dueText(NOW_MS, NOW_MS + 90_000), 'due in 1 min');
  assert.equal(progressText(99.6), '100 %');
  assert.equal(progressText(250), '250');
  assert.equal(progressText('page 3'), 'page 3');
  assert.equal(progressText({ done: 3 }), '{"done":3}');
  assert.equal(progressText('x'.repeat(90)).length, 60);
  assert.equal(backoffText({ type: 'exponential', delayMs: 2000 }), '2.00 s, doubled each time');
  assert.equal(backoffText({ type: 'fixed', delayMs: 500 }), '500 ms each time');
  assert.equal(backoffText({ type: 'custom', name: 'polite' }), 'by the worker’s “polite”');
  assert.equal(backoffText(null), 'null');
  assert.equal(retentionText({ count: 10, ageMs: null }), 'the last 10');
  assert.equal(retentionText({ count: 1, ageMs: 3_600_000 }), 'the last one, for 1 h 00');
  assert.equal(retentionText({ count: 0, ageMs: null }), 'none');
});

test('happenedText and partialsText', () => {
  assert.equal(happenedText(3, 0), 'Jobs: 3 completed');
  assert.equal(happenedText(1, 2), 'Jobs: 1 completed, 2 failed');
  assert.equal(partialsText(['Once ', 'upon']), 'Once upon');
  assert.equal(partialsText(['Once', { done: true }]), '"Once"\n{"done":true}');
});
