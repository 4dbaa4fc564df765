import assert from 'node:assert/strict';
import type { FeedUpdate } from '../../runtime/gateway/event-subscription.ts';
import { parseCursor } from '../../runtime/gateway/feed-cursor.ts';

/**
 * Judges what one subscriber saw, over all its connections, against the log: every event after its first position, in
 * order, once; or told as lost, and then really lost.
 */
export interface FeedChecker {
  /** Where it stands; undefined before its first update. */
  readonly position: number | undefined;
  /** The cursor to go on with. */
  readonly cursor: string | undefined;
  readonly lagged: number;
  readonly events: number;
  /** @throws AssertionError at the first update that is not the right one */
  see(update: FeedUpdate): void;
}

/**
 * @param events sequences of all events that were ever stored, ascending; grows meanwhile
 * @param lostUpTo the last sequence that is gone from the log by now
 */
export function createFeedChecker(events: readonly number[], lostUpTo: () => number): FeedChecker {
  let position: number | undefined;
  let cursor: string | undefined;
  let lagged = 0;
  let seen = 0;

  const between = (from: number, to: number) => events.filter((sequence) => sequence > from && sequence <= to);

  return {
    get position() {
      return position;
    },
    get cursor() {
      return cursor;
    },
    get lagged() {
      return lagged;
    },
    get events() {
      return seen;
    },
    see(update) {
      const { sequence } = parseCursor(update.cursor);
      if (position === undefined) {
        assert.equal(update.kind, 'caughtUp', 'without a cursor, live begins with a word that it does');
      } else if (update.kind === 'event') {
        assert.equal(update.event.sequence, sequence);
        assert.equal(
          sequence,
          events.find((one) => one > position!),
          `the event after ${position}`,
        );
        seen++;
      } else if (update.kind === 'lagged') {
        const from = parseCursor(update.from).sequence;
        assert.ok(from >= position);
        assert.deepEqual(between(position, from), [], 'said to have seen what was not sent');
        assert.equal(parseCursor(update.to).sequence, sequence);
        assert.ok(sequence > position && sequence <= lostUpTo(), `told as lost up to ${sequence}, it is ${lostUpTo()}`);
        lagged++;
      } else {
        assert.ok(sequence >= position);
        assert.deepEqual(between(position, sequence), [], 'caught up past events that were not sent');
      }
      position = sequence;
      cursor = update.cursor;
    },
  };
}
