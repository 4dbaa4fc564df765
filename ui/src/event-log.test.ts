import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyLogUpdates, EMPTY_LOG, type EventLog, LOG_KEPT, type LogEvent, type LogUpdate } from './event-log.ts';

function event(place: number): LogEvent {
  const at = '2026-01-02T03:04:05.000Z';
  return { id: `id-${place}`, cursor: `a-${place}`, type: 'agent.deleted', subject: 'a', at, data: {}, traceId: null };
}

const pushed = (place: number): LogUpdate => ({ kind: 'pushed', update: { __typename: 'Event', ...event(place) } });
const caughtUp = (place: number): LogUpdate => ({
  kind: 'pushed',
  update: { __typename: 'CaughtUp', cursor: `a-${place}` },
});
const history = (...places: number[]): LogUpdate => ({ kind: 'history', events: places.map(event) });
const cursorsOf = ({ rows }: EventLog) => rows.map(({ cursor }) => cursor);

test('applyLogUpdates lists history and then what is pushed, newest first and each once', () => {
  const log = applyLogUpdates(EMPTY_LOG, [history(1, 2), pushed(2), pushed(4), caughtUp(5), pushed(6)]);
  assert.deepEqual(cursorsOf(log), ['a-6', 'a-4', 'a-2', 'a-1']);
  assert.equal(log.cursor, 'a-6');
  assert.deepEqual(
    log.rows.map((row) => row.kind === 'logged' && row.isLive),
    [true, true, false, false],
  );
});

test('applyLogUpdates puts a history that comes late behind what was pushed', () => {
  const log = applyLogUpdates(EMPTY_LOG, [caughtUp(2), pushed(3), history(1, 2)]);
  assert.deepEqual(cursorsOf(log), ['a-3', 'a-2', 'a-1']);
  assert.equal(log.cursor, 'a-3');
});

test('applyLogUpdates says where events were lost, and begins anew after a reset', () => {
  const lagged = { __typename: 'Lagged', cursor: 'a-9', from: 'a-2', to: 'a-9', count: 7 } as const;
  const log = applyLogUpdates(EMPTY_LOG, [history(1), { kind: 'pushed', update: lagged }]);
  assert.deepEqual(log.rows[0], { kind: 'lagged', cursor: 'a-9', from: 'a-2', to: 'a-9', count: 7 });
  const anew = applyLogUpdates(log, [{ kind: 'reset' }, history(3)]);
  assert.deepEqual(cursorsOf(anew), ['a-3']);
  assert.equal(anew.cursor, 'a-3');
});

test('applyLogUpdates keeps the last ones only', () => {
  const places = Array.from({ length: LOG_KEPT + 5 }, (_, index) => index);
  const log = applyLogUpdates(EMPTY_LOG, places.map(pushed));
  assert.equal(log.rows.length, LOG_KEPT);
  assert.equal(log.rows[0]?.cursor, `a-${LOG_KEPT + 4}`);
});
