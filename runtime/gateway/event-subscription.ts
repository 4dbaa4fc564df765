import type { Bus, Stored } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { EventFeed, FeedHistory } from './event-feed.ts';
import { decodeEvent, type LoggedEvent } from './event-filter.ts';
import { type FeedPosition, formatCursor } from './feed-cursor.ts';

/**
 * What a subscriber sees. `cursor` is the place after it: a subscription that gives it as `after` goes on right there.
 *
 * - `event`
 * - `lagged`: what stood after `from`, up to and including `to`, is gone from the log (or belonged to another one).
 *   `count` is null: sequences have holes, so the log can't say how many of them were events.
 * - `caughtUp`, once: everything up to here has been sent; what follows is live.
 */
export type FeedUpdate =
  | { readonly kind: 'event'; readonly cursor: string; readonly event: LoggedEvent }
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
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly log?: Log;
}

/** Events fetched at once by a subscriber that is behind the ring: bounds its memory. */
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
export async function* followFeed(
  feed: EventFeed,
  parts: SubscriptionParts,
  after: FeedPosition | undefined,
  signal: AbortSignal,
): AsyncGenerator<FeedUpdate, void, undefined> {
  let position = after;
  let hasCaughtUp = false;
  let pauseMs = FIRST_PAUSE_MS;

  while (!signal.aborted) {
    const { history } = feed;
    if (history === undefined) {
      await feed.change(signal);
      continue;
    }
    if (position === undefined) {
      position = { incarnation: history.incarnation, sequence: history.ring.head };
      hasCaughtUp = true;
      yield { kind: 'caughtUp', cursor: formatCursor(position) };
      continue;
    }
    try {
      const place = await placeIn(history, position, feed, parts.bus);
      if (place.outcome === 'unknown') continue;
      if (place.outcome === 'elsewhere') {
        const from = position;
        position = { incarnation: history.incarnation, sequence: place.beginning };
        yield laggedFrom(from, position);
        continue;
      }
      const { ring } = history;
      if (position.sequence < ring.floor) {
        for (const step of await pageTowards(ring.floor, position, feed, history, parts, signal)) {
          const from = position;
          position = { ...position, sequence: step.sequence };
          if (step.outcome === 'lost') yield laggedFrom(from, position);
          else if (step.outcome === 'stored') {
            // Decoded one by one: a slow subscriber holds bytes, and nothing of what it has not come to yet.
            const decoded = decodeEvent(step.stored, feed.filter, parts.contracts);
            if (decoded.outcome === 'event')
              yield { kind: 'event', cursor: formatCursor(position), event: decoded.event };
          }
        }
        pauseMs = FIRST_PAUSE_MS;
        continue;
      }
      const entry = ring.after(position.sequence);
      if (entry !== undefined) {
        const from = position;
        position = { ...position, sequence: entry.sequence };
        if (entry.outcome === 'lost') yield laggedFrom(from, position);
        else yield { kind: 'event', cursor: formatCursor(position), event: entry.event };
      } else if (!hasCaughtUp) {
        hasCaughtUp = true;
        position = { ...position, sequence: Math.max(position.sequence, ring.head) };
        yield { kind: 'caughtUp', cursor: formatCursor(position) };
      } else {
        // Nothing was awaited since the ring was asked, so no event can have come in between unheard.
        await feed.change(signal);
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      parts.log?.debug('subscription.interrupted', { subject: feed.subject, error });
      await parts.clock.sleep(pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** `elsewhere`: the position is of another history than the live one, whose first event stands after `beginning`. */
type Place =
  | { readonly outcome: 'here' }
  | { readonly outcome: 'elsewhere'; readonly beginning: number }
  | { readonly outcome: 'unknown' };

async function placeIn(history: FeedHistory, position: FeedPosition, feed: EventFeed, bus: Bus): Promise<Place> {
  const isOfThis = position.incarnation === history.incarnation;
  if (isOfThis && position.sequence <= history.ring.head) return { outcome: 'here' };
  const { incarnation, firstSequence, lastSequence } = await bus.streamStatus('EVENTS');
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
async function pageTowards(
  floor: number,
  position: FeedPosition,
  feed: EventFeed,
  history: FeedHistory,
  { bus, clock }: SubscriptionParts,
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const mustReach = history.ring.lastBelow;
  const from = position.sequence + 1;
  const page = await bus.page('EVENTS', { from, filter: feed.subject, limit: PAGE });
  const isFull = page.length === PAGE;
  const reached = page.at(-1)?.sequence ?? position.sequence;
  const isStale = !isFull && reached < mustReach && (await bus.at('EVENTS', mustReach)) !== undefined;
  const { incarnation, firstSequence } = await bus.streamStatus('EVENTS');
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

function laggedFrom(from: FeedPosition, to: FeedPosition): FeedUpdate {
  const cursor = formatCursor(to);
  return { kind: 'lagged', cursor, from: formatCursor(from), to: cursor, count: null };
}

/** What has no code of ours is the broker's client, cut off half-way. */
function isPassing(error: unknown): boolean {
  return !(error instanceof AutoWeaveError) || error.code === 'AW_BROKER_UNAVAILABLE';
}
