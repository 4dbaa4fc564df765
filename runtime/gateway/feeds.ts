import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
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
   * Follows a source; see {@link FeedUpdate}. Ends by `return()`, at any time, and when the feeds close. Whoever calls
   * it has to end it, also when nothing was taken from it: from now on it has its place.
   *
   * @param client who follows, for {@link MostFeeds}
   * @throws AW_CURSOR_INVALID, AW_TOO_MANY_FEEDS
   */
  follow(
    source: FeedSource<Event>,
    after: string | undefined,
    client?: object,
  ): AsyncGenerator<FeedUpdate<Event>, void, undefined>;
}

export interface FeedsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log?: Log;
  readonly instruments?: Instruments;
  readonly ring?: RingLimits;
  /** No limit when absent. */
  readonly most?: MostFeeds;
}

/** Sources that may be followed at once, beside the exempt. */
export interface MostFeeds {
  readonly sources: number;
  readonly ofOneClient: number;
}

/**
 * This part of the room is kept for clients that follow none of the limited sources yet, so that a few that take all
 * they may leave the first to everybody else.
 */
const KEPT_PART = 1 / 4;
/** A feed stays this long without followers: a page that reloads finds its ring as it left it. */
const LINGER_MS = 30_000;

interface Shared<Event> {
  readonly feed: EventFeed<Event>;
  followers: number;
  cancelClose: () => void;
}

export function createFeeds<Event>(options: FeedsOptions): Feeds<Event> {
  const { clock, most } = options;
  const feeds = new Map<string, Shared<Event>>();
  /** The limited sources that each client follows, with how often. */
  const held = new WeakMap<object, Map<string, number>>();
  const closing = new AbortController();

  const close = ({ feed, cancelClose }: Shared<Event>) => {
    cancelClose();
    feeds.delete(feed.source.name);
    feed[Symbol.dispose]();
  };

  /**
   * Room for one more that is followed. What is kept is kept from those whose place is not their first, whether they
   * begin a feed or take up an idle one; where all room is taken, a feed that nobody follows gives way.
   */
  const makeRoom = (sources: number, isFirst: boolean, isThere: boolean) => {
    const limited = [...feeds.values()].filter(({ feed }) => !feed.source.isExempt);
    const followed = limited.filter(({ followers }) => followers > 0);
    if (!isFirst && followed.length >= sources - Math.floor(sources * KEPT_PART)) {
      throw tooManyFeeds('another set of events: what room is left is for those that follow none');
    }
    if (isThere || limited.length < sources) return;
    const idle = limited.find(({ followers }) => followers === 0);
    if (idle === undefined) throw tooManyFeeds(`more than ${sources} different sets of events at once`);
    close(idle);
  };

  /** Nothing is awaited between a look for room and the place in it: many who come at once can't pass each other by. */
  const acquire = (source: FeedSource<Event>, client: object): Shared<Event> => {
    const own = held.get(client) ?? new Map<string, number>();
    const limits = source.isExempt ? undefined : most;
    if (limits !== undefined && !own.has(source.name) && own.size >= limits.ofOneClient) {
      throw tooManyFeeds(`more than ${limits.ofOneClient} different sets of events on one websocket`);
    }
    let shared = feeds.get(source.name);
    if (limits !== undefined && !shared?.followers) makeRoom(limits.sources, own.size === 0, shared !== undefined);
    if (shared === undefined) {
      shared = { feed: openEventFeed(source, options), followers: 0, cancelClose: () => {} };
      feeds.set(source.name, shared);
    }
    shared.cancelClose();
    shared.followers++;
    if (limits !== undefined) held.set(client, own.set(source.name, (own.get(source.name) ?? 0) + 1));
    return shared;
  };

  const release = (shared: Shared<Event>, client: object) => {
    const { name } = shared.feed.source;
    const own = held.get(client);
    const times = own?.get(name);
    if (times !== undefined && times > 1) own!.set(name, times - 1);
    else own?.delete(name);
    shared.followers--;
    if (shared.followers > 0 || closing.signal.aborted) return;
    shared.cancelClose = clock.schedule(LINGER_MS, () => close(shared));
  };

  return {
    follow(source, after, client = {}) {
      const position = after === undefined ? undefined : parseCursor(after);
      if (closing.signal.aborted) return abortableIterator(async function* () {});
      // Refused before the first update is asked for: then it is an answer, and no end of one.
      const shared = acquire(source, client);
      return abortableIterator((signal) => {
        // However it ends: a generator that was never begun runs no `finally`.
        signal.addEventListener('abort', () => release(shared, client), { once: true });
        return followFeed(shared.feed, options, position, signal);
      }, closing.signal);
    },
    [Symbol.dispose]() {
      closing.abort();
      for (const shared of [...feeds.values()]) close(shared);
    },
  };
}

function tooManyFeeds(what: string): AutoWeaveError {
  return new AutoWeaveError('AW_TOO_MANY_FEEDS', `Cannot follow ${what}`, {
    hint: 'follow a set that others follow, such as all events, or end other subscriptions first',
  });
}
