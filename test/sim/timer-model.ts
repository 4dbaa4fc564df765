import type { RuleTimer } from './rules.ts';

/** What a timer must do, by its settings alone: said anew here, since the checkers are to find the runtime's mistakes. */
export interface ModelTimer extends RuleTimer {
  readonly due: number;
  /** Sequence of the message that set it, or of its last turn: the next turn names it. */
  readonly setBy: number;
}

/** Data of the message by which the server says that a turn has come. */
export interface Turn {
  readonly id: string;
  readonly turn: string;
}

/** What is late by no more than this is on time. */
const TOLERANCE_MS = 10_000;

export function setTimer(timer: RuleTimer, now: number, setBy: number): ModelTimer {
  return { ...timer, due: now + (timer.everyMs ?? timer.delayMs ?? 0), setBy };
}

/** Whether a turn is this timer's present one; a stale one does nothing. */
export function fits(timer: ModelTimer | undefined, { turn }: Turn): timer is ModelTimer {
  return timer !== undefined && Number(turn.split('-')[1]) === timer.setBy;
}

export interface DueTurn {
  /** The instants that are to be run now. */
  readonly runs: readonly number[];
  /** When the timer is due next. */
  readonly next: number | undefined;
  /** How many came so late that the timer's own policy has decided. */
  readonly missed: number;
}

/** @param now by the clock of who runs it, which may be behind that of who has set it */
export function turnOf({ due, everyMs, missed }: Pick<ModelTimer, 'due' | 'everyMs' | 'missed'>, now: number): DueTurn {
  const end = Math.max(now, due);
  const all = [due];
  while (everyMs !== undefined && all.at(-1)! + everyMs <= end) all.push(all.at(-1)! + everyMs);
  const next = everyMs === undefined ? undefined : all.at(-1)! + everyMs;
  const late = all.filter((at) => at < end - TOLERANCE_MS);
  const onTime = all.slice(late.length);
  const kept = { skip: [], once: late.slice(-1), all: late }[missed];
  return { runs: [...kept, ...onTime], next, missed: late.length };
}

export type ModelTimers = Readonly<Record<string, ModelTimer>>;

export function without(timers: ModelTimers, id: string): ModelTimers {
  const { [id]: _gone, ...rest } = timers;
  return rest;
}
