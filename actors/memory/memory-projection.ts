import type { Bus } from '../../runtime/bus/bus.ts';
import type { Clock } from '../../runtime/clock/clock.ts';
import { startDeadline } from '../../runtime/clock/deadline.ts';
import { encodeKey } from '../../runtime/message/key.ts';
import { parseEvent } from '../../runtime/message/subjects.ts';
import { type Instruments, noInstruments } from '../../runtime/telemetry/instruments.ts';
import type { Log } from '../../runtime/telemetry/log.ts';
import { MEMORY } from './memory.ts';
import type { MemoryChange, MemoryIndex } from './memory-index-port.ts';
import { createNextMove } from './next-move.ts';
import { encodePlace, findPlaceInEvents, type Place, parsePlace, readStreams, whyUseless } from './projection-place.ts';
import { slicesOf, toChange } from './state-changes.ts';

/**
 * Keeps an index like the states of the actors.
 *
 * STATE holds the present state of each key, in the order of the changes: reading it on from a place gives all that has
 * changed since, and from its beginning all there is. What it does not keep is that a key is gone: its tombstone stays
 * a minute. EVENTS keeps that for a week. So STATE is followed, and EVENTS swept for what was forgotten meanwhile; both
 * places stand in the index, with its content. An index whose place is lost, or no longer in EVENTS, or of other
 * streams, is begun anew from all of STATE.
 */
export interface MemoryProjection extends AsyncDisposable {
  /** Memories whose last change is not in the index yet. @throws what the bus throws */
  lag(): Promise<number>;
  /** Resolves with true once what was committed when asked is in the index, with false when that takes too long. */
  caughtUp(timeoutMs: number): Promise<boolean>;
  /** How often the index was begun anew. What was asked of it before may be answered by less than it has had. */
  readonly beginnings: number;
  /** To be called when the index was found to know nothing of the tenant. */
  lookAgain(): void;
}

export interface ProjectionParts {
  readonly bus: Bus;
  readonly tenant: string;
  readonly index: MemoryIndex;
  readonly clock: Clock;
  readonly log: Log;
  readonly instruments?: Instruments;
  /** For tests. */
  readonly sweepMs?: number;
}

/** Much shorter than a tombstone stays, so that there is little to sweep. */
const SWEEP_MS = 10_000;
/** How old the place in EVENTS may become while nothing happens: little of what events are kept for. */
const OLDEST_PLACE_MS = 60 * 60 * 1000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const STOP_MS = 1_000;
const MAX_PAGE = 1_000;

/** The index, or a stream, is not the one that was followed. */
class Replaced extends Error {}

const BEGUN_ANEW = 'the index was begun anew';

export function startMemoryProjection(parts: ProjectionParts): MemoryProjection {
  const { bus, tenant, index, clock, log, instruments = noInstruments, sweepMs = SWEEP_MS } = parts;
  const states = `aw.${tenant}.state.*.${MEMORY}.*`;
  const forgotten = `aw.${tenant}.evt.memory.forgotten.*`;
  const closing = new AbortController();
  const next = createNextMove(clock);
  let place: Place | undefined;
  /** Up to there nothing in STATE is missing. The place itself is that of the last memory. */
  let clearUpTo = 0;
  /** Whether what was forgotten before the place was found is gone. */
  let isSwept = false;
  let moving: Promise<unknown> = Promise.resolve();
  let pauseMs = FIRST_PAUSE_MS;
  let ends = new AbortController();
  let beginnings = 0;

  const findPlace = async (): Promise<Place> => {
    const kept = parsePlace(await index.position(tenant));
    const streams = await readStreams(bus, clock);
    const why = kept === undefined ? 'it has no place' : await whyUseless(bus, kept, streams);
    if (kept !== undefined && why === undefined) return kept;
    log.info('memory.index_rebuilding', { tenant, why });
    const state = { incarnation: streams.state.incarnation, sequence: 0 };
    const begin: Place = { state, events: await findPlaceInEvents(bus, streams) };
    beginnings++;
    await index.clear(tenant, encodePlace(begin));
    return begin;
  };

  const presentPlace = (): Place => {
    if (place === undefined) throw new Replaced(BEGUN_ANEW);
    return place;
  };

  /** One after the other: each goes on from the place that the one before has come to. */
  const move = (changes: readonly MemoryChange[], to: Partial<Place>): Promise<void> => {
    const moved = moving.then(async () => {
      const from = presentPlace();
      const goal = { ...from, ...to };
      const isApplied = await index.apply(tenant, changes, { from: encodePlace(from), to: encodePlace(goal) });
      if (!isApplied || place !== from) throw new Replaced(BEGUN_ANEW);
      place = goal;
      pauseMs = FIRST_PAUSE_MS;
      next.moved();
    });
    moving = moved.catch(() => undefined);
    return moved;
  };

  const onRefused = (id: string, why: string) => log.warn('memory.index_refused', { tenant, id, why });

  const follow = async (from: Place, signal: AbortSignal): Promise<void> => {
    const { incarnation, sequence } = from.state;
    for await (const bunch of bus.read('STATE', { from: sequence + 1, filters: [states], signal })) {
      for (const slice of slicesOf(bunch)) {
        const changes = slice.map((stored) => toChange(stored, onRefused)).filter((change) => change !== undefined);
        await move(changes, { state: { incarnation, sequence: slice.at(-1)!.sequence } });
        if (signal.aborted) return;
      }
    }
  };

  const sweep = async (signal: AbortSignal): Promise<void> => {
    const streams = await readStreams(bus, clock);
    const why = await whyUseless(bus, presentPlace(), streams);
    if (why !== undefined) throw new Replaced(why);
    const { events } = presentPlace();
    const end = await findPlaceInEvents(bus, streams, events);
    let from = events.sequence + 1;
    while (from <= end.sequence) {
      const page = await bus.page('EVENTS', { from, filter: forgotten, limit: MAX_PAGE });
      const keys = new Set(page.map(({ subject }) => parseEvent(subject)?.key).filter((key) => key !== undefined));
      // What was read of STATE before a key was forgotten must not come after its removal here.
      const { lastSequence } = await bus.streamStatus('STATE');
      if (keys.size > 0) await reach(signal);
      const changes: MemoryChange[] = [];
      for (const id of keys) if (await isGone(id)) changes.push({ id, at: lastSequence });
      from = page.length < MAX_PAGE ? end.sequence + 1 : page.at(-1)!.sequence + 1;
      // The place is always the end of a batch: the last page moves it.
      await move(changes, from > end.sequence ? { events: end } : {});
      signal.throwIfAborted();
    }
    if (end.seenAt - presentPlace().events.seenAt > OLDEST_PLACE_MS) await move([], { events: end });
  };

  const isGone = async (id: string): Promise<boolean> => {
    const stored = await bus.last('STATE', `aw.${tenant}.state.*.${MEMORY}.${encodeKey(id)}`);
    return stored === undefined || toChange(stored)?.memory === undefined;
  };

  const sweepRegularly = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await sweep(signal);
      isSwept = true;
      next.moved();
      instruments.memoryIndexLag.set(await countPending());
      await clock.sleep(sweepMs, signal).catch(() => undefined);
    }
  };

  const forgetPlace = () => {
    place = undefined;
    clearUpTo = 0;
    isSwept = false;
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      ends = new AbortController();
      const signal = AbortSignal.any([closing.signal, ends.signal]);
      try {
        const found = await findPlace();
        signal.throwIfAborted();
        place = found;
        const end = () => ends.abort();
        const both = [follow(found, signal), sweepRegularly(signal)].map((one) => one.finally(end));
        await Promise.all(both).finally(() => Promise.allSettled(both));
      } catch (error) {
        if (closing.signal.aborted) return;
        forgetPlace();
        if (!(error instanceof Replaced)) log.warn('memory.index_waits', { tenant, error });
      }
      await clock.sleep(pauseMs, closing.signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  };

  const catchUp = async (signal: AbortSignal): Promise<void> => {
    while (place === undefined || !isSwept) await next.wait(signal);
    await reach(signal);
  };

  const firstPending = () => Math.max(place?.state.sequence ?? 0, clearUpTo) + 1;
  const countPending = () => bus.count('STATE', states, firstPending());

  /** Waits until nothing that is in STATE by now is missing. */
  const reach = async (signal: AbortSignal): Promise<void> => {
    const { lastSequence: upTo } = await bus.streamStatus('STATE');
    while (upTo > clearUpTo) {
      signal.throwIfAborted();
      const seen = place;
      if (seen !== undefined) {
        // To ask for the next one costs the server the more, the more memories there are and the farther it is.
        const [missing] = await bus.page('STATE', { from: firstPending(), filter: states, limit: 1 });
        // Meanwhile it may have been begun anew, and then this was asked from another place.
        const isSame = place !== undefined && place.state.sequence >= seen.state.sequence;
        if (isSame && (missing === undefined || missing.sequence > upTo)) clearUpTo = Math.max(clearUpTo, upTo);
      }
      if (upTo > clearUpTo && place === seen) await next.wait(signal);
    }
  };

  const running = run();

  return {
    lag: countPending,
    get beginnings() {
      return beginnings;
    },
    lookAgain() {
      if (place === undefined) return;
      forgetPlace();
      ends.abort(new Replaced(BEGUN_ANEW));
    },
    async caughtUp(timeoutMs) {
      using deadline = startDeadline(clock, timeoutMs, new Error('The index has not caught up in time'));
      const { promise: late, resolve } = Promise.withResolvers<boolean>();
      deadline.signal.addEventListener('abort', () => resolve(false), { once: true });
      const reached = catchUp(AbortSignal.any([deadline.signal, closing.signal])).then(
        () => true,
        () => false,
      );
      // A broker that is away answers later than that.
      return await Promise.race([reached, late]);
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('The projection of the memory stops'));
      // What was asked of a broker that is away may take its time; its answer does nothing any more.
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = clock.schedule(STOP_MS, resolve);
      await Promise.race([running, late]);
      cancel();
    },
  };
}
