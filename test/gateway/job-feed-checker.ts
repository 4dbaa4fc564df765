import assert from 'node:assert/strict';
import type { FeedUpdate } from '../../runtime/gateway/event-subscription.ts';
import { parseCursor } from '../../runtime/gateway/feed-cursor.ts';
import type { JobEvent } from '../../runtime/queue/job.ts';

/**
 * Judges what one subscriber to a queue saw, over all its connections, against the log: every event after its first
 * position, in order, once; or told as lost, and then really lost. What is only told must not move it.
 */
export interface JobFeedChecker {
  /** The cursor to go on with; undefined before its first update. */
  readonly cursor: string | undefined;
  /** How many of the log's events it has behind it. */
  readonly passed: number;
  readonly events: number;
  readonly told: number;
  readonly lagged: number;
  /** Another connection has begun. */
  reconnect(): void;
  /** @throws AssertionError at the first update that is not the right one */
  see(update: FeedUpdate<JobEvent>): void;
}

export interface Place {
  readonly sequence: number;
  readonly index: number;
}

/**
 * @param log places of all events that were ever stored, ascending; grows meanwhile
 * @param lostUpTo the last sequence that is gone from the log by now
 */
export function createJobFeedChecker(log: readonly Place[], lostUpTo: () => number): JobFeedChecker {
  let passed = 0;
  let cursor: string | undefined;
  let isLive = false;
  const counts = { events: 0, told: 0, lagged: 0 };

  const passedAt = (place: string): number => {
    const { sequence, index = Number.POSITIVE_INFINITY } = parseCursor(place);
    const at = log.findIndex((one) => one.sequence > sequence || (one.sequence === sequence && one.index > index));
    return at === -1 ? log.length : at;
  };

  return {
    get cursor() {
      return cursor;
    },
    get passed() {
      return passed;
    },
    get events() {
      return counts.events;
    },
    get told() {
      return counts.told;
    },
    get lagged() {
      return counts.lagged;
    },
    reconnect() {
      isLive = false;
    },
    see(update) {
      if (cursor === undefined) {
        assert.equal(update.kind, 'caughtUp', 'without a cursor, live begins with a word that it does');
        passed = passedAt(update.cursor);
      }
      if (update.kind === 'lagged') {
        assert.equal(passedAt(update.from), passed, 'said to have seen what was not sent');
        const { sequence } = parseCursor(update.to);
        assert.ok(sequence <= lostUpTo(), `told as lost up to ${sequence}, it is ${lostUpTo()}`);
        assert.ok(passedAt(update.to) >= passed);
        passed = passedAt(update.to);
        counts.lagged++;
      } else if (update.kind === 'event' && update.event.position !== undefined) {
        assert.deepEqual(update.event.position, log[passed], `the event after ${cursor}`);
        passed++;
        counts.events++;
      } else if (update.kind === 'event') {
        assert.ok(isLive, 'told before it was live');
        assert.equal(update.cursor, cursor, 'what is told has no place of its own');
        counts.told++;
      } else {
        assert.ok(!isLive, 'caught up twice');
        isLive = true;
      }
      assert.equal(passedAt(update.cursor), passed, `${update.kind} with cursor ${update.cursor}`);
      cursor = update.cursor;
    },
  };
}
