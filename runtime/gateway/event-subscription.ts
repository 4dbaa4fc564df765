import type { Bus, Stored } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { EventFeed, FeedHistory } from './event-feed.ts';
import type { LoggedEvent } from './event-filter.ts';
import { eventsAfter, type FeedPosition, formatCursor, wholeUpTo } from './feed-cursor.ts';

/**
 * What a subscriber sees. `cursor` is the place after it: a subscription that gives it as `after` goes on right there.
 *
 * - `event`; one that was told and is stored nowhere repeats the cursor of the update before it.
 * - `lagged`: what stood after `from`, up to and including `to`, is gone from the log (or belonged to another one).
 *   `count` is null: sequences have holes, so the log can't say how many of them were events.
 * - `caughtUp`, once: everything up to here has been sent; what follows is live.
 */
export type FeedUpdate<Event = LoggedEvent> =
  | { readonly kind: 'event'; readonly cursor: string; readonly event: Event }
  | {
      readonly kind: 'lagged';
      readonly cursor: string;
      readonly from: string;
      readonly to: string;
      readonly count: number | null;
    }
  | { readonly kind: 'caughtUp'; readonly cursor: string };

export interface SubscriptionParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log?: Log;
}

/** Messages fetched at once by a subscriber that is behind the ring: bounds its memory. */
const PAGE = 64;
/** Before an answer that was not up to date is asked for again. */
const STALE_PAUSE_MS = 50;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * One subscriber's way through the log, without gap or duplicate: from the ring where its position is in it, else by
 * pages of the log until it reaches the ring. It pulls: nothing is fetched before the last update has been taken. Ends
 * when `signal` aborts.
 *
 * @param after where it has been before; undefined begins with what comes next
 */
export async function* followFeed<Event>(
  feed: EventFeed<Event>,
  parts: SubscriptionParts,
  after: FeedPosition | undefined,
  signal: AbortSignal,
): AsyncGenerator<FeedUpdate<Event>, void, undefined> {
  let position = after;
  /** How many have been told to this subscriber or, before it was live, to others; undefined until then. */
  let told: number | undefined;
  let pauseMs = FIRST_PAUSE_MS;

  while (!signal.aborted) {
    const { history } = feed;
    if (history === undefined) {
      await feed.change(signal);
      continue;
    }
    const { incarnation, ring } = history;
    if (position === undefined) {
      position = { incarnation, sequence: ring.head };
      told = feed.told.count;
      yield { kind: 'caughtUp', cursor: formatCursor(position) };
      continue;
    }
    try {
      const place = await placeIn(history, position, feed, parts.bus);
      if (place.outcome === 'unknown') continue;
      if (place.outcome === 'elsewhere') {
        const from = position;
        position = { incarnation, sequence: place.beginning };
        yield laggedFrom(from, position);
        continue;
      }
      if (wholeUpTo(position) < ring.floor) {
        for (const step of await pageTowards(ring.floor, position, feed, history, parts, signal)) {
          const from = position;
          position = { incarnation, sequence: step.sequence };
          if (step.outcome === 'lost') yield laggedFrom(from, position);
          else if (step.outcome === 'stored') {
            // Decoded one by one: a slow subscriber holds bytes, and nothing of what it has not come to yet.
            const decoded = feed.source.decode(step.stored);
            if (decoded.outcome === 'events') yield* show(from, step.sequence, decoded.events);
          }
        }
        pauseMs = FIRST_PAUSE_MS;
        continue;
      }
      const entry = ring.after(wholeUpTo(position));
      const heard = told === undefined ? undefined : feed.told.next(told, entry?.sequence);
      if (heard !== undefined) {
        told = heard.count;
        yield { kind: 'event', cursor: formatCursor(position), event: heard.event };
      } else if (entry !== undefined) {
        const from = position;
        position = { incarnation, sequence: entry.sequence };
        if (entry.outcome === 'lost') yield laggedFrom(from, position);
        else yield* show(from, entry.sequence, entry.events);
      } else if (told === undefined) {
        told = feed.told.count;
        // A message that was seen in part may not have been read here yet.
        if (position.sequence <= ring.head) position = { incarnation, sequence: ring.head };
        yield { kind: 'caughtUp', cursor: formatCursor(position) };
      } else {
        // Nothing was awaited since the ring was asked, so no event can have come in between unheard.
        await feed.change(signal);
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      parts.log?.debug('subscription.interrupted', { subject: feed.source.subject, error });
      await parts.clock.sleep(pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

function* show<Event>(from: FeedPosition, sequence: number, events: readonly Event[]): Generator<FeedUpdate<Event>> {
  for (const { event, place } of eventsAfter(from, sequence, events)) {
    yield { kind: 'event', cursor: formatCursor(place), event };
  }
}

/** `elsewhere`: the position is of another history than the live one, whose first event stands after `beginning`. */
type Place =
  | { readonly outcome: 'here' }
  | { readonly outcome: 'elsewhere'; readonly beginning: number }
  | { readonly outcome: 'unknown' };

async function placeIn<Event>(
  history: FeedHistory<Event>,
  position: FeedPosition,
  feed: EventFeed<Event>,
  bus: Bus,
): Promise<Place> {
  const isOfThis = position.incarnation === history.incarnation;
  if (isOfThis && position.sequence <= history.ring.head) return { outcome: 'here' };
  const { incarnation, firstSequence, lastSequence } = await bus.streamStatus(feed.source.stream);
  if (incarnation !== history.incarnation) {
    await feed.check();
    return { outcome: 'unknown' };
  }
  // The read may be a moment behind the log; beyond the end of the log itself nobody has been.
  if (isOfThis && position.sequence <= lastSequence) return { outcome: 'here' };
  return { outcome: 'elsewhere', beginning: firstSequence - 1 };
}

/** One step ahead; `sequence` is where the subscriber then stands. */
type Step =
  | { readonly outcome: 'stored'; readonly sequence: number; readonly stored: Stored }
  | { readonly outcome: 'lost'; readonly sequence: number }
  | { readonly outcome: 'nothing'; readonly sequence: number };

/**
 * Some steps from a position below the ring towards its floor, as it was before the page was asked for.
 *
 * Holes in the sequences are no gaps, so that a page by itself does not show whether something is missing from it.
 * Two things do: the newest event known below the floor, which the page must reach while the log has it (a replica that
 * answers may be behind), and the first sequence of the log, asked for last: what it does not exclude now was there all
 * the time.
 */
async function pageTowards<Event>(
  floor: number,
  position: FeedPosition,
  feed: EventFeed<Event>,
  history: FeedHistory<Event>,
  { bus, clock }: SubscriptionParts,
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const mustReach = history.ring.lastBelow;
  const { stream, subject } = feed.source;
  const seen = wholeUpTo(position);
  const from = seen + 1;
  const page = await bus.page(stream, { from, filter: subject, limit: PAGE });
  const isFull = page.length === PAGE;
  const reached = page.at(-1)?.sequence ?? seen;
  const isStale = !isFull && reached < mustReach && (await bus.at(stream, mustReach)) !== undefined;
  const { incarnation, firstSequence } = await bus.streamStatus(feed.source.stream);
  if (incarnation !== history.incarnation) {
    await feed.check();
    return [];
  }
  const lostUpTo = firstSequence - 1;
  // Above the floor the ring still has what the log has lost, and the page has not.
  if (lostUpTo >= floor) return [{ outcome: 'lost', sequence: floor }];
  const steps: Step[] = lostUpTo >= from ? [{ outcome: 'lost', sequence: lostUpTo }] : [];
  for (const stored of page) {
    if (stored.sequence > lostUpTo) steps.push({ outcome: 'stored', sequence: stored.sequence, stored });
  }
  if (isStale) await clock.sleep(STALE_PAUSE_MS, signal).catch(() => undefined);
  else if (!isFull && Math.max(reached, lostUpTo) < floor) steps.push({ outcome: 'nothing', sequence: floor });
  return steps;
}

function laggedFrom(from: FeedPosition, to: FeedPosition): FeedUpdate<never> {
  const cursor = formatCursor(to);
  return { kind: 'lagged', cursor, from: formatCursor(from), to: cursor, count: null };
}

/** What has no code of ours is the broker's client, cut off half-way. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof AutoWeaveError) || error.code === 'AW_BROKER_UNAVAILABLE';
}
