import { makeDeadLetter } from '../actor/dead-letter.ts';
import type { Delivery, LeaseBeat } from '../bus/jobs/job-bus.ts';
import { type EntryFailure, type JobClass, parsePackedId, singleSubject } from '../message/job-message.ts';
import type { Facts } from './facts.ts';
import type { Hand } from './hand.ts';
import { type Home, idIn, settle, toHome } from './home.ts';
import type { OutcomeWriter } from './outcome-writer.ts';
import type { Probation } from './probation.ts';
import type { OneQueue } from './queue-parts.ts';
import { reconcile } from './reconcile.ts';
import { stalledFailure, takeOver } from './takeover.ts';

/**
 * From a delivery to the hand of a worker. What is new goes there at once; of what somebody may have had before, or an
 * operator may have ended, it is asked first what is known. Several are asked about side by side, and go to the hand in
 * the order in which they came, by class.
 */
export interface Taking {
  receive(delivery: Delivery): void;
  /** Takes one up again that somebody has written about meanwhile. */
  lookAgain(home: Home): Promise<void>;
  /** The broker was away until now: that a message comes again says nothing of its worker. */
  noteReconnected(): void;
}

export interface TakingParts extends OneQueue {
  readonly worker: string;
  readonly beat: LeaseBeat;
  readonly homes: Map<number, Home>;
  readonly hand: Hand;
  readonly probation: Probation;
  readonly writer: OutcomeWriter;
  readonly facts: Facts;
  readonly concurrency: number;
  readonly maxStalledCount: number;
  readonly isStopping: () => boolean;
  /** Keeps work until it is done; where it fails, what it is about is let go of. */
  readonly track: (work: Promise<void>, home?: Home) => void;
  readonly fail: (home: Home, failure: EntryFailure) => void;
  readonly giveBack: (home: Home) => void;
  readonly closeIfDone: (home: Home) => void;
  readonly pump: () => void;
}

const MAX_RECONNECTIONS = 100;

export function createTaking(parts: TakingParts): Taking {
  const { bus, jobs, clock, log, tenant, queue, directory, instruments, beat, homes, hand, facts, live } = parts;
  const { track, closeIfDone, pump } = parts;
  let reconnections: readonly number[] = [];
  /** By class, the last that is on its way to the hand. */
  const lines = new Map<JobClass, Promise<void>>();

  const receive = (delivery: Delivery): void => {
    const known = homes.get(delivery.sequence);
    if (known !== undefined) {
      // Its lease ran out here, and it came back to us: it goes on under the new one.
      beat.release(known.lease);
      known.delivery = delivery;
      known.lease = beat.hold(delivery);
      return;
    }
    const home = toHome(delivery);
    if (home === undefined) {
      track(bury(delivery));
      return;
    }
    home.lease = beat.hold(delivery);
    homes.set(delivery.sequence, home);
    if (parts.isStopping()) parts.giveBack(home);
    else if (!isKnownToBeNew(home)) lineUp(home, look(home));
    else if (lines.has(home.jobClass))
      lineUp(
        home,
        Promise.resolve(() => toHand(home)),
      );
    else toHand(home);
  };

  const lineUp = (home: Home, looked: Promise<() => void>): void => {
    const before = lines.get(home.jobClass) ?? Promise.resolve();
    // Rejected it is heard of below, and not before its turn.
    looked.catch(() => undefined);
    const work = before.then(async () => (await looked)());
    const line = work
      .catch(() => undefined)
      .then(() => {
        if (lines.get(home.jobClass) === line) lines.delete(home.jobClass);
      });
    lines.set(home.jobClass, line);
    track(work, home);
  };

  const toHand = (home: Home): void => {
    // It came while the worker had begun to stop.
    if (parts.isStopping()) parts.giveBack(home);
    else {
      hand.add(home);
      pump();
    }
  };

  const isKnownToBeNew = (home: Home): boolean => {
    const { delivery, entries, isPack, name } = home;
    const [entry] = entries;
    return (
      delivery.deliveryCount === 1 &&
      delivery.sequence > (directory.get(queue)?.touchedUpTo ?? 0) &&
      delivery.storedAt > (reconnections.at(-1) ?? 0) &&
      entry!.u === undefined &&
      entry!.s === undefined &&
      // Who ended it may not have heard of a worker that has just started.
      !entries.some((_, place) => live.isOrdered(idIn(home, place))) &&
      // Whoever moved it may have been taken for dead, and the job may have ended elsewhere.
      (isPack || (entry!.n === undefined && parsePackedId(name) === undefined))
    );
  };

  /** Gives what is to be done with it when its turn comes. */
  const look = async (home: Home): Promise<() => void> => {
    const { delivery } = home;
    const stalls = stallsOf(delivery);
    if (home.isPack && delivery.deliveryCount > 1) {
      await takeOver({ ...parts, hasStalled: stalls > 0 }, home);
      return () => closeIfDone(home);
    }
    const found = await reconcile(parts, home, parts.worker);
    if (home.isPack && found.isLost) {
      // Another worker has had it, though a broker that was killed has forgotten so: it may be about to move jobs out.
      await takeOver({ ...parts, hasStalled: false }, home);
      return () => closeIfDone(home);
    }
    home.sequence = found.sequence;
    for (const place of [...found.others, ...found.operators, ...found.ours]) settle(home, place);
    if (!home.isPack && !(await isNewest(home))) settle(home, 0);
    if (home.open === 0) return () => closeIfDone(home);
    const stalledCount = countStalls(home, stalls, found.begun);
    const { n = 0 } = home.entries[0]!;
    if (stalledCount > parts.maxStalledCount) {
      return () => parts.fail(home, stalledFailure(stalledCount, n, clock.now()));
    }
    if (home.isPack || stalledCount === 0) return () => toHand(home);
    return () => {
      if (parts.isStopping()) parts.giveBack(home);
      else {
        parts.probation.add(home);
        pump();
      }
    };
  };

  /** How often a single has been taken from a silent worker, this time included; said in its entry and to all. */
  const countStalls = (home: Home, stalls: number, begun: number): number => {
    const entry = home.entries[0]!;
    const before = entry.s ?? 0;
    // Of a first delivery nobody has noted whether it began; later ones count where it did.
    const stalledCount = before + Math.min(stalls, begun + (before === 0 ? 1 : 0));
    if (stalledCount === before) return before;
    home.entries = [{ ...entry, s: stalledCount }];
    instruments.jobsStalled.add(1, { queue });
    facts.tell('stalled', home.name, { t: entry.t, at: clock.now(), n: (entry.n ?? 0) + 1 });
    return stalledCount;
  };

  /** A job that has been stored anew since, for another attempt, is no longer this message. */
  const isNewest = async ({ name, delivery }: Home): Promise<boolean> => {
    const newest = await bus.last('JOBS', singleSubject(tenant, queue, '*', name));
    return newest === undefined || newest.sequence <= delivery.sequence;
  };

  /** A broker that was away explains that a message comes again; a worker that fell silent is what is left. */
  const stallsOf = ({ deliveryCount, storedAt }: Delivery): number =>
    Math.max(0, deliveryCount - 1 - reconnections.filter((at) => at > storedAt).length);

  const bury = async (delivery: Delivery): Promise<void> => {
    const failure = { code: 'AW_MESSAGE_MALFORMED', message: 'Cannot read job: its body is no list of jobs' };
    const original = { ...delivery, stream: 'JOBS' as const, headers: {} };
    const letter = makeDeadLetter(original, { tenant, noun: 'job', key: queue }, failure, 1, clock.now());
    await bus.commit('DEAD', [letter]);
    jobs.acknowledge(delivery);
    instruments.deadLetters.add(1, { code: failure.code });
    log.error('job.buried', { queue, sequence: delivery.sequence, ...failure });
    pump();
  };

  return {
    receive,
    lookAgain: async (home) => (await look(home))(),
    noteReconnected() {
      reconnections = [...reconnections, clock.now()].slice(-MAX_RECONNECTIONS);
    },
  };
}
