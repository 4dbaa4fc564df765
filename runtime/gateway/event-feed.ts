import type { Bus, Stored } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { toFailure } from '../errors/errors.ts';
import { type Instruments, noInstruments } from '../telemetry/instruments.ts';
import { type Log, noLog } from '../telemetry/log.ts';
import { createEventRing, type EventRing, type RingLimits } from './event-ring.ts';
import type { FeedSource } from './feed-source.ts';
import { createToldEvents, type ToldEvents } from './told-events.ts';

/**
 * One ordered read of a stream, shared by all who follow the same source.
 *
 * States: *opening* (where the log ends is asked, until the broker says so), *live* (what is read goes into the ring
 * and wakes whoever waits), back to *opening* when the stream turns out to be another one, *closed*.
 *
 * There is no queue per subscriber: each pulls from the ring at its own pace, and from the log where the ring has moved
 * on (`event-subscription.ts`). So memory is bounded by the ring, whatever the number and the speed of subscribers.
 */
export interface EventFeed<Event> extends Disposable {
  readonly source: FeedSource<Event>;
  /** The live history, or undefined while opening. */
  readonly history: FeedHistory<Event> | undefined;
  /** What was told meanwhile and is stored nowhere. */
  readonly told: ToldEvents<Event>;
  /** Resolves at the next event, at a change of history, at the close of the feed, or when `signal` aborts. */
  change(signal: AbortSignal): Promise<void>;
  /** Asks the log now whether its history is still the same; throws when the broker is away. */
  check(): Promise<void>;
}

/** What is known of one incarnation of the stream; another object for another one. */
export interface FeedHistory<Event> {
  readonly incarnation: string;
  readonly ring: EventRing<Event>;
}

export interface FeedParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log?: Log;
  readonly instruments?: Instruments;
  readonly ring?: RingLimits;
}

/** Covers a slow reader's hiccup at 200 events a second for ten seconds; a few megabytes for usual events. */
const RING: RingLimits = { events: 2_048, bytes: 8 * 1024 * 1024 };
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/**
 * The read goes on where it was, whatever the log has forgotten meanwhile: after a lost connection or a sleep of the
 * machine it may have been overtaken. So when it was silent for longer than this, or brings what is older than this,
 * the log is asked where it begins: half a millisecond, twenty times a second at most. Nothing is forgotten younger.
 */
const UNPROVEN_MS = 50;
/** A stream that was made anew shows only when somebody asks. */
const CHECK_MS = 5_000;

export function openEventFeed<Event>(source: FeedSource<Event>, parts: FeedParts): EventFeed<Event> {
  const { bus, clock, log = noLog, instruments = noInstruments, ring: limits = RING } = parts;
  const { stream, subject } = source;
  const closing = new AbortController();
  const waiting = new Set<() => void>();
  const told = createToldEvents<Event>();
  let history: FeedHistory<Event> | undefined;
  let reading = new AbortController();
  let cancelCheck = () => {};
  let provenAt = Number.NEGATIVE_INFINITY;

  const wake = () => {
    for (const one of [...waiting]) one();
  };

  const open = async (): Promise<FeedHistory<Event>> => {
    const { incarnation, lastSequence } = await bus.streamStatus(stream);
    const newest = await source.newest(lastSequence);
    // The later of both: then `newest` is the last one up to there, even if it was stored between the two answers.
    return { incarnation, ring: createEventRing(Math.max(lastSequence, newest), newest, limits) };
  };

  const isOverdue = (bunch: readonly Stored[]) =>
    clock.monotonic() - provenAt > UNPROVEN_MS || clock.now() - (bunch[0]?.storedAt ?? 0) > UNPROVEN_MS;

  const read = async ({ incarnation, ring }: FeedHistory<Event>, signal: AbortSignal): Promise<void> => {
    for await (const bunch of bus.read(stream, { from: ring.head + 1, filters: [subject], signal })) {
      let firstSequence = 0;
      if (isOverdue(bunch)) {
        const status = await bus.streamStatus(stream);
        if (status.incarnation !== incarnation) await check();
        firstSequence = status.firstSequence;
        provenAt = clock.monotonic();
      }
      if (signal.aborted) return;
      for (const stored of bunch) {
        if (stored.sequence <= ring.head) continue;
        const lostUpTo = Math.min(firstSequence, stored.sequence) - 1;
        if (lostUpTo > ring.head) ring.push({ outcome: 'lost', sequence: lostUpTo });
        const decoded = source.decode(stored);
        if (decoded.outcome === 'malformed') instruments.eventsSkipped.add(1, { code: decoded.code });
        const { sequence, body } = stored;
        if (decoded.outcome === 'events') ring.push({ ...decoded, sequence, bytes: body.length });
        else ring.skipTo(sequence);
      }
      wake();
    }
  };

  const run = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!closing.signal.aborted) {
      reading = new AbortController();
      const stop = () => reading.abort();
      closing.signal.addEventListener('abort', stop);
      try {
        history ??= await open();
        wake();
        pauseMs = FIRST_PAUSE_MS;
        await read(history, reading.signal);
      } catch (error) {
        log.debug('feed.interrupted', { subject, error: toFailure(error) });
      } finally {
        closing.signal.removeEventListener('abort', stop);
      }
      // A history that was given up is opened anew at once; a read that ended, or a broker that is away, after a while.
      if (history === undefined && reading.signal.aborted) continue;
      await clock.sleep(pauseMs, closing.signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  };

  const check = async (): Promise<void> => {
    const checked = history;
    if (checked === undefined) return;
    const { incarnation, lastSequence } = await bus.streamStatus(stream);
    // A log that ends before what was read from it was restored from a backup.
    if (incarnation === checked.incarnation && lastSequence >= checked.ring.head) return;
    if (history !== checked) return;
    log.warn('feed.replaced', { subject, incarnation });
    history = undefined;
    told.clear();
    reading.abort();
    wake();
  };

  const checkRegularly = () => {
    cancelCheck = clock.schedule(CHECK_MS, () => {
      // An absent broker says nothing about its history; the next check will.
      void check()
        .catch(() => undefined)
        .finally(() => closing.signal.aborted || checkRegularly());
    });
  };

  const listening = source.listen?.((event) => {
    if (history === undefined) return;
    told.tell(event, history.ring.head);
    wake();
  });
  void run();
  checkRegularly();

  return {
    source,
    get history() {
      return history;
    },
    told,
    change(signal) {
      return new Promise((resolve) => {
        if (signal.aborted || closing.signal.aborted) return resolve();
        const done = () => {
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        waiting.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
    },
    check,
    [Symbol.dispose]() {
      listening?.[Symbol.dispose]();
      cancelCheck();
      closing.abort();
      wake();
    },
  };
}
