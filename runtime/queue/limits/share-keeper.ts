import type { Bus } from '../../bus/bus.ts';
import type { Clock } from '../../clock/clock.ts';
import { toFailure } from '../../errors/errors.ts';
import type { Log } from '../../telemetry/log.ts';
import { createAlarm } from './alarm.ts';
import { createDemand } from './demand.ts';
import { type Lease, processOf } from './lease.ts';
import { leaveShares } from './leave-shares.ts';
import { decodeShares, encodeShares, planLeave, planShares, type Shares, shareOf } from './shares.ts';

/**
 * Keeps this process's share of a queue's global concurrency: follows the record, plans, writes.
 *
 * A share is *confirmed* by a write of our own, sent and answered within one term of the lease: a read is not enough,
 * since another process may be about to remove us. It is unconfirmed at the start, after a lapse, and after a write
 * whose outcome is unknown, which may still be on its way; then nothing starts until another write has succeeded.
 * Between two writes the share that others have raised counts at once: nobody but us lowers it.
 */
export interface ShareKeeper extends AsyncDisposable {
  /** How many more may start now. */
  readonly room: number;
  /** null: no limit, and no share. */
  setLimit(limit: number | null): void;
  /** So many run, and so many more would. */
  note(running: number, unmet: number): void;
}

export interface ShareKeeperParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly subject: string;
  readonly self: string;
  readonly lease: Lease;
  /** How long a lease lasts: how often others' are looked at. */
  readonly leaseMs: number;
  /** There may be more room than before. */
  readonly onRoom: () => void;
  readonly signal: AbortSignal;
}

/** A place that is free for so long is not wanted any more: between two jobs of a busy worker there is less. */
const HOLD_MS = 5;
/** Where there are fewer places than processes, each has them for so long. A turn that ends costs some milliseconds. */
const TURN_MS = 200;
const RETRY_MS = 100;
/** How long a process that ends tries to give its share back; later its lease does. */
const LEAVE_MS = 1_000;

interface Known {
  readonly shares: Shares;
  readonly sequence: number;
}

export function startShareKeeper(parts: ShareKeeperParts): ShareKeeper {
  const { bus, clock, log, subject, self, lease, leaseMs, onRoom, signal } = parts;
  let limit: number | null = null;
  /** A limit that is to be written; afterwards the record's counts, which another process may have set later. */
  let newLimit: number | undefined;
  let known: Known | undefined;
  /** What was heard while the record was being loaded, in whatever order the two come. */
  let heard: Known | undefined;
  let confirmedIn: number | undefined;
  let ceiling = 0;
  /** What a write on its way says of us. */
  let pending = Number.POSITIVE_INFINITY;
  const demand = createDemand(clock, HOLD_MS);
  /** What the last plan for this record took us to want. */
  let plannedWant = 0;
  let turnSince = 0;
  let isYielding = false;
  let gone: { readonly sequence: number; readonly processes: ReadonlySet<string> } | undefined;
  let [othersLack, othersStarve] = [false, false];
  let isWriting = false;
  let isOver = false;
  const stop = new AbortController();
  const end = AbortSignal.any([signal, stop.signal]);
  const timers = { settle: createAlarm(clock), turn: createAlarm(clock), look: createAlarm(clock) };
  let lookedAt = Number.NEGATIVE_INFINITY;

  const isConfirmed = () => confirmedIn !== undefined && lease.term === confirmedIn;

  const adopt = (shares: Shares, sequence: number): void => {
    if (shareOf(known?.shares, self) === 0) turnSince = clock.monotonic();
    known = { shares, sequence };
    plannedWant = 0;
  };

  /** Stops at once where it has to, and says what to write. */
  const plan = (): Shares | undefined => {
    if (known === undefined || isOver) return undefined;
    const { shares, sequence } = known;
    if (limit === null) {
      ceiling = 0;
      return shares.portions.some(({ process }) => process === self) ? planLeave(shares, self, 0) : undefined;
    }
    if (newLimit === shares.limit) newLimit = undefined;
    plannedWant = demand.peak();
    if (gone !== undefined && gone.sequence !== sequence) {
      // Too late: the record has changed. If there was somebody to remove, there still may be.
      if (gone.processes.size > 0) lookedAt = Number.NEGATIVE_INFINITY;
      gone = undefined;
    }
    const planned = planShares(shares, {
      process: self,
      ...(newLimit === undefined ? {} : { limit: newLimit }),
      running: demand.running,
      want: plannedWant,
      isYielding,
      ...(gone === undefined ? {} : { gone: gone.processes }),
    });
    ceiling = planned.ceiling;
    ({ othersLack, othersStarve } = planned);
    const share = shareOf(shares, self);
    if (othersLack && demand.isFalling) timers.settle.set(HOLD_MS, settle);
    if (othersStarve && share > 0 && !isYielding) {
      timers.turn.set(turnSince + TURN_MS - clock.monotonic(), endTurn);
    }
    if (plannedWant > share && shares.portions.length > 0) {
      timers.look.set(lookedAt + leaseMs / 4 - clock.monotonic(), () => void lookForGone());
    }
    const mustConfirm = !isConfirmed() && planned.next.portions.some(({ process }) => process === self);
    return planned.isNeeded || mustConfirm ? planned.next : undefined;
  };

  const settle = (): void => {
    if (isOver) return;
    if (!isWriting && (known === undefined || plan() !== undefined)) void writeUntilSettled();
    else plan();
  };

  const writeUntilSettled = async (): Promise<void> => {
    isWriting = true;
    try {
      known ??= await load();
      for (let next = plan(); next !== undefined && !isOver; next = plan()) {
        const { term } = lease;
        // Its beginning is told.
        if (term === undefined) break;
        await write(next, term);
      }
      isWriting = false;
    } catch (error) {
      // The write may be stored or still be on its way: only another one of ours makes sure.
      confirmedIn = undefined;
      known = undefined;
      isWriting = false;
      if (isOver) return;
      log.warn('shares.unsettled', { subject, ...toFailure(error) });
      timers.settle.set(RETRY_MS, settle);
    } finally {
      pending = Number.POSITIVE_INFINITY;
      isYielding = false;
    }
    onRoom();
  };

  const write = async (next: Shares, term: number): Promise<void> => {
    const before = known!;
    const limitSent = newLimit;
    pending = shareOf(next, self);
    const message = { subject, body: encodeShares(next), expectLastSequence: before.sequence };
    const result = await bus.commit('CONTROL', [message]);
    if (result.outcome === 'stored') {
      const sequence = result.sequences[0]!;
      // Others may have gone on from there, and told us, before the answer came.
      if ((known?.sequence ?? 0) < sequence) adopt(next, sequence);
      confirmedIn = term;
      if (newLimit === limitSent) newLimit = undefined;
      if (isYielding) turnSince = clock.monotonic();
      isYielding = false;
    } else if (known === before) {
      const found = await load();
      if (known === before) adopt(found.shares, found.sequence);
    }
    pending = Number.POSITIVE_INFINITY;
  };

  const load = async (): Promise<Known> => {
    heard = undefined;
    const stored = await bus.last('CONTROL', subject);
    const sequence = stored?.sequence ?? 0;
    if (heard !== undefined && sequence < (heard as Known).sequence) return heard;
    const shares = stored && decodeShares(stored.body);
    return { shares: shares ?? { limit: newLimit ?? limit ?? 0, portions: [] }, sequence };
  };

  const endTurn = (): void => {
    isYielding = othersStarve && clock.monotonic() - turnSince >= TURN_MS;
    settle();
  };

  /** Finds processes whose lease is gone. It counts for the very record that was known before, and for no later one. */
  const lookForGone = async (): Promise<void> => {
    lookedAt = clock.monotonic();
    const at = known;
    if (at === undefined || isOver) return;
    try {
      const holders = await lease.findHolders();
      const processes = at.shares.portions
        .map(({ process }) => process)
        .filter((each) => !holders.has(processOf(each)));
      gone = { sequence: at.sequence, processes: new Set(processes.filter((each) => each !== self)) };
    } catch (error) {
      if (!isOver) log.warn('lease.unseen', { ...toFailure(error) });
    }
    settle();
  };

  const follow = async (): Promise<void> => {
    for await (const bunch of bus.read('CONTROL', { from: 1, filters: [subject], signal: end })) {
      const { body, sequence } = bunch.at(-1)!;
      const shares = decodeShares(body);
      if (shares === undefined) continue;
      heard = { shares, sequence };
      if (known === undefined || sequence <= known.sequence) continue;
      adopt(shares, sequence);
      settle();
      onRoom();
    }
  };

  const stopListening = lease.onTerm(settle);
  end.addEventListener('abort', () => {
    isOver = true;
    stopListening();
    for (const timer of Object.values(timers)) timer.cancel();
  });
  void follow();

  return {
    get room() {
      if (isOver || known === undefined || !isConfirmed()) return 0;
      const share = Math.min(shareOf(known.shares, self), ceiling, pending, limit ?? 0);
      return Math.max(0, share - demand.running);
    },
    setLimit(wanted) {
      if (wanted === limit) return;
      limit = wanted;
      newLimit = wanted ?? undefined;
      settle();
    },
    note(running, unmet) {
      const isLess = demand.note(running, unmet);
      if (limit === null) return;
      const share = shareOf(known?.shares, self);
      const want = demand.peak();
      if (want > share && want > plannedWant) settle();
      else if (isLess && ceiling < share) settle();
      else if (isLess && othersLack) timers.settle.set(HOLD_MS, settle);
    },
    async [Symbol.asyncDispose]() {
      if (isOver) return;
      isOver = true;
      stop.abort();
      const leave = leaveShares(bus, subject, self, demand.running);
      const left = new AbortController();
      const patience = clock.sleep(LEAVE_MS, left.signal).catch(() => undefined);
      await Promise.race([leave.catch(() => undefined), patience]);
      left.abort();
    },
  };
}
