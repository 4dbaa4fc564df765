import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Contracts } from '../contracts/contracts.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import { abortableIterator } from './abortable-iterator.ts';
import { type EventFeed, type FeedParts, openEventFeed } from './event-feed.ts';
import { checkFilter, type EventFilter, filterName } from './event-filter.ts';
import type { RingLimits } from './event-ring.ts';
import { type FeedUpdate, followFeed } from './event-subscription.ts';
import { parseCursor } from './feed-cursor.ts';

/** The feeds of a process: one per filter while anybody follows it. */
export interface EventFeeds extends Disposable {
  /**
   * Follows the events of a filter; see {@link FeedUpdate}. Ends by `return()`, at any time, and when the feeds close.
   *
   * @throws AW_CURSOR_INVALID, AW_NAME_INVALID
   */
  follow(
    filter: EventFilter,
    options?: { readonly after?: string | undefined },
  ): AsyncGenerator<FeedUpdate, void, undefined>;
}

export interface FeedsOptions {
  readonly bus: Bus;
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly log?: Log;
  readonly instruments?: Instruments;
  readonly ring?: RingLimits;
}

/** A feed stays this long without followers: a page that reloads finds its ring as it left it. */
const LINGER_MS = 30_000;

interface Shared {
  readonly feed: EventFeed;
  followers: number;
  cancelClose: () => void;
}

export function createEventFeeds(options: FeedsOptions): EventFeeds {
  const { clock } = options;
  const parts: FeedParts = options;
  const feeds = new Map<string, Shared>();
  const closing = new AbortController();

  const acquire = (filter: EventFilter): Shared => {
    const name = filterName(filter);
    let shared = feeds.get(name);
    if (shared === undefined) {
      shared = { feed: openEventFeed(filter, parts), followers: 0, cancelClose: () => {} };
      feeds.set(name, shared);
    }
    shared.cancelClose();
    shared.followers++;
    return shared;
  };

  const release = (shared: Shared) => {
    shared.followers--;
    if (shared.followers > 0 || closing.signal.aborted) return;
    shared.cancelClose = clock.schedule(LINGER_MS, () => {
      feeds.delete(filterName(shared.feed.filter));
      shared.feed[Symbol.dispose]();
    });
  };

  return {
    follow(filter, { after } = {}) {
      checkFilter(filter);
      const position = after === undefined ? undefined : parseCursor(after);
      return abortableIterator(async function* (signal) {
        if (signal.aborted) return;
        const shared = acquire(filter);
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
