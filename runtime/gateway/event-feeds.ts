import type { Bus } from '../bus/bus.ts';
import type { Contracts } from '../contracts/contracts.ts';
import {
  ALL_TYPES,
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
   * @throws AW_CURSOR_INVALID, AW_NAME_INVALID, AW_TOO_MANY_FEEDS
   */
  follow(
    filter: EventFilter,
    options?: { readonly after?: string | undefined; readonly client?: object },
  ): AsyncGenerator<FeedUpdate, void, undefined>;
}

export const AGENT_STATUS_CHANGED = 'agent.status_changed';

/** What dashboards need: no other client may take their room. */
const EXEMPT: readonly (readonly string[])[] = [
  [ALL_TYPES],
  ['device.attached', 'device.detached'],
  [AGENT_STATUS_CHANGED],
  ['agent.*', 'memory.*', 'plugin.*', 'schedule.*'],
];

export interface EventFeedsOptions extends FeedsOptions {
  readonly contracts: Contracts;
}

export function createEventFeeds(options: EventFeedsOptions): EventFeeds {
  const feeds = createFeeds<LoggedEvent>(options);
  return {
    follow(filter, { after, client } = {}) {
      checkFilter(filter);
      return feeds.follow(eventSource(filter, options.bus, options.contracts), after, client);
    },
    [Symbol.dispose]: () => feeds[Symbol.dispose](),
  };
}

function eventSource(filter: EventFilter, bus: Bus, contracts: Contracts): FeedSource<LoggedEvent> {
  const subject = filterSubject(filter);
  return {
    name: filterName(filter),
    isExempt: filter.key === undefined && EXEMPT.some((types) => isSameSet(types, filter.types)),
    stream: 'EVENTS',
    subject,
    decode(stored) {
      const decoded = decodeEvent(stored, filter, contracts);
      return decoded.outcome === 'event' ? { outcome: 'events', events: [decoded.event] } : decoded;
    },
    newest: async () => (await bus.last('EVENTS', subject))?.sequence ?? 0,
  };
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  const both = new Set([...left, ...right]);
  return both.size === left.length && both.size === new Set(right).size;
}
