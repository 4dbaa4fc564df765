import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobState } from './generated/operations.ts';
import { applyJobEvents, type Job, type JobEvent, type JobList, takeAnswer } from './job-feed.ts';

const AT = '2026-01-02T03:04:05.000Z';
const MOST = 4;

function job(id: string, state: JobState): Job {
  return {
    id,
    type: 'mail.send',
    state,
    priority: 3,
    attemptsMade: 1,
    attempts: 5,
    addedAt: AT,
    dueAt: null,
    finishedAt: null,
    durationMs: null,
    error: null,
  };
}

function event(type: JobEvent['type'], id: string, more: Partial<JobEvent> = {}): JobEvent {
  const base = { __typename: 'JobEvent', cursor: 'a-1', jobType: 'mail.send', at: AT } as const;
  return { ...base, type, id, attempt: 2, data: null, result: null, ...more };
}

function listed(state: JobState, ids: readonly string[], next: string | null = null): JobList {
  return takeAnswer(undefined, { state, page: { jobs: ids.map((id) => job(id, state)), next } }, [], MOST);
}

const idsOf = (list: JobList) => [...list.jobs.keys()];

test('applyJobEvents takes out what has left, state by state', () => {
  const cases: [JobState, JobEvent['type'], boolean][] = [
    ['WAITING', 'ACTIVE', true],
    ['WAITING', 'REMOVED', true],
    ['WAITING', 'ADDED', false],
    ['WAITING', 'PROMOTED', false],
    ['ACTIVE', 'COMPLETED', true],
    ['ACTIVE', 'RETRYING', true],
    ['ACTIVE', 'STALLED', true],
    ['ACTIVE', 'LOG', false],
    ['DELAYED', 'PROMOTED', true],
    ['DELAYED', 'CANCELLED', true],
    ['DELAYED', 'RETRYING', false],
    ['COMPLETED', 'REMOVED', true],
    ['FAILED', 'REMOVED', true],
    // Told live only, it may come after the outcome.
    ['COMPLETED', 'ACTIVE', false],
  ];
  for (const [state, type, leaves] of cases) {
    const list = listed(state, ['one', 'two']);
    const after = applyJobEvents(list, [event(type, 'one')], MOST);
    assert.deepEqual(idsOf(after), leaves ? ['two'] : ['one', 'two'], `${state} ${type}`);
    if (!leaves) assert.equal(after, list, 'nothing is drawn anew');
  }
});

test('applyJobEvents lists what finished, newest first, with what the event says', () => {
  const result = { success: false, error: 'No such mailbox', duration: 12.5 };
  const after = applyJobEvents(
    listed('FAILED', ['old']),
    [event('FAILED', 'one', { result, attempt: 3 }), event('FAILED', 'two'), event('COMPLETED', 'three')],
    MOST,
  );
  assert.deepEqual(idsOf(after), ['two', 'one', 'old']);
  const { error, durationMs, attemptsMade, finishedAt, state } = after.jobs.get('one')!;
  assert.deepEqual([error, durationMs, attemptsMade, finishedAt, state], ['No such mailbox', 12.5, 3, AT, 'FAILED']);
});

test('applyJobEvents lists what runs last, and a repeated event once', () => {
  const after = applyJobEvents(listed('ACTIVE', ['old']), [event('ACTIVE', 'new'), event('ACTIVE', 'new')], MOST);
  assert.deepEqual(idsOf(after), ['old', 'new']);
  assert.equal(after.jobs.get('new')!.finishedAt, null);
  // One that is known keeps what the event does not say.
  const again = applyJobEvents(after, [event('ACTIVE', 'old', { attempt: 2 })], MOST);
  assert.deepEqual([again.jobs.get('old')!.priority, again.jobs.get('old')!.attempts], [3, 5]);
  assert.equal(again.jobs.get('old')!.attemptsMade, 2);
});

test('applyJobEvents does not list a job that came and went between two frames', () => {
  const after = applyJobEvents(listed('ACTIVE', []), [event('ACTIVE', 'new'), event('COMPLETED', 'new')], MOST);
  assert.deepEqual(idsOf(after), []);
});

test('applyJobEvents is bounded, and says that there is more', () => {
  const events = Array.from({ length: 5000 }, (_, index) => event('COMPLETED', `job-${index}`));
  const after = applyJobEvents(listed('COMPLETED', ['old']), events, MOST);
  assert.deepEqual(idsOf(after), ['job-4999', 'job-4998', 'job-4997', 'job-4996']);
  assert.equal(after.hasMore, true);
});

test('applyJobEvents keeps the progress of listed jobs only', () => {
  const told = [event('PROGRESS', 'one', { data: 40 }), event('PROGRESS', 'stranger', { data: 1 })];
  const running = applyJobEvents(listed('ACTIVE', ['one', 'two']), told, MOST);
  assert.deepEqual([...running.progress], [['one', 40]]);
  const over = applyJobEvents(running, [event('COMPLETED', 'one')], MOST);
  assert.equal(over.progress.size, 0);
});

test('takeAnswer applies what came while the question was under way, and keeps the progress', () => {
  const told = applyJobEvents(listed('ACTIVE', ['one', 'two']), [event('PROGRESS', 'two', { data: 7 })], MOST);
  const page = { jobs: [job('one', 'ACTIVE'), job('two', 'ACTIVE')], next: 'more' };
  const after = takeAnswer(told, { state: 'ACTIVE', page }, [event('COMPLETED', 'one')], MOST);
  assert.deepEqual(idsOf(after), ['two']);
  assert.deepEqual([...after.progress], [['two', 7]]);
  assert.equal(after.hasMore, true);
  assert.equal(takeAnswer(told, { state: 'ACTIVE', page: { ...page, next: null } }, [], MOST).hasMore, false);
});
