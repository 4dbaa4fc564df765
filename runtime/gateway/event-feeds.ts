import type { Bus } from '../bus/bus.ts';
import type { Contracts } from '../contracts/contracts.ts';
import {
  checkFilter,
  decodeEvent,
  type EventFilter,
  filterName,
  filterSubject,
  type LoggedEvent,
} from './event-filter.ts';
import type { FeedUpdate } from './event-subscription.ts';
import type { FeedSource } from './feed-source.ts';
import { createFeeds, type FeedsOptions } from './feeds.ts';

/** The feeds of events: one per filter while anybody follows it. */
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

export interface EventFeedsOptions extends FeedsOptions {
  readonly contracts: Contracts;
}

export function createEventFeeds(options: EventFeedsOptions): EventFeeds {
  const feeds = createFeeds<LoggedEvent>(options);
  return {
    follow(filter, { after } = {}) {
      checkFilter(filter);
      return feeds.follow(eventSource(filter, options.bus, options.contracts), after);
    },
    [Symbol.dispose]: () => feeds[Symbol.dispose](),
  };
}

function eventSource(filter: EventFilter, bus: Bus, contracts: Contracts): FeedSource<LoggedEvent> {
  const subject = filterSubject(filter);
  return {
    name: filterName(filter),
    stream: 'EVENTS',
    subject,
    decode(stored) {
      const decoded = decodeEvent(stored, filter, contracts);
      return decoded.outcome === 'event' ? { outcome: 'events', events: [decoded.event] } : decoded;
    },
    newest: async () => (await bus.last('EVENTS', subject))?.sequence ?? 0,
  };
}
