import type { CommitResult, Outgoing } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import { toFailure } from '../errors/errors.ts';
import { MAX_EFFECTS } from './effects-forwarder.ts';
import { type Home, idIn, type WaitingOutcome } from './home.ts';
import { takeSingleBack } from './moving.ts';
import { toMessages, type Write } from './outcome-messages.ts';
import type { OneQueue } from './queue-parts.ts';
import { type Reconciled, reconcile } from './reconcile.ts';

/**
 * Stores what jobs ended with. What ends while an earlier write of the same home is on its way is stored together with
 * the next one, in one message.
 *
 * Where the broker syncs each message, homes are written together too: one write is on its way, and more than a few
 * that wait meanwhile go as an atomic batch.
 */
export interface OutcomeWriter {
  add(home: Home, outcome: WaitingOutcome): void;
  /** An operator has ended it: what waits to be stored of it is no longer wanted. */
  forget(home: Home, place: number): void;
  /** Nothing of it is stored any more. */
  lose(home: Home): void;
  /**
   * Makes sure that nobody else writes there any more, unless he has taken the pack over: before a job leaves it, which
   * another worker may be completing. False when somebody has.
   */
  own(home: Home): Promise<boolean>;
  /** Outcomes that are not stored yet. */
  readonly onTheWay: number;
  /** Resolves when all is stored, or given up. */
  settle(): Promise<void>;
}

export interface WriterParts extends OneQueue {
  readonly worker: string;
  /** These places have ended, by us or by an operator. */
  readonly onSettled: (home: Home, places: readonly number[], by: 'us' | 'operator') => void;
  /** Another worker has it; nothing of it counts any more. */
  readonly onLost: (home: Home) => void;
}

/** Characters of one message, unless it is one outcome; each may be three bytes. */
const MAX_LENGTH = 512 * 1024;
/** Beside its body. */
const EFFECT_LENGTH = 500;
/** So few homes are cheaper alone than as a batch. */
const ALONE = 5;
const MAX_BATCH_HOMES = 200;
const PAUSE_MS = 100;

export function createOutcomeWriter(parts: WriterParts): OutcomeWriter {
  const { bus, clock, log, signal, worker, queue } = parts;
  const maxLength = Math.min(MAX_LENGTH, bus.maxEntryBytes / 4);
  const dirty = new Set<Home>();
  /** Who waits for a home to be ours. */
  const owning = new Map<Home, ((isOurs: boolean) => void)[]>();
  let isPlanned = false;
  let running = 0;
  let onTheWay = 0;
  let idle: (() => void)[] = [];

  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    void clock.turn().then(() => {
      isPlanned = false;
      flush();
    });
  };

  const flush = (): void => {
    const isSynced = parts.isSyncedAlways();
    if (isSynced && running > 0) return;
    const homes = [...dirty].filter((home) => !home.isWriting);
    if (isSynced && homes.length > ALONE) start(writeTogether(homes.slice(0, MAX_BATCH_HOMES).map(take)));
    else for (const home of homes) start(writeAlone(take(home)));
  };

  const start = (writing: Promise<void>): void => {
    running++;
    const heard = writing.catch((error: unknown) => log.error('job.outcome_failed', { queue, ...toFailure(error) }));
    void heard.finally(() => {
      running--;
      if (dirty.size > 0) plan();
      tellIfIdle();
    });
  };

  const tellIfIdle = (): void => {
    if (dirty.size > 0 || running > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  };

  /** Leaves out what waits of these places. */
  const drop = (home: Home, isUnwanted: (place: number) => boolean): void => {
    const left = home.waiting.filter(({ place }) => !isUnwanted(place));
    onTheWay -= home.waiting.length - left.length;
    home.waiting = left;
    if (left.length > 0) return;
    dirty.delete(home);
    tellIfIdle();
  };

  const take = (home: Home): Write => {
    home.isWriting = true;
    let length = 0;
    let count = 0;
    let effectCount = 0;
    for (const { json, effects } of home.waiting) {
      // As a string in JSON a body is longer, by what is escaped.
      length += json.length + effects.reduce((sum, { body }) => sum + 2 * body.length + EFFECT_LENGTH, 0);
      effectCount += effects.length;
      if (count > 0 && (length > maxLength || effectCount > MAX_EFFECTS)) break;
      count++;
    }
    const outcomes = home.waiting.slice(0, count);
    home.waiting = home.waiting.slice(count);
    if (home.waiting.length === 0) dirty.delete(home);
    return { home, outcomes };
  };

  const writeAlone = async (write: Write): Promise<void> => {
    const { home, outcomes } = write;
    while (true) {
      let result: CommitResult;
      try {
        result = await bus.commit('JOBLOG', toMessages(parts, worker, write));
      } catch (error) {
        if (signal.aborted) return giveUp(write);
        if (!isPassing(error)) {
          log.error('job.outcome_refused', { queue, home: home.name, jobs: outcomes.length, ...toFailure(error) });
          return giveUp(write);
        }
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
        continue;
      }
      return result.outcome === 'stored' ? stored(write, result.sequences.at(-1)!) : lookAgain(write);
    }
  };

  const writeTogether = async (writes: readonly Write[]): Promise<void> => {
    let sequences: readonly number[] | undefined;
    const ends: number[] = [];
    try {
      const messages: Outgoing[] = [];
      for (const write of writes) ends.push(messages.push(...toMessages(parts, worker, write)));
      const result = await bus.commit('JOBLOG', messages);
      if (result.outcome === 'stored') sequences = result.sequences;
    } catch {
      // Whether it was stored is not known: each finds out alone, by what it expects.
    }
    if (sequences === undefined) await Promise.all(writes.map(writeAlone));
    else await Promise.all(writes.map(async (write, index) => stored(write, sequences[ends[index]! - 1]!)));
  };

  const stored = ({ home, outcomes }: Write, sequence: number): void => {
    home.sequence = sequence;
    home.isOurs = true;
    answer(home, true);
    done(home, outcomes);
    for (const { onStored } of outcomes) onStored?.();
    settled(
      home,
      outcomes.map(({ place }) => place),
      'us',
    );
  };

  /** Somebody else has written there, or it was us and the answer was lost. */
  const lookAgain = async ({ home, outcomes }: Write): Promise<void> => {
    let found: Reconciled;
    try {
      found = await reconcile(parts, home, worker);
      await takeBack(home, [...outcomes, ...home.waiting], found);
    } catch (error) {
      if (signal.aborted || !isPassing(error)) return giveUp({ home, outcomes });
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      return lookAgain({ home, outcomes });
    }
    home.sequence = found.sequence;
    if (found.isLost) {
      done(home, outcomes);
      lose(home);
      return;
    }
    const left = outcomes.filter(({ place }) => !found.ours.has(place) && !found.operators.has(place));
    const over = outcomes.filter((outcome) => !left.includes(outcome));
    done(home, over);
    for (const { place, onStored } of over) if (found.ours.has(place)) onStored?.();
    home.isWriting = false;
    drop(home, (place) => found.operators.has(place));
    home.waiting = [...left, ...home.waiting];
    settled(home, [...found.ours], 'us');
    settled(home, [...found.operators], 'operator');
    if (home.waiting.length > 0) {
      dirty.add(home);
      plan();
    }
  };

  /**
   * A job that has got a message of its own while an operator ended it: before its pack can go, since nobody else comes
   * upon that message then.
   */
  const takeBack = async (
    home: Home,
    outcomes: readonly WaitingOutcome[],
    { operators }: Reconciled,
  ): Promise<void> => {
    const moved = outcomes.filter(({ state, place }) => state === 'moved' && operators.has(place));
    await Promise.all(moved.map(({ place }) => takeSingleBack(parts, idIn(home, place), home.entries[place]!.u)));
  };

  const settled = (home: Home, places: readonly number[], by: 'us' | 'operator'): void => {
    const fresh = places.filter((place) => home.settled[place] === false);
    for (const place of fresh) home.settled[place] = true;
    home.open -= fresh.length;
    if (fresh.length > 0) parts.onSettled(home, fresh, by);
  };

  const lose = (home: Home): void => {
    drop(home, () => true);
    if (home.isLost) return;
    home.isLost = true;
    answer(home, false);
    parts.onLost(home);
  };

  const answer = (home: Home, isOurs: boolean): void => {
    const waiting = owning.get(home) ?? [];
    owning.delete(home);
    for (const resolve of waiting) resolve(isOurs);
  };

  /** What is not stored comes again, when its lease has run out. */
  const giveUp = ({ home, outcomes }: Write): void => {
    done(home, outcomes);
    lose(home);
  };

  const done = (home: Home, outcomes: readonly WaitingOutcome[]): void => {
    onTheWay -= outcomes.length;
    home.isWriting = false;
  };

  const add = (home: Home, outcome: WaitingOutcome): void => {
    if (home.isLost || home.settled[outcome.place]) return;
    home.waiting.push(outcome);
    onTheWay++;
    dirty.add(home);
    plan();
  };

  return {
    add,
    own(home) {
      if (home.isOurs || home.isLost) return Promise.resolve(!home.isLost);
      return new Promise((resolve) => {
        const waiting = owning.get(home) ?? [];
        owning.set(home, [...waiting, resolve]);
        // A record of no job.
        if (waiting.length === 0) add(home, { place: -1, state: 'taken', json: '', effects: [] });
      });
    },
    forget: (home, place) => drop(home, (other) => other === place),
    lose,
    get onTheWay() {
      return onTheWay;
    },
    async settle() {
      while (dirty.size > 0 || running > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}
