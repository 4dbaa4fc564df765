import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import { abortableIterator } from './abortable-iterator.ts';
import { type EventFeed, openEventFeed } from './event-feed.ts';
import type { RingLimits } from './event-ring.ts';
import { type FeedUpdate, followFeed } from './event-subscription.ts';
import { parseCursor } from './feed-cursor.ts';
import type { FeedSource } from './feed-source.ts';

/** The feeds of a process: one per source while anybody follows it. */
export interface Feeds<Event> extends Disposable {
  /**
   * Follows a source; see {@link FeedUpdate}. Ends by `return()`, at any time, and when the feeds close.
   *
   * @throws AW_CURSOR_INVALID
   */
  follow(source: FeedSource<Event>, after: string | undefined): AsyncGenerator<FeedUpdate<Event>, void, undefined>;
}

export interface FeedsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log?: Log;
  readonly instruments?: Instruments;
  readonly ring?: RingLimits;
}

/** A feed stays this long without followers: a page that reloads finds its ring as it left it. */
const LINGER_MS = 30_000;

interface Shared<Event> {
  readonly feed: EventFeed<Event>;
  followers: number;
  cancelClose: () => void;
}

export function createFeeds<Event>(options: FeedsOptions): Feeds<Event> {
  const { clock } = options;
  const feeds = new Map<string, Shared<Event>>();
  const closing = new AbortController();

  const acquire = (source: FeedSource<Event>): Shared<Event> => {
    let shared = feeds.get(source.name);
    if (shared === undefined) {
      shared = { feed: openEventFeed(source, options), followers: 0, cancelClose: () => {} };
      feeds.set(source.name, shared);
    }
    shared.cancelClose();
    shared.followers++;
    return shared;
  };

  const release = (shared: Shared<Event>) => {
    shared.followers--;
    if (shared.followers > 0 || closing.signal.aborted) return;
    shared.cancelClose = clock.schedule(LINGER_MS, () => {
      feeds.delete(shared.feed.source.name);
      shared.feed[Symbol.dispose]();
    });
  };

  return {
    follow(source, after) {
      const position = after === undefined ? undefined : parseCursor(after);
      return abortableIterator(async function* (signal) {
        if (signal.aborted) return;
        const shared = acquire(source);
        try {
          yield* followFeed(shared.feed, options, position, signal);
        } finally {
          release(shared);
        }
      }, closing.signal);
    },
    [Symbol.dispose]() {
      closing.abort();
      for (const { feed, cancelClose } of feeds.values()) {
        cancelClose();
        feed[Symbol.dispose]();
      }
      feeds.clear();
    },
  };
}
