import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  chunkOf,
  decodeRate,
  earliestBeginning,
  encodeRate,
  planChunk,
  readWindow,
  type Window,
} from './rate-window.ts';

describe('chunkOf', () => {
  const TABLE: ReadonlyArray<readonly [max: number, chunk: number]> = [
    [1, 1],
    [19, 1],
    [100, 5],
    [5_000, 250],
  ];
  for (const [max, chunk] of TABLE) {
    test(`of ${max} is ${chunk}`, () => assert.equal(chunkOf({ max, windowMs: 1_000 }), chunk));
  }
});

describe('readWindow', () => {
  test('takes the opening message for the beginning', () => {
    const message = { sequence: 7, storedAt: 90_000, record: { taken: 5 } };
    assert.deepEqual(readWindow(message, 500), { sequence: 7, openedAt: 90_000, taken: 5, latest: 500 });
  });
  test('counts the server time between the opening and a later message', () => {
    const record = { taken: 10, window: { sequence: 7, openedAt: 90_000 } };
    assert.equal(readWindow({ sequence: 9, storedAt: 90_301, record }, 500).latest, 200);
  });
  test('keeps what it knew of the beginning of the same window', () => {
    const message = { sequence: 7, storedAt: 90_000, record: { taken: 5 } };
    const known = { sequence: 7, openedAt: 90_000, taken: 5, latest: 500 };
    assert.equal(readWindow(message, 900, known).latest, 500);
    assert.equal(readWindow(message, 900, { ...known, sequence: 6 }).latest, 900);
  });
  test('takes no beginning for later than it was heard, on a server whose clock was set back', () => {
    const record = { taken: 10, window: { sequence: 7, openedAt: 90_000 } };
    assert.equal(readWindow({ sequence: 9, storedAt: 50_000, record }, 500).latest, 500);
  });
});

test('earliestBeginning is before the beginning by the time our message was on its way, never after', () => {
  assert.equal(earliestBeginning({ openedAt: 90_000 }, 90_300, 500), 199);
  assert.equal(earliestBeginning({ openedAt: 90_000 }, 50_000, 500), 499);
});

describe('planChunk', () => {
  const rate = { max: 100, windowMs: 1_000 };
  const window: Window = { sequence: 7, openedAt: 90_000, taken: 40, latest: 200 };
  const named = { sequence: 7, openedAt: 90_000 };
  const TABLE: ReadonlyArray<readonly [claim: string, Window | undefined, now: number, plan: object]> = [
    ['opens the first window', undefined, 0, { step: 'write', record: { taken: 5 }, chunk: 5 }],
    ['takes a chunk', window, 300, { step: 'write', record: { taken: 45, window: named }, chunk: 5 }],
    [
      'takes what is left',
      { ...window, taken: 98 },
      300,
      { step: 'write', record: { taken: 100, window: named }, chunk: 2 },
    ],
    ['waits when nothing is left', { ...window, taken: 100 }, 300, { step: 'wait', until: 1_200 }],
    ['waits when the limit was lowered', { ...window, taken: 400 }, 300, { step: 'wait', until: 1_200 }],
    ['waits to the last moment', { ...window, taken: 100 }, 1_199, { step: 'wait', until: 1_200 }],
    ['opens the next one', { ...window, taken: 100 }, 1_200, { step: 'write', record: { taken: 5 }, chunk: 5 }],
  ];
  for (const [claim, at, now, plan] of TABLE) test(claim, () => assert.deepEqual(planChunk(at, rate, now), plan));
});

test('decodeRate reads what encodeRate wrote, and nothing else', () => {
  for (const record of [{ taken: 5 }, { taken: 5, window: { sequence: 7, openedAt: 90_000 } }]) {
    assert.deepEqual(decodeRate(encodeRate(record)), record);
  }
  for (const text of ['', '{}', '{"taken":"5"}', '{"taken":5,"window":{}}']) {
    assert.equal(decodeRate(new TextEncoder().encode(text)), undefined, text);
  }
});
