import type { Bus, StreamStatus } from '../../runtime/bus/bus.ts';
import { PARTITIONS } from '../../runtime/bus/streams.ts';
import type { Clock } from '../../runtime/clock/clock.ts';
import { isCursor } from '../../runtime/message/subjects.ts';

/** How far an index follows the two streams, as it is kept with its content. */
export interface Place {
  readonly state: PlaceInStream;
  readonly events: PlaceInEvents;
}

/** Everything up to and including `sequence` is in. */
export interface PlaceInStream {
  readonly incarnation: string;
  readonly sequence: number;
}

export interface PlaceInEvents extends PlaceInStream {
  /** When nothing after `sequence` was there yet; milliseconds since 1970. */
  readonly seenAt: number;
  /** An event of then, of any tenant, that nothing but age removes. After a restore another one stands in its place. */
  readonly last?: { readonly sequence: number; readonly storedAt: number };
}

export interface Streams {
  readonly state: StreamStatus;
  readonly events: StreamStatus;
  /** Milliseconds since 1970, no later than they were so. */
  readonly readAt: number;
}

/** EVENTS keeps a week. A day less, since the clock of the server may be another one. */
const KEPT_MS = 6 * 24 * 60 * 60 * 1000;

export function encodePlace({ state, events }: Place): string {
  return JSON.stringify([
    state.incarnation,
    state.sequence,
    events.incarnation,
    events.sequence,
    events.last?.sequence ?? null,
    events.last?.storedAt ?? null,
    events.seenAt,
  ]);
}

/** Undefined for what was not written by {@link encodePlace}. */
export function parsePlace(text: string | undefined): Place | undefined {
  try {
    const fields: unknown = JSON.parse(text ?? '');
    if (!Array.isArray(fields)) return undefined;
    const [stateIs, stateAt, eventsAre, eventsAt, sequence, storedAt, seenAt] = fields as readonly unknown[];
    if (typeof stateIs !== 'string' || typeof eventsAre !== 'string') return undefined;
    if (typeof stateAt !== 'number' || typeof eventsAt !== 'number') return undefined;
    if (typeof seenAt !== 'number') return undefined;
    const last = typeof sequence === 'number' && typeof storedAt === 'number' ? { last: { sequence, storedAt } } : {};
    return {
      state: { incarnation: stateIs, sequence: stateAt },
      events: { incarnation: eventsAre, sequence: eventsAt, seenAt, ...last },
    };
  } catch {
    return undefined;
  }
}

/** Both streams, and when that was. */
export async function readStreams(bus: Bus, clock: Clock): Promise<Streams> {
  const readAt = clock.now();
  const [state, events] = await Promise.all([bus.streamStatus('STATE'), bus.streamStatus('EVENTS')]);
  return { state, events, readAt };
}

/** The end of EVENTS as its status says. A batch of events ends with one, so that the last message mostly is one. */
export async function findPlaceInEvents(
  bus: Bus,
  { events: { incarnation, lastSequence: sequence }, readAt: seenAt }: Streams,
  before?: PlaceInEvents,
): Promise<PlaceInEvents> {
  // An empty stream has no message to ask for.
  const found = sequence === 0 ? undefined : await bus.at('EVENTS', sequence);
  const last = found === undefined || isCursor(found.subject) ? before?.last : { sequence, storedAt: found.storedAt };
  return { incarnation, sequence, seenAt, ...(last === undefined ? {} : { last }) };
}

/** Why one can't go on from a place; undefined when one can. */
export async function whyUseless(bus: Bus, place: Place, streams: Streams): Promise<string | undefined> {
  const { state, events } = streams;
  if (isOther(place.state, state)) return 'STATE is another one';
  if (isOther(place.events, events)) return 'EVENTS is another one';
  const { last } = place.events;
  if (last === undefined || last.sequence < events.firstSequence)
    return mayHaveLostEvents(place.events, streams) ? 'EVENTS no longer holds what came then' : undefined;
  // What came after an event goes after it, so that nothing is lost while it is there.
  const found = await bus.at('EVENTS', last.sequence);
  return found?.storedAt === last.storedAt ? undefined : 'EVENTS was restored from a backup';
}

/**
 * Messages that are gone may be cursors, which give way to newer ones at any time. A batch begins with at least one and
 * at most one for each partition, and has events behind them: the first batch after a place still has its events when no
 * more is gone than its cursors can be. Fewer may be events, too, but only where these were kept for as long as EVENTS
 * keeps any, or went before their time.
 */
function mayHaveLostEvents({ sequence, last, seenAt }: PlaceInEvents, { events, readAt }: Streams): boolean {
  const gone = events.firstSequence - sequence - 1;
  if (gone <= 1) return false;
  const isYoung = (time: number) => Math.abs(readAt - time) < KEPT_MS;
  return gone > PARTITIONS || !isYoung(seenAt) || (last !== undefined && isYoung(last.storedAt));
}

function isOther(place: PlaceInStream, { incarnation, lastSequence }: StreamStatus): boolean {
  return place.incarnation !== incarnation || place.sequence > lastSequence;
}
