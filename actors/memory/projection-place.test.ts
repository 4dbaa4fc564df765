import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bus, Stored } from '../../runtime/bus/bus.ts';
import { encodePlace, type Place, type PlaceInEvents, parsePlace, whyUseless } from './projection-place.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = 100 * DAY_MS;
const state = { incarnation: 's', sequence: 5 };

function placeOf(events: Partial<PlaceInEvents>): Place {
  return { state, events: { incarnation: 'e', sequence: 10, seenAt: NOW - DAY_MS, ...events } };
}

const OLD = { last: { sequence: 9, storedAt: NOW - 7 * DAY_MS } };
const YOUNG = { last: { sequence: 9, storedAt: NOW - 2 * DAY_MS } };

test('whyUseless tells events that may be lost from cursors that gave way', async () => {
  const table: readonly [string, Place, first: number, isLost: boolean][] = [
    ['nothing is gone', placeOf({}), 11, false],
    ['an empty stream of a quiet month', placeOf({ ...OLD, seenAt: NOW - 30 * DAY_MS }), 11, false],
    ['the cursor of the first batch', placeOf({ seenAt: NOW - 30 * DAY_MS }), 12, false],
    ['cursors of several partitions', placeOf({}), 20, false],
    ['the same, after a quiet week', placeOf(OLD), 20, false],
    ['the same, seen so long ago that events may be gone', placeOf({ ...OLD, seenAt: NOW - 8 * DAY_MS }), 20, true],
    ['a last event that went before its time', placeOf(YOUNG), 20, true],
    ['more than a batch has cursors', placeOf({}), 76, true],
    ['a clock that was set', placeOf({ seenAt: NOW + 30 * DAY_MS }), 20, true],
    ['the last event is still there', placeOf(YOUNG), 9, false],
  ];
  const bus = { at: async (): Promise<Partial<Stored>> => ({ storedAt: YOUNG.last.storedAt }) } as unknown as Bus;
  for (const [what, place, firstSequence, isLost] of table) {
    const streams = {
      state: { incarnation: 's', messages: 1, firstSequence: 1, lastSequence: 100 },
      events: { incarnation: 'e', messages: 1, firstSequence, lastSequence: 100 },
      readAt: NOW,
    };
    const why = isLost ? 'EVENTS no longer holds what came then' : undefined;
    assert.equal(await whyUseless(bus, place, streams), why, what);
    assert.deepEqual(parsePlace(encodePlace(place)), place);
  }
});
