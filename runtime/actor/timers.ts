import { TerminalError } from '../errors/errors.ts';
import { encodeHeaders } from '../message/message.ts';
import { commandSubject, type PartitionedAddress, timerSubject } from '../message/subjects.ts';
import { type MissedPolicy, settleDue } from '../schedule/missed.ts';
import { checkRecurrence, nextDue, type Recurrence } from '../schedule/recurrence.ts';
import { copyOf } from './copy-of.ts';
import type { TimerSpec } from './definition.ts';
import type { OutboxItem, Timer, Timers } from './entry.ts';

/**
 * Durable timers. The entry of a key is the truth about them; each next turn stands in MAILBOX as a message that the
 * server delivers when it is due. What it delivers names its turn: one of a timer that was cancelled, replaced or
 * destroyed with its key finds nothing that it fits, and does nothing.
 */

/** The command by which the server tells a key that a timer is due. */
export const TIMER_FIRED = 'timer.fired';
/** Timers of one key; a key that needs more should be several. */
export const MAX_TIMERS = 1_000;
const MAX_ID = 200;
const MISSED: readonly MissedPolicy[] = ['skip', 'once', 'all'];

/**
 * @param turn unlike any other
 * @throws AW_SCHEDULE_INVALID
 */
export function createTimer(spec: TimerSpec, now: number, turn: string): Timer {
  const { id, at, delayMs, everyMs, cron, timezone, startAt } = spec;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID) {
    throw invalid(`its id has ${String(id).length} characters of 1 to ${MAX_ID}`);
  }
  const kinds = [at, delayMs, everyMs, cron].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) throw invalid('it needs one of at, delayMs, everyMs and cron');
  if (startAt !== undefined && !(Number.isSafeInteger(startAt) && startAt >= 0)) {
    throw invalid(`startAt is ${String(startAt)}, and must be milliseconds since 1970`);
  }
  const recurrence = checkRecurrence(
    cron !== undefined
      ? { cron, ...(timezone === undefined ? {} : { timezone }) }
      : everyMs !== undefined
        ? { everyMs, anchor: startAt ?? now }
        : { at: at ?? now + (delayMs ?? 0) },
  );
  if (spec.missed !== undefined && !MISSED.includes(spec.missed)) {
    throw invalid(`missed is "${String(spec.missed).slice(0, 40)}", not one of ${MISSED.join(', ')}`);
  }
  // What is due at this very moment, or was due before, is due at once.
  const due = firstDue(recurrence, now, startAt);
  if (due === undefined) throw invalid('it is never due');
  return { recurrence, missed: spec.missed ?? 'once', type: spec.type, data: copyOf(spec.data ?? {}), due, turn };
}

function firstDue(recurrence: Recurrence, now: number, startAt: number | undefined): number | undefined {
  if ('at' in recurrence) return recurrence.at;
  if (startAt === undefined || startAt < now) return nextDue(recurrence, now);
  return 'anchor' in recurrence ? startAt : nextDue(recurrence, startAt - 1);
}

/** What puts the timer's next turn into the mailbox when it is due; at once, where that has passed. */
export function timerItem(address: PartitionedAddress, id: string, timer: Timer, now: number): OutboxItem {
  const data: Fired = { id, turn: timer.turn };
  const isDue = timer.due <= now;
  return {
    to: 'MAILBOX',
    subject: isDue ? commandSubject(address) : timerSubject(address, timer.turn),
    headers: encodeHeaders({
      id: timer.turn,
      type: TIMER_FIRED,
      source: `timer/${id}`,
      subject: address.key,
      time: new Date(timer.due).toISOString(),
      data: undefined,
    }),
    body: JSON.stringify(data),
    ...(isDue ? {} : { deliver: { at: timer.due, to: commandSubject(address) } }),
  };
}

interface Fired {
  readonly id: string;
  readonly turn: string;
}

export interface FiredTimer {
  readonly id: string;
  readonly timer: Timer;
  /** When the handler should have run: one instant for each run. */
  readonly runs: readonly number[];
  /** The timer as it goes on; undefined when it is done. */
  readonly next: Timer | undefined;
}

/**
 * What a delivered turn means now; undefined when its timer is gone.
 *
 * @param turn of what comes next
 */
export function settleFired(timers: Timers, data: unknown, now: number, turn: string): FiredTimer | undefined {
  const fired = data as Partial<Fired> | null;
  const id = fired?.id;
  if (typeof id !== 'string' || !Object.hasOwn(timers, id)) return undefined;
  const timer = timers[id]!;
  if (timer.turn !== fired?.turn) return undefined;
  // The server's clock woke us: ours may be behind it.
  const { runs, next } = settleDue(timer.recurrence, timer.due, Math.max(now, timer.due), timer.missed);
  return { id, timer, runs, next: next === undefined ? undefined : { ...timer, due: next, turn } };
}

/** In words, for people. */
export function describeRecurrence(recurrence: Recurrence): string {
  if ('at' in recurrence) return 'once';
  if ('everyMs' in recurrence) return `every ${recurrence.everyMs} ms`;
  return `${recurrence.cron} ${recurrence.timezone ?? 'UTC'}`;
}

function invalid(what: string): TerminalError {
  return new TerminalError('AW_SCHEDULE_INVALID', `Cannot schedule: ${what}`);
}
