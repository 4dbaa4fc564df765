import type { Bus } from '../../bus/bus.ts';
import type { Clock } from '../../clock/clock.ts';
import { toFailure } from '../../errors/errors.ts';
import type { Log } from '../../telemetry/log.ts';

/**
 * The word of a process that it is there: a message that the server removes when it is not renewed.
 *
 * States: *held* from the answer to a renewal until a while after that renewal was sent, else *lapsed*. The process
 * measures it from before the renewal, so that it ends here before it ends at the server. A lease that is held again
 * after a lapse is a new *term*: others may have acted on its absence, so that what was agreed on in an earlier term
 * counts for nothing until it was written anew.
 */
export interface Lease {
  /** The term that we are in; undefined while the lease is lapsed. */
  readonly term: number | undefined;
  /** Calls at the beginning of each term, until it is told to stop. */
  onTerm(listener: () => void): () => void;
  /** The processes whose lease stands at the server now. @throws AW_BROKER_UNAVAILABLE */
  findHolders(): Promise<ReadonlySet<string>>;
}

export interface LeaseParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly self: string;
  readonly leaseMs: number;
}

/** How long a killed process keeps its shares; a thread that is blocked for longer loses them. */
export const LEASE_MS = 5_000;
/** Of its time at the server, what a process counts on: clocks do not all run alike. */
const COUNTED_PART = 0.9;
/** A renewal that failed is tried again after so long. */
const RETRY_MS = 100;
const PREFIX = 'aw._sys.lease.';

export function holdLease(parts: LeaseParts): Lease & Disposable {
  const { bus, clock, log, self, leaseMs } = parts;
  const listeners = new Set<() => void>();
  const countedMs = leaseMs * COUNTED_PART;
  let term = 0;
  /** On the monotonic clock, which stands still while the machine sleeps, and on the wall's, which may be set back. */
  let until = Number.NEGATIVE_INFINITY;
  let wallUntil = Number.NEGATIVE_INFINITY;
  let isOver = false;
  let cancel = () => {};

  const isHeld = () => clock.monotonic() < until && clock.now() < wallUntil;

  const renew = async (): Promise<void> => {
    const sentAt = clock.monotonic();
    const wallSentAt = clock.now();
    let isStored = false;
    try {
      const message = { subject: PREFIX + self, body: new Uint8Array(), ttlMs: leaseMs };
      isStored = (await bus.commit('CONTROL', [message])).outcome === 'stored';
    } catch (error) {
      if (!isOver) log.warn('lease.unrenewed', { ...toFailure(error) });
    }
    if (isOver) return;
    if (isStored) note(sentAt, wallSentAt);
    cancel = clock.schedule(isStored ? leaseMs / 4 : RETRY_MS, () => void renew());
  };

  const note = (sentAt: number, wallSentAt: number): void => {
    // Whether it was gone in between only the server could say; it counts as gone.
    const isNewTerm = !isHeld();
    if (isNewTerm) term++;
    until = sentAt + countedMs;
    wallUntil = wallSentAt + countedMs;
    if (isNewTerm && isHeld()) for (const listener of listeners) listener();
  };

  void renew();
  return {
    get term() {
      return !isOver && isHeld() ? term : undefined;
    },
    onTerm(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async findHolders() {
      const subjects = await bus.subjects('CONTROL', `${PREFIX}*`);
      return new Set([...subjects.keys()].map((subject) => subject.slice(PREFIX.length)));
    },
    /** Leaves the message to its time: what still runs here is covered by it. */
    [Symbol.dispose]() {
      isOver = true;
      cancel();
    },
  };
}

interface Joined {
  readonly lease: Lease & Disposable;
  users: number;
}

/** One lease for all queues of a process, by its connection. */
const joined = new WeakMap<Bus, Map<string, Joined>>();

/** Sharers of leases in this process, so far. */
let sharers = 0;

/** A part in the lease of a process, with a name of its own for what is held under it. */
export interface SharedLease extends Lease, Disposable {
  readonly holder: string;
}

/** Of whose lease something is held under this name. */
export function processOf(holder: string): string {
  return holder.split('/')[0]!;
}

/** The lease of this process, held for as long as somebody here has joined it. */
export function joinLease(parts: LeaseParts): SharedLease {
  const ofBus = joined.get(parts.bus) ?? new Map<string, Joined>();
  joined.set(parts.bus, ofBus);
  const known = ofBus.get(parts.self) ?? { lease: holdLease(parts), users: 0 };
  ofBus.set(parts.self, known);
  known.users++;
  let hasLeft = false;
  return {
    holder: `${parts.self}/${++sharers}`,
    get term() {
      return known.lease.term;
    },
    onTerm: known.lease.onTerm,
    findHolders: known.lease.findHolders,
    [Symbol.dispose]() {
      if (hasLeft) return;
      hasLeft = true;
      known.users--;
      if (known.users > 0) return;
      ofBus.delete(parts.self);
      known.lease[Symbol.dispose]();
    },
  };
}
