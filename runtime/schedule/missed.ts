import { dueOf, type NextDue, type Recurrence } from './recurrence.ts';

/**
 * What becomes of occurrences that nobody saw in time, because the machine was off or the runtime down: none is run;
 * one run stands for them all, with the last one's instant; each is run, oldest first.
 */
export type MissedPolicy = 'skip' | 'once' | 'all';

export interface Settlement {
  /** The due instants to be run now, oldest first; at most {@link MOST_AT_ONCE}. */
  readonly runs: readonly number[];
  /** What to wait for. Later than everything in `runs` and everything skipped; in the past when more is to be run. */
  readonly next: number | undefined;
  /** How many missed ones are not run, counted up to {@link MOST_AT_ONCE}, which then means this or more. */
  readonly skipped: number;
}

/** What a busy minute or a restart may cost without an occurrence counting as missed. */
export const TOLERANCE_MS = 10_000;

/** Bounds the work of one look, and what follows from it: as many runs as one stored batch takes. */
export const MOST_AT_ONCE = 1_000;

/**
 * What to run now of a timer that was due at `due` and is looked at at `now`, and when it is due next.
 *
 * An occurrence that is late by at most `toleranceMs` is on time and run under every policy. `due` itself counts as an
 * occurrence even if the recurrence has changed since. Before `due` nothing is run and `next` is `due`: a clock that
 * has jumped back makes an occurrence wait, and never runs it twice. (Who is woken by another machine's clock, which
 * may be ahead, passes the later of `due` and its own time.)
 *
 * The work is bounded whatever `now` is: it depends on what is run, not on how much time has passed.
 */
export function settleDue(
  recurrence: Recurrence,
  due: number,
  now: number,
  policy: MissedPolicy,
  toleranceMs: number = TOLERANCE_MS,
): Settlement {
  const nextDue = dueOf(recurrence);
  const lastMissable = now - toleranceMs - 1;
  if (policy === 'all' || due > lastMissable) {
    const { taken, rest } = take(nextDue, due, now, MOST_AT_ONCE);
    return { runs: taken, next: rest, skipped: 0 };
  }
  const substitute = policy === 'once' ? [findLast(nextDue, due, lastMissable)] : [];
  const missed = take(nextDue, due, lastMissable, MOST_AT_ONCE + substitute.length);
  const onTime = take(nextDue, nextDue(lastMissable), now, MOST_AT_ONCE - substitute.length);
  return {
    runs: [...substitute, ...onTime.taken],
    next: onTime.rest,
    skipped: missed.taken.length - substitute.length,
  };
}

/** The occurrences from `first` to `end`, at most so many, and the one that comes after them. */
function take(nextDue: NextDue, first: number | undefined, end: number, most: number) {
  const taken: number[] = [];
  let rest = first;
  while (rest !== undefined && rest <= end && taken.length < most) {
    taken.push(rest);
    rest = nextDue(rest);
  }
  return { taken, rest };
}

/** The last occurrence from `first` to `end`, by halving the time between them: there may be millions. */
function findLast(nextDue: NextDue, first: number, end: number): number {
  let last = first;
  // Nothing is due after `high` and not after `end`.
  let high = end;
  while (last < high) {
    const middle = Math.floor((last + high) / 2);
    const due = nextDue(middle);
    if (due !== undefined && due <= end) last = due;
    else high = middle;
  }
  return last;
}
